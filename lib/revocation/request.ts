import { isBlank } from '../blank.ts';
import { clientIdUrl } from '../identity/client/client-id-url.ts';
import { parseStrictJson } from '../identity/strict-json.ts';
import { isScopeName } from '../issuance/decide-scopes.ts';
import { parseIssuanceId } from '../ledger/id.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { REVOCABLE, type Revocable } from './revocation.ts';

export const MAX_REVOCATION_BYTES = 8_192;

/** What an operator asks for: `POST /v1/revocations` (contract section 7). */
export interface AskedRevocation {
  readonly kind: Revocable;
  readonly name: string;
  /** Up to 256 printable characters. */
  readonly reason: string;
  readonly undo: boolean;
}

const MEMBERS: readonly string[] = [...REVOCABLE, 'reason', 'undo'];
const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const IDENTITY = /^[a-z][a-z0-9-]{0,62}:.+$/su;
const LONGEST_IDENTITY = 2_048;
const REASON = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;
/** No connection has these names; a revocation of them would be of nothing. */
const RESERVED: ReadonlySet<string> = new Set(['client', 'broker']);

const ACCEPTABLE: Readonly<Record<Revocable, { readonly must: string; is(name: string): boolean }>> = {
  issuance: { must: 'the id of an issuance', is: (name) => parseIssuanceId(name) !== null },
  principal: { must: '<connection>:<subject> or client:<name>, as in sub', is: isIdentity },
  actor: { must: '<connection>:<subject> or client:<name>, as in act.sub', is: isIdentity },
  client: {
    must: 'the name of a client, or the address of its metadata document',
    is: (name) => (NAME.test(name) && !RESERVED.has(name)) || clientIdUrl(name, 'loopback') !== null,
  },
  scope: { must: 'the name of a scope', is: isScopeName },
  connection: { must: 'the name of a connection', is: (name) => NAME.test(name) && !RESERVED.has(name) },
};

function isIdentity(name: string): boolean {
  return (
    name.length <= LONGEST_IDENTITY && IDENTITY.test(name) && (!name.startsWith('client:') || NAME.test(name.slice(7)))
  );
}

/**
 * Reads the body: one of `issuance`, `principal`, `actor`, `client`, `scope` and `connection`, with `reason`, and
 * `undo` to lift it. Refuses with `malformed_request` and with `parameter_invalid`, which names the member.
 */
export function parseRevocation(body: Uint8Array): Outcome<AskedRevocation> {
  const asked = parseStrictJson(body, { maxBytes: MAX_REVOCATION_BYTES });
  if (asked === null) return refuse('malformed_request');
  if (Object.keys(asked).some((name) => !MEMBERS.includes(name))) {
    return invalid(`A member is not known here. Known: ${MEMBERS.join(', ')}.`);
  }
  const given = REVOCABLE.filter((kind) => asked[kind] !== undefined);
  const [kind, ...others] = given;
  if (kind === undefined || others.length > 0) return invalid(`Exactly one of ${REVOCABLE.join(', ')} is required.`);
  const name = asked[kind];
  if (typeof name !== 'string' || !ACCEPTABLE[kind].is(name))
    return invalid(`${kind} must be ${ACCEPTABLE[kind].must}.`);
  const { reason, undo = false } = asked;
  if (typeof reason !== 'string' || !REASON.test(reason) || isBlank(reason))
    return invalid('reason must be 1 to 256 printable characters.');
  if (typeof undo !== 'boolean') return invalid('undo must be true or false.');
  return accept({ kind, name, reason, undo });
}

const invalid = (detail: string) => refuse('parameter_invalid', { detail });
