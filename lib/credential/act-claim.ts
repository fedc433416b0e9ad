import { type Actor, identityOf, type Principal } from '../identity/principal.ts';
import type { JsonValue } from '../json.ts';

/**
 * An identity in one namespace for all: `<connection>:<subject>` or `client:<name>` (no connection is called `client`).
 */
export const identityText = ({ source, subject }: Pick<Principal, 'source' | 'subject'>): string =>
  source.kind === 'client' ? `client:${source.name}` : `${source.name}:${subject}`;

/**
 * Who acts, the actor outermost, and who acted before nested inside (RFC 8693 section 4.1): those of the actor's own
 * broker token first, then those of the subject's. undefined: nobody does or did.
 */
export function actClaim(principal: Principal, actor: Actor | null): JsonValue | undefined {
  const before = [...(actor?.lineage?.actors ?? []), ...(principal.lineage?.actors ?? [])];
  // An actor that `act` named is the first of these already.
  const chain = actor === null || actor.via === 'act' ? before : [actor, ...before];
  return chain.reduceRight<JsonValue | undefined>(
    (act, each) => (act === undefined ? { sub: identityOf(each) } : { sub: identityOf(each), act }),
    undefined,
  );
}
