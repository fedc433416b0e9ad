/** Who stands in a record, and as what. */
import { isJsonObject, type JsonValue } from '../json.ts';
import { boundedIdentity } from './bounds.ts';
import type { IssuanceRecord, PartyRecord } from './record.ts';

/**
 * `subject`: it was issued to; `actor`: acted for the subject; `client`: a client that authenticated for somebody else;
 * `requester`: whose request an approver's record is about; `revoker`: ended it before its time.
 */
export type PartyRole = 'subject' | 'actor' | 'client' | 'approver' | 'requester' | 'revoker';

export interface Party {
  readonly role: PartyRole;
  /** `<connection>:<subject>` or `client:<name>`, as in a broker token's `sub`. */
  readonly identity: string;
}

type Named = Pick<PartyRecord, 'connection' | 'client' | 'subject'>;

/** Two connections may know the same subject, and labels are no names: the identity alone says who it is. */
export const identityOf = ({ connection, client, subject }: Named): string =>
  connection === null ? `client:${client ?? subject}` : `${connection}:${subject}`;

/** `act` and those nested in it, by identity, the nearest first (RFC 8693 section 4.1). */
export function actorsIn(act: JsonValue | undefined): readonly string[] {
  const found: string[] = [];
  for (let each = act; isJsonObject(each); each = each['act']) {
    if (typeof each['sub'] === 'string') found.push(each['sub']);
  }
  return found;
}

/**
 * Everybody who acted, by identity, as records cut it: who acts, and on either side whoever acted before, as a broker
 * token says it (`act` of another's token satisfies nothing).
 */
export function actorsOfRecord({ actor, claims, proof }: Chain): readonly string[] {
  const sides = [{ claims, proof }, ...(actor === null ? [] : [actor])];
  const before = sides.filter((side) => side.proof.kind === 'broker').flatMap((side) => actorsIn(side.claims['act']));
  return [...(actor === null ? [] : [identityOf(actor)]), ...before];
}

type Chain = Pick<IssuanceRecord, 'actor' | 'claims' | 'proof'>;

/** Everybody whom a record names, the subject first; none for denials beyond the ceiling, which name nobody. */
export function partiesOf(record: IssuanceRecord): readonly Party[] {
  const { actor, approval, connection, client, revoked } = record;
  const parties: Party[] = [];
  const add = (role: PartyRole, named: Named | null | undefined): void => {
    if (named !== null && named !== undefined) parties.push({ role, identity: identityOf(named) });
  };
  if (record.overflow !== true) add('subject', record);
  add('actor', actor);
  if (connection !== null && client !== null) parties.push({ role: 'client', identity: `client:${client}` });
  add('approver', approval?.approver);
  add('requester', approval?.requester);
  if (revoked !== undefined) parties.push({ role: 'revoker', identity: revoked.by });
  return parties;
}

/** What `identity` is in a record, each once; none: it does not name it. Records cut long texts (`bounds.ts`). */
export function rolesOf(identity: string, record: IssuanceRecord): readonly PartyRole[] {
  const names = new Set([identity, boundedIdentity(identity)]);
  return [...new Set(partiesOf(record).flatMap((party) => (names.has(party.identity) ? [party.role] : [])))];
}

/** What an identity looks like: the name of a connection, or `client`, before the first colon. */
export const isIdentity = (name: string): boolean => /^[a-z][a-z0-9-]{0,62}:./s.test(name);
