import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { parseFetchedJson } from '../strict-json.ts';
import { PRIVATE_MEMBERS } from './jwk.ts';
import { claimType, publicText } from './public-text.ts';

/** Largest key set that is read, as bytes and as keys. */
export const MAX_KEY_SET_BYTES = 512 * 1024;
const MAX_KEYS = 100;
const MAX_DISCOVERY_BYTES = 128 * 1024;

/** What verifying needs of a JWK; certificates and the like are left behind. */
const KEPT_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'use', 'key_ops', 'kid'] as const;

/** The keys of a document, and those that are none for anybody. */
export interface KeySetDocument {
  readonly keys: readonly JsonObject[];
  readonly skipped: readonly SkippedKey[];
}

export interface SkippedKey {
  /** null: it names none that a token could. */
  readonly kid: string | null;
  /** Why, for the log. */
  readonly found: string;
}

/**
 * The public keys of a JWK set document of at most 512 KB and 100 keys. Members that are no keys, secret or private
 * keys, and types that nobody verifies with are left out and named (RFC 7517 section 5). null: not a JWK set, or a set
 * of nothing but such members. An empty set is a set: its issuer says that no key is good.
 */
export function readKeySet(bytes: Uint8Array): KeySetDocument | null {
  const document = parseFetchedJson(bytes, { maxBytes: MAX_KEY_SET_BYTES });
  return document === null ? null : keysIn(document['keys']);
}

/** Why `readKeySet` finds none, for operators. */
export function keySetFault(bytes: Uint8Array): string {
  const keys = parseFetchedJson(bytes, { maxBytes: MAX_KEY_SET_BYTES })?.['keys'];
  const because = (why: string) => `is no set of public keys: ${why}`;
  if (!Array.isArray(keys)) return because('it is no JSON object with a list of keys');
  if (keys.length > MAX_KEYS) return because(`it has more than ${MAX_KEYS} keys`);
  return because('all that it has are private, secret or of unknown types');
}

/** The keys of a `keys` member, as `readKeySet` has them. */
export function keysIn(value: JsonValue | undefined): KeySetDocument | null {
  if (!Array.isArray(value) || value.length > MAX_KEYS) return null;
  const keys: JsonObject[] = [];
  const skipped: SkippedKey[] = [];
  for (const member of value) {
    if (!isJsonObject(member)) {
      skipped.push({ kid: null, found: 'no object' });
      continue;
    }
    const jwk = withoutEmpty(member);
    const found = memberProblem(jwk);
    if (found === null) keys.push(stripped(jwk));
    else skipped.push({ kid: kidOf(jwk), found });
  }
  return keys.length === 0 && value.length > 0 ? null : { keys, skipped };
}

/**
 * Some libraries write every member that a key could have: null, an empty text or an empty list says nothing (of
 * `key_ops` too, which RFC 7517 section 4.3 wants to have values), and an empty `d` is no private key.
 */
function withoutEmpty(member: JsonObject): JsonObject {
  const isEmpty = (value: JsonValue | undefined): boolean =>
    value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(member).filter(([, value]) => !isEmpty(value)));
}

/** Why a member is a public key to nobody; null: it may be one. */
function memberProblem(value: JsonObject): string | null {
  const { kid, kty } = value;
  if (kid !== undefined && typeof kid !== 'string') return 'kid is no string';
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(value, member));
  if (secret !== undefined) return `a private key (${secret})`;
  return kty === 'RSA' || kty === 'EC' || kty === 'OKP' ? null : 'a kty that nothing is verified with';
}

function kidOf({ kid }: JsonObject): string | null {
  return typeof kid === 'string' ? kid : null;
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
  const jwksUri = readProviderMetadata(bytes, issuer)?.['jwks_uri'];
  return typeof jwksUri === 'string' && URL.canParse(jwksUri) ? jwksUri : null;
}

/** A discovery document whose `issuer` is exactly the one asked for; else null. OIDC Discovery section 4.3. */
export function readProviderMetadata(bytes: Uint8Array, issuer: string): JsonObject | null {
  const document = parseFetchedJson(bytes, DISCOVERY_LIMITS);
  return document === null || document['issuer'] !== issuer ? null : document;
}

/** Why `readDiscovery` leads nowhere, for operators: most often its issuer is spelt otherwise, by a final slash. */
export function discoveryFault(bytes: Uint8Array, issuer: string): string {
  const document = parseFetchedJson(bytes, DISCOVERY_LIMITS);
  if (document === null) return 'is no discovery document: it is no JSON object';
  const stated = document['issuer'];
  if (stated === issuer) return 'is no discovery document: it has no jwks_uri that is a URL';
  const came = typeof stated === 'string' ? `"${publicText(stated)}"` : claimType(stated);
  return `says that the issuer is ${came}, not ${publicText(issuer)}`;
}
