import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { JsonObject } from '../../json.ts';
import { parseRing } from '../../keys/ring.ts';
import { Fault } from '../../outcome.ts';
import type { SigningAlgorithm, TokenSigner } from '../../ports/keys.ts';
import type { Secrets } from '../../ports/secrets.ts';

interface SigningKey {
  readonly versionId: string;
  /** The protected header but its `typ`. */
  readonly header: { readonly alg: SigningAlgorithm; readonly kid: string };
  readonly key: KeyObject;
}

/**
 * Signs with the `current` key of the ring in the secret's current version; the imported key is kept as long as the
 * version is. On the thread of the request: a P-256 signature takes less than its way to another thread and back.
 */
export function tokenSigner(secrets: () => Promise<Secrets>, secretName: string | null): TokenSigner {
  let kept: SigningKey | null = null;
  return {
    sign: async (type, claims, signal) => {
      kept = await currentKey(await secrets(), secretName, kept, signal);
      return compactJws({ ...kept.header, typ: type }, claims, kept);
    },
  };
}

async function currentKey(
  secrets: Secrets,
  secretName: string | null,
  kept: SigningKey | null,
  signal: AbortSignal,
): Promise<SigningKey> {
  const secret = secretName === null ? null : await secrets.read(secretName, signal);
  if (secret === null) throw new Fault('secrets', 'there is no ring of signing keys');
  const { versionId, value } = secret.current;
  if (kept?.versionId === versionId) return kept;
  const ring = parseRing(value);
  if (ring === null) throw new Fault('secrets', 'the ring of signing keys was not rotated yet, or is no ring');
  return importSigningKey(ring.current, versionId);
}

function importSigningKey(jwk: JsonObject, versionId: string): SigningKey {
  const { kid } = jwk;
  const alg = KEY_TYPES.find(([, type]) => jwk['kty'] === type.kty && jwk['crv'] === type.crv)?.[0];
  if (typeof kid !== 'string' || alg === undefined || jwk['alg'] !== alg) {
    throw new Fault('secrets', 'the current signing key is unusable');
  }
  try {
    return { versionId, header: { alg, kid }, key: createPrivateKey({ key: { ...jwk }, format: 'jwk' }) };
  } catch (cause) {
    throw new Fault('secrets', 'the current signing key is unusable', { cause });
  }
}

/** RFC 7518 sections 3.3 and 3.4, RFC 8037 section 3.1. */
const KEY_TYPES: readonly (readonly [SigningAlgorithm, { readonly kty: string; readonly crv?: string }])[] = [
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ['RS256', { kty: 'RSA' }],
];

/** RFC 7515 section 5.1: the compact serialization. */
function compactJws(header: JsonObject, claims: JsonObject, { key, header: { alg } }: SigningKey): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  const octets = Buffer.from(input);
  const signature = alg === 'ES256' ? fixedLength(sign('sha256', octets, key)) : sign(digestOf(alg), octets, key);
  return `${input}.${signature.toString('base64url')}`;
}

const digestOf = (alg: SigningAlgorithm): 'sha256' | null => (alg === 'EdDSA' ? null : 'sha256');

/** Octets of each integer of a P-256 signature. */
const ES256_OCTETS = 32;

/**
 * R and S side by side (RFC 7518 section 3.4), of an ECDSA-Sig-Value (RFC 3279 section 2.2.3) whose lengths take an
 * octet each. Node.js does it too, but to be told so it needs the key inside of an object, and finds it there at the
 * cost of another signature.
 */
function fixedLength(der: Buffer): Buffer {
  const r = integerAt(der, 2);
  const s = integerAt(der, r.end);
  const both = Buffer.alloc(2 * ES256_OCTETS);
  r.octets.copy(both, ES256_OCTETS - r.octets.byteLength);
  s.octets.copy(both, 2 * ES256_OCTETS - s.octets.byteLength);
  return both;
}

/** A positive INTEGER without the zero that may stand before it. */
function integerAt(der: Buffer, at: number): { readonly octets: Buffer; readonly end: number } {
  const end = at + 2 + der.readUInt8(at + 1);
  const octets = der.subarray(at + 2, end);
  return { octets: octets.subarray(Math.max(0, octets.byteLength - ES256_OCTETS)), end };
}

const base64url = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
