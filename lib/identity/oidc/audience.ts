import type { OidcConnection } from '../../configuration/documents/connections.ts';
import type { JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type AuthorizedParty, explainParty } from './authorized-party.ts';
import { publicClaim, publicList } from './public-text.ts';

/**
 * The values of `aud`: one non-empty string, or a list of at least one. An absent `aud` is an empty list. RFC 7519
 * section 4.1.3.
 */
export function readAudience(claims: JsonObject): Outcome<readonly string[]> {
  if (!Object.hasOwn(claims, 'aud')) return accept([]);
  const aud = claims['aud'];
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const texts = values.filter((value) => typeof value === 'string' && value !== '');
  if (texts.length === 0 || texts.length < values.length) {
    return refuse('claims_invalid', {
      detail: `aud must be a string or a list of strings; it is ${publicClaim(aud)}.`,
    });
  }
  return accept(texts.map(String));
}

/**
 * The one connection of an issuer that a token is addressed to: every value of its `aud` is listed there. A token
 * without `aud` goes to the connection that has no audience and lists its authorized party (Cognito access tokens). Two
 * that match would let the laxer one decide, so that refuses as well. RFC 7519 section 4.1.3, RFC 8725 section 3.9.
 */
export function chooseConnection<C extends OidcConnection>(
  connections: readonly C[],
  audience: readonly string[],
  party: AuthorizedParty,
): C | null {
  const matching = connections.filter((connection) => isAddressed(connection, audience, party));
  const [chosen] = matching;
  return chosen !== undefined && matching.length === 1 ? chosen : null;
}

function isAddressed(connection: OidcConnection, audience: readonly string[], party: AuthorizedParty): boolean {
  if (audience.length > 0) return audience.every((value) => connection.audience.includes(value));
  if (connection.audience.length > 0 || party.kind !== 'one') return false;
  return connection.authorizedParties.includes(party.value);
}

/** What an audience mismatch may tell somebody whom these connections admit: what was expected, and what came. */
export function explainAudience(
  connections: readonly OidcConnection[],
  audience: readonly string[],
  party: AuthorizedParty,
): string {
  const values = [...new Set(connections.flatMap((connection) => connection.audience))];
  if (values.length > 0) {
    const came = audience.length === 0 ? 'the token has none' : `the token has: ${publicList(audience)}`;
    return `Every value of aud must be one of: ${publicList(values)}; ${came}.`;
  }
  if (audience.length > 0) return `The token must have no aud; it has: ${publicList(audience)}.`;
  const parties = [...new Set(connections.flatMap((connection) => connection.authorizedParties))];
  return explainParty(parties, party);
}
