import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { valueAt } from '../../json-pointer.ts';
import type { ClaimAlias, CompiledConnection } from '../../policy/connection.ts';
import type { Reason } from '../../refusals/registry.ts';
import type { Claims } from '../principal.ts';

/**
 * A token's claims as rules see them: its top-level members by exact name, and the connection's aliases, each of which
 * hides the member of its name even where it leads to nothing. Where Entra ID left the groups out for their number, the
 * names that lead to `/groups` are unavailable with `groups_overage`.
 */
export function viewClaims(payload: JsonObject, { policy: { aliases } }: CompiledConnection): Claims {
  const values = new Map<string, JsonValue>(Object.entries(payload));
  for (const { name, path } of aliases) {
    const value = valueAt(payload, path);
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  const unavailable = new Map<string, Reason>();
  if (leavesGroupsOut(payload)) {
    for (const name of namesOf('groups', aliases)) {
      unavailable.set(name, 'groups_overage');
      values.delete(name);
    }
  }
  return { values, unavailable };
}

/**
 * Entra ID points to Microsoft Graph in `_claim_names` (OpenID Connect Core section 5.6.2), or says `hasgroups`
 * (implicit flow).
 */
function leavesGroupsOut(payload: JsonObject): boolean {
  const pointers = payload['_claim_names'];
  if (isJsonObject(pointers) && Object.hasOwn(pointers, 'groups')) return true;
  return payload['hasgroups'] === true || payload['hasgroups'] === 'true';
}

/**
 * The names under which rules see a top-level member: its own unless an alias hides it, and the aliases that lead into
 * it.
 */
function namesOf(member: string, aliases: readonly ClaimAlias[]): readonly string[] {
  const leading = aliases.filter(({ path }) => path.length === 0 || path[0] === member).map(({ name }) => name);
  return aliases.some(({ name }) => name === member) ? leading : [member, ...leading];
}
