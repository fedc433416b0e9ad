import { type CryptoKey, compactVerify, errors, importJWK } from 'jose';
import type { JwsAlgorithm } from '../../configuration/documents.ts';
import type { JsonObject } from '../../json.ts';
import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import { algorithmNamed } from './algorithms.ts';
import { canVerify } from './jwk.ts';
import type { JwsHeader } from './jws.ts';

/** Keys tried for one token: only a key set without usable `kid`s has several. */
const MAX_KEYS_TRIED = 8;

interface Signed {
  readonly compact: string;
  readonly header: JwsHeader;
}

/** Imported keys live as long as the key set that holds the JWK. null: the JWK is no key (a point off its curve). */
const imported = new WeakMap<JsonObject, Map<JwsAlgorithm, Promise<CryptoKey | null>>>();

/**
 * The algorithm of a token if it is one of those allowed, exactly as spelled; else `algorithm_not_allowed`. RFC 8725
 * section 3.1.
 */
export function allowedAlgorithm(header: JwsHeader, allowed: readonly JwsAlgorithm[]): Outcome<JwsAlgorithm> {
  const algorithm = algorithmNamed(header.alg);
  if (algorithm === null || !allowed.includes(algorithm)) return refuse('algorithm_not_allowed');
  return accept(algorithm);
}

/**
 * Verifies the signature of a compact JWS with one of the JWKs, under an algorithm of the list. Returns the JWK that
 * verified it. Refuses with `algorithm_not_allowed`, `key_unknown` (no JWK fits the algorithm) or `signature_invalid`.
 * RFC 7515 section 5.2.
 */
export async function verifySignature(
  signed: Signed,
  jwks: readonly JsonObject[],
  allowed: readonly JwsAlgorithm[],
): Promise<Outcome<JsonObject>> {
  const algorithm = allowedAlgorithm(signed.header, allowed);
  if (!algorithm.ok) return algorithm;
  let tried = 0;
  for (const jwk of jwks) {
    const key = await importOnce(jwk, algorithm.value);
    if (key === null) continue;
    if (await verifies(signed, key)) return accept(jwk);
    tried += 1;
    if (tried === MAX_KEYS_TRIED) break;
  }
  return refuse(tried === 0 ? 'key_unknown' : 'signature_invalid');
}

function importOnce(jwk: JsonObject, algorithm: JwsAlgorithm): Promise<CryptoKey | null> {
  const known = imported.get(jwk) ?? new Map<JwsAlgorithm, Promise<CryptoKey | null>>();
  imported.set(jwk, known);
  const before = known.get(algorithm);
  if (before !== undefined) return before;
  const key = canVerify(jwk, algorithm) ? importPublic(jwk, algorithm) : Promise.resolve(null);
  known.set(algorithm, key);
  return key;
}

async function importPublic(jwk: JsonObject, algorithm: JwsAlgorithm): Promise<CryptoKey | null> {
  try {
    // `alg` and `key_ops` were judged by canVerify; jose gets the bare key, so that no second opinion of them can
    // differ.
    const { alg: _alg, key_ops: _operations, use: _use, ext: _ext, ...bare } = jwk;
    const key = await importJWK(bare, algorithm);
    return key instanceof Uint8Array ? null : key;
  } catch {
    return null;
  }
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
