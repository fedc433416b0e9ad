import type { JsonObject, JsonValue } from '../../json.ts';
import type { EpochSeconds } from '../../time.ts';

/** What introspection says of an active token. */
interface ActiveToken {
  readonly subject: string;
  readonly audience: string;
  readonly clientId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
  readonly expires: EpochSeconds;
  readonly issuedAt: EpochSeconds;
  readonly act: JsonValue | undefined;
  readonly boundTo: string | null;
}

/** RFC 7662 section 2.2. Of an inactive token nothing but that it is. */
export function introspectionResponse(token: ActiveToken | null, issuer: string): JsonObject {
  if (token === null) return { active: false };
  const { subject, audience, clientId, tokenId, scopes, expires, issuedAt, act, boundTo } = token;
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: clientId,
    token_type: boundTo === null ? 'Bearer' : 'DPoP',
    exp: expires,
    iat: issuedAt,
    sub: subject,
    aud: audience,
    iss: issuer,
    jti: tokenId,
    ...(boundTo === null ? {} : { cnf: { jkt: boundTo } }),
    ...(act === undefined ? {} : { act }),
  };
}
