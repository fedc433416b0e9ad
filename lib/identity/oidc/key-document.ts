import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { parseStrictJson } from '../strict-json.ts';

/** Largest key set that is read, as bytes and as keys. */
export const MAX_KEY_SET_BYTES = 512 * 1024;
const MAX_KEYS = 100;
const MAX_DISCOVERY_BYTES = 128 * 1024;

/** What verifying needs of a JWK; certificates and the like are left behind. */
const KEPT_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'use', 'key_ops', 'kid'] as const;
const PRIVATE_MEMBERS = ['d', 'k'] as const;

/**
 * The public keys of a JWK set document of at most 512 KB and 100 keys. Members that are no keys, secret or private
 * keys, and types that nobody verifies with are left out (RFC 7517 section 5). null: not a JWK set, or a set of nothing
 * but such members. An empty set is a set: its issuer says that no key is good.
 */
export function readKeySet(bytes: Uint8Array): readonly JsonObject[] | null {
  const document = parseStrictJson(bytes, { maxBytes: MAX_KEY_SET_BYTES });
  return document === null ? null : keysIn(document['keys']);
}

/** The keys of a `keys` member, as `readKeySet` has them. */
export function keysIn(value: JsonValue | undefined): readonly JsonObject[] | null {
  if (!Array.isArray(value) || value.length > MAX_KEYS) return null;
  const members: readonly JsonValue[] = value;
  const keys = members.filter(isPublicKey).map(stripped);
  return keys.length === 0 && members.length > 0 ? null : keys;
}

function isPublicKey(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const kid = value['kid'];
  if (kid !== undefined && typeof kid !== 'string') return false;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(value, member))) return false;
  return value['kty'] === 'RSA' || value['kty'] === 'EC' || value['kty'] === 'OKP';
}

const stripped = (jwk: JsonObject): JsonObject =>
  Object.fromEntries(
    KEPT_MEMBERS.flatMap((member): [string, JsonValue][] => {
      const value = jwk[member];
      return value === undefined ? [] : [[member, value]];
    }),
  );

/**
 * Where an issuer's discovery document is (OpenID Connect Discovery section 4: a final slash of the issuer is left
 * out).
 */
export const discoveryUrl = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

export const DISCOVERY_LIMITS = { maxBytes: MAX_DISCOVERY_BYTES } as const;

/**
 * `jwks_uri` of a discovery document whose `issuer` is exactly the one asked for; else null. OpenID Connect Discovery
 * section 4.3.
 */
export function readDiscovery(bytes: Uint8Array, issuer: string): string | null {
  const document = parseStrictJson(bytes, DISCOVERY_LIMITS);
  if (document === null || document['issuer'] !== issuer) return null;
  const jwksUri = document['jwks_uri'];
  return typeof jwksUri === 'string' && URL.canParse(jwksUri) ? jwksUri : null;
}
