import type { OidcConnection } from '../configuration/documents/connections.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { parseJsonPointer } from '../json-pointer.ts';
import type { EpochSeconds } from '../time.ts';

/** How long a token lasts that says nothing of it. */
const LIFETIME = 300;

/**
 * A token's claims from those that matter to whoever asks: what every token of the connection must have, and what is
 * left out, is filled in (issuer, audience or authorized party, subject, times, id). A name that the connection derives
 * from a deeper claim is put where it comes from, unless the claim it is part of is given too.
 */
export function wholeClaims(given: JsonObject, connection: OidcConnection, now: EpochSeconds): JsonObject {
  const [audience, ...audiences] = connection.audience;
  const [party] = connection.authorizedParties;
  const filled: Record<string, JsonValue> = {
    iss: connection.issuers[0]?.issuer ?? '',
    sub: 'subject',
    ...(audience === undefined ? {} : { aud: audiences.length === 0 ? audience : [audience] }),
    ...(party === undefined || ['azp', 'appid', 'cid', 'client_id'].some((name) => name in given)
      ? {}
      : { [audience === undefined ? 'client_id' : 'azp']: party }),
    iat: now,
    exp: now + LIFETIME,
    [connection.tokenIdClaim]: 'token',
  };
  return Object.entries(given).reduce<JsonObject>(
    (claims, [name, value]) => putClaim(claims, name, value, given, connection),
    filled,
  );
}

function putClaim(
  claims: JsonObject,
  name: string,
  value: JsonValue,
  given: JsonObject,
  connection: OidcConnection,
): JsonObject {
  const pointer = Object.entries(connection.claims).find(([alias]) => alias === name)?.[1];
  const path = pointer === undefined ? null : parseJsonPointer(pointer);
  const [top] = path ?? [];
  if (path === null || top === undefined || (top !== name && top in given)) return { ...claims, [name]: value };
  return isJsonObject(value) && top === name ? { ...claims, [name]: value } : putAt(claims, path, value);
}

function putAt(object: JsonObject, [name = '', ...deeper]: readonly string[], value: JsonValue): JsonObject {
  const below = object[name];
  const within = isJsonObject(below) ? below : {};
  return { ...object, [name]: deeper.length === 0 ? value : putAt(within, deeper, value) };
}
