import type { Actor } from '../identity/principal.ts';
import { isJsonObject, type JsonValue } from '../json.ts';

/**
 * Whether a token's `may_act` admits this actor (RFC 8693 section 4.4). Absent: anybody, or nobody. Present: there must be an
 * actor, and it must be the one named: by `sub`, with `iss` where that is given, or by `client_id`. An authenticated client goes by
 * its name in either, and has no issuer. Further members must equal the actor's claims of those names. What is not text admits nobody.
 */
export function mayActAdmits(mayAct: JsonValue | undefined, actor: Actor | null): boolean {
  if (mayAct === undefined) return true;
  if (actor === null || !isJsonObject(mayAct)) return false;
  const named = Object.hasOwn(mayAct, 'sub') || Object.hasOwn(mayAct, 'client_id');
  return (
    named &&
    Object.entries(mayAct).every(([member, value]) => typeof value === 'string' && memberOf(actor, member) === value)
  );
}

function memberOf(actor: Actor, member: string): JsonValue | undefined {
  switch (member) {
    case 'sub':
      return actor.client ?? actor.subject;
    case 'iss':
      return actor.client === null ? actor.proof.issuer : undefined;
    case 'client_id':
      return actor.client ?? actor.claims.values.get('client_id');
    default:
      return actor.claims.values.get(member);
  }
}
