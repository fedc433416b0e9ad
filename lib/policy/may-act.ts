import { type Actor, issuerOf, type Principal } from '../identity/principal.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { actorViews } from './perspectives.ts';

/**
 * Whether the `may_act` of a subject's token admits this actor (RFC 8693 section 4.4). Absent: anybody, or nobody.
 * Present: there must be an actor, and it must be the one named: by `sub`, with `iss` where that is given, or by
 * `client_id`. An authenticated client goes by its name in either, and has no issuer. Anybody else's names are those of
 * an issuer: without `iss` that of the token which has the `may_act`. Further members must equal the actor's claims of
 * those names. What is not text admits nobody.
 */
export function mayActAdmits(principal: Principal, actor: Actor | null): boolean {
  const { mayAct } = principal;
  if (mayAct === undefined) return true;
  if (actor === null || !isJsonObject(mayAct)) return false;
  // Whom `act` of a broker token names was held against its `may_act` when the token was issued.
  if (actor.via === 'act') return true;
  return actorViews(actor).some((view) => isNamed(mayAct, view, principal));
}

function isNamed(mayAct: JsonObject, actor: Actor, principal: Principal): boolean {
  const named = Object.hasOwn(mayAct, 'sub') || Object.hasOwn(mayAct, 'client_id');
  if (!named || !(Object.hasOwn(mayAct, 'iss') || sharesNames(actor, principal))) return false;
  return Object.entries(mayAct).every(
    ([member, value]) => typeof value === 'string' && memberOf(actor, member) === value,
  );
}

/** A subject of one issuer is nobody at another, whatever its name. */
function sharesNames(actor: Actor, principal: Principal): boolean {
  if (actor.client !== null) return true;
  if (principal.source.kind === 'connection' && principal.source.name === actor.connection) return true;
  const issuer = issuerOf(principal);
  return issuer !== null && issuer === issuerOf(actor);
}

function memberOf(actor: Actor, member: string): JsonValue | undefined {
  switch (member) {
    case 'sub':
      return actor.client ?? actor.subject;
    case 'iss':
      return actor.client === null ? issuerOf(actor) : undefined;
    case 'client_id':
      return actor.client ?? actor.claims.values.get('client_id');
    default:
      return actor.claims.values.get(member);
  }
}
