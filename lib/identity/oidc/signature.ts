import { type CryptoKey, compactVerify, errors, importJWK } from 'jose';
import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';
import type { JsonObject } from '../../json.ts';
import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import { algorithmNamed } from './algorithms.ts';
import { bareKey, type KeyMisfit, keyMisfit } from './jwk.ts';
import type { JwsHeader } from './jws.ts';

/** Keys tried for one token: only a key set without usable `kid`s has several. */
const MAX_KEYS_TRIED = 8;

interface Signed {
  readonly compact: string;
  readonly header: JwsHeader;
}

/** Imported keys live as long as the key set that holds the JWK. */
const imported = new WeakMap<JsonObject, Map<JwsAlgorithm, Promise<CryptoKey | KeyMisfit>>>();

/**
 * The algorithm of a token if it is one of those allowed, exactly as spelled; else `algorithm_not_allowed`. RFC 8725
 * section 3.1.
 */
export function allowedAlgorithm(header: JwsHeader, allowed: readonly JwsAlgorithm[]): Outcome<JwsAlgorithm> {
  const algorithm = algorithmNamed(header.alg);
  if (algorithm === null || !allowed.includes(algorithm)) {
    return refuse('algorithm_not_allowed', { log: { algorithm: header.alg } });
  }
  return accept(algorithm);
}

/**
 * Verifies the signature of a compact JWS with one of the JWKs, under an algorithm of the list. Returns the JWK that
 * verified it. Refuses with `algorithm_not_allowed`, `key_unknown` (no JWK is one for the algorithm), `key_unusable`
 * (one would be, and is broken, weak or not public) or `signature_invalid`; the log has which JWK was skipped and why.
 * RFC 7515 section 5.2.
 */
export async function verifySignature(
  signed: Signed,
  jwks: readonly JsonObject[],
  allowed: readonly JwsAlgorithm[],
): Promise<Outcome<JsonObject>> {
  const algorithm = allowedAlgorithm(signed.header, allowed);
  if (!algorithm.ok) return algorithm;
  const misfits: KeyMisfit[] = [];
  let tried = 0;
  for (const jwk of jwks) {
    const key = await importOnce(jwk, algorithm.value);
    if ('found' in key) {
      misfits.push(key);
      continue;
    }
    if (await verifies(signed, key)) return accept(jwk);
    tried += 1;
    if (tried === MAX_KEYS_TRIED) break;
  }
  return noKeyVerified(signed.header, tried, misfits);
}

/**
 * As `verifySignature`; where a token that names no key is verified by none of `jwks`, `newer` is asked for keys that
 * its issuer may have published since.
 */
export async function verifyWithNewer(
  signed: Signed,
  jwks: readonly JsonObject[],
  allowed: readonly JwsAlgorithm[],
  newer: (tried: readonly JsonObject[]) => Promise<Outcome<readonly JsonObject[]>>,
): Promise<Outcome<JsonObject>> {
  const verified = await verifySignature(signed, jwks, allowed);
  if (verified.ok || signed.header.kid !== undefined) return verified;
  const keys = await newer(jwks);
  return keys.ok && keys.value.length > 0 ? verifySignature(signed, keys.value, allowed) : verified;
}

function noKeyVerified({ kid, alg }: JwsHeader, tried: number, misfits: readonly KeyMisfit[]): Outcome<never> {
  const found = [...new Set(misfits.map((misfit) => misfit.found))].join('; ');
  const log = { kid: kid ?? null, algorithm: alg, found: found === '' ? null : found };
  if (tried > 0) return refuse('signature_invalid', { log });
  return refuse(misfits.some(({ kind }) => kind === 'unusable') ? 'key_unusable' : 'key_unknown', { log });
}

function importOnce(jwk: JsonObject, algorithm: JwsAlgorithm): Promise<CryptoKey | KeyMisfit> {
  const known = imported.get(jwk) ?? new Map<JwsAlgorithm, Promise<CryptoKey | KeyMisfit>>();
  imported.set(jwk, known);
  const before = known.get(algorithm);
  if (before !== undefined) return before;
  const misfit = keyMisfit(jwk, algorithm);
  const key = misfit === null ? importPublic(jwk, algorithm) : Promise.resolve(misfit);
  known.set(algorithm, key);
  return key;
}

async function importPublic(jwk: JsonObject, algorithm: JwsAlgorithm): Promise<CryptoKey | KeyMisfit> {
  try {
    // What the key says of its use was judged; jose gets the bare key, so that no second opinion of it can differ.
    const key = await importJWK(bareKey(jwk), algorithm);
    if (!(key instanceof Uint8Array)) return key;
  } catch {
    // Below.
  }
  return { kind: 'unusable', found: 'no key (a member is missing, or a point off its curve)' };
}

async function verifies(signed: Signed, key: CryptoKey): Promise<boolean> {
  try {
    await compactVerify(signed.compact, key, { algorithms: [signed.header.alg] });
    return true;
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return false;
    throw new Fault('bug', 'a signature could not be verified', { cause });
  }
}
