import {
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import type { OidcConnection } from '../../../lib/configuration/documents/connections.ts';
import type { DeclaredType } from '../../../lib/identity/oidc/token-type.ts';
import { type JwtContext, verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { Principal } from '../../../lib/identity/principal.ts';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { accept, type Refusal } from '../../../lib/outcome.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import type { KeySets, KeySource } from '../../../lib/ports/keys.ts';
import { type EpochSeconds, epochSeconds, seconds } from '../../../lib/time.ts';
import { type KeyName, privateKey } from '../saml/idp.ts';

/** 2027-01-15T08:00:00Z: every instant of these tests is written relative to this literal. */
export const NOW = 1_800_000_000;
export const ISSUER = 'https://idp.example.com';
export const AUDIENCE = 'https://broker.example.com';

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly jwk: JsonObject;
}

function key(pair: { privateKey: KeyObject; publicKey: KeyObject }, members: JsonObject): TestKey {
  const exported: unknown = pair.publicKey.export({ format: 'jwk' });
  return { privateKey: pair.privateKey, jwk: { ...(exported as JsonObject), ...members } };
}

/** Of RSA the keys are kept: to make two of them anew takes longer than most of these tests. */
function keptRsa(name: KeyName): TestKey {
  const kept = createPrivateKey(privateKey(name));
  return key({ privateKey: kept, publicKey: createPublicKey(kept) }, { kid: 'rsa', use: 'sig' });
}

export const rsaKey = keptRsa('idp');
export const otherRsaKey = keptRsa('stranger');
export const ecKey = key(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { kid: 'ec', alg: 'ES256' });
export const p384Key = key(generateKeyPairSync('ec', { namedCurve: 'P-384' }), { kid: 'p384' });
export const edKey = key(generateKeyPairSync('ed25519'), { kid: 'ed' });

/** The key set of the issuer of these tests. */
export const KEYS: readonly JsonObject[] = [rsaKey.jwk, ecKey.jwk, p384Key.jwk, edKey.jwk];

export const encode = (part: string | Uint8Array): string => Buffer.from(part).toString('base64url');

const HASHES: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' };

/** The signature of an input under an algorithm name, right or wrong for the key as the test wants it. */
export function signature(input: string, alg: string, by: TestKey): Buffer {
  const data = Buffer.from(input);
  if (alg === 'EdDSA' || alg === 'Ed25519') return signBytes(null, data, by.privateKey);
  const hash = HASHES[alg.slice(2)] ?? 'sha256';
  if (alg.startsWith('ES')) return signBytes(hash, data, { key: by.privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS')) {
    const length = Number(alg.slice(2)) / 8;
    return signBytes(hash, data, { key: by.privateKey, padding: 6, saltLength: length });
  }
  return createSign(hash).update(data).sign(by.privateKey);
}

export const CLAIMS: JsonObject = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'repo:acme/web:ref:refs/heads/main',
  jti: 'token-1',
  iat: NOW - 10,
  nbf: NOW - 10,
  exp: NOW + 300,
  repository_owner_id: '1234567',
  repository: 'acme/web',
};

export const HEADER: JsonObject = { alg: 'RS256', kid: 'rsa', typ: 'JWT' };

/** What a token is made of; the texts and parts override what the objects say. */
export interface TokenParts {
  readonly header?: JsonObject;
  readonly claims?: Readonly<Record<string, JsonValue | undefined>>;
  readonly headerText?: string | Uint8Array;
  readonly payloadText?: string | Uint8Array;
  readonly signedBy?: TestKey;
  /** The algorithm that is really used to sign; the header's own if absent. */
  readonly signedAs?: string;
}

/** A genuine token of the issuer, with deviations. A claim set to undefined is left out. */
export function token(parts: TokenParts = {}): string {
  const header = parts.header ?? HEADER;
  const claims = { ...CLAIMS, ...parts.claims };
  const input = `${encode(parts.headerText ?? JSON.stringify(header))}.${encode(parts.payloadText ?? JSON.stringify(claims))}`;
  const alg = parts.signedAs ?? String(header['alg'] ?? 'RS256');
  return `${input}.${encode(signature(input, alg, parts.signedBy ?? rsaKey))}`;
}

/** The claims as JSON text with more text before the closing brace, for what JSON.stringify can't write. */
export const claimsText = (more: string, claims: Readonly<Record<string, JsonValue | undefined>> = {}): string =>
  `${JSON.stringify({ ...CLAIMS, ...claims }).slice(0, -1)},${more}}`;

export const CONNECTION: OidcConnection = {
  type: 'oidc',
  connection: 'idp',
  preset: null,
  issuers: [{ issuer: ISSUER, jwksUri: null }],
  audience: [AUDIENCE],
  authorizedParties: [],
  algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  types: ['jwt'],
  require: [{ StringEquals: { 'claims.repository_owner_id': ['1234567'] } }],
  claims: {},
  principal: '${claims.repository}',
  maxTokenAge: null,
  clockTolerance: seconds(60),
  reuse: 'allow',
  record: [],
  tokenIdClaim: 'jti',
  roleAccount: null,
};

const nothing = async (): Promise<never> => {
  throw new Error('not read by the verification of a JWT');
};

export function configurationOf(connections: readonly OidcConnection[]): Configuration {
  return {
    version: 1,
    scope: nothing,
    connection: nothing,
    client: nothing,
    samlAudience: nothing,
    audience: async () => [],
    metadataClient: async () => null,
    signInConnections: async () => [],
    samlDecryptsCbc: async () => false,
    awsIamServer: nothing,
    oidcIssuer: async (issuer) =>
      connections.filter(({ issuers }) => issuers.some((each) => each.issuer === issuer)).map(loadConnection),
  };
}

export const keySetsOf = (keys: readonly JsonObject[], asked: KeySource[] = []): KeySets => ({
  async find(source, kid) {
    asked.push(source);
    return accept(kid === undefined ? keys : keys.filter((each) => each['kid'] === kid));
  },
});

export interface Circumstances {
  readonly connections?: readonly OidcConnection[];
  readonly keys?: readonly JsonObject[];
  readonly now?: number;
  readonly declaredType?: DeclaredType;
  readonly asked?: KeySource[];
}

export function context(circumstances: Circumstances = {}): JwtContext {
  const { connections = [CONNECTION], keys = KEYS, now = NOW, declaredType = 'jwt', asked } = circumstances;
  const at: EpochSeconds = epochSeconds(now);
  return {
    configuration: configurationOf(connections),
    keySets: keySetsOf(keys, asked),
    now: at,
    signal: new AbortController().signal,
    declaredType,
  };
}

/** The reason of the refusal, or `accepted`. */
export async function verdict(jwt: string, circumstances: Circumstances = {}): Promise<string> {
  const outcome = await verifyJwt(jwt, context(circumstances));
  return outcome.ok ? 'accepted' : outcome.refusal.reason;
}

/** The principal of a token that must be accepted. */
export async function principal(jwt: string, circumstances: Circumstances = {}): Promise<Principal> {
  const outcome = await verifyJwt(jwt, context(circumstances));
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.reason}`);
  return outcome.value;
}

/** The refusal of a token that must not be. */
export async function refusal(jwt: string, circumstances: Circumstances = {}): Promise<Refusal> {
  const outcome = await verifyJwt(jwt, context(circumstances));
  if (outcome.ok) throw new Error('accepted');
  return outcome.refusal;
}

export const connection = (changes: Partial<OidcConnection>): OidcConnection => ({ ...CONNECTION, ...changes });
export const using = (changes: Partial<OidcConnection>): Circumstances => ({ connections: [connection(changes)] });
