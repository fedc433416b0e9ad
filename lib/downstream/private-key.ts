import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from '../configuration/documents/jws-algorithm.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';

/** A key that signs assertions, and with which algorithm (RFC 7518 section 3.1, RFC 8037). */
export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: JwsAlgorithm;
}

/** NIST SP 800-131A, and RFC 7518 section 3.3. */
const LEAST_RSA_BITS = 2048;
const RSA: readonly JwsAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES: ReadonlyMap<string, JwsAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/**
 * Reads an unencrypted private key: PEM (PKCS#8, PKCS#1 of RSA, SEC1 of EC) or a JWK. `algorithm` null: the usual one
 * of such a key (RS256, ES256 by the curve, EdDSA). Refuses with `downstream_key_unusable` for anything else, a short
 * RSA key, and a key of another algorithm; the key is never told.
 */
export function readSigningKey(text: string, algorithm: JwsAlgorithm | null): Outcome<SigningKey> {
  const key = parseKey(text.trim());
  if (key === null) return unusable('not a private key', algorithm);
  const fitting = algorithmsOf(key);
  const [usual] = fitting;
  if (usual === undefined) return unusable(key.asymmetricKeyType ?? 'unknown', algorithm);
  if (algorithm !== null && !fitting.includes(algorithm))
    return unusable(key.asymmetricKeyType ?? 'unknown', algorithm);
  return accept({ key, algorithm: algorithm ?? usual });
}

function parseKey(text: string): KeyObject | null {
  try {
    return text.startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey({ key: text, format: 'pem' });
  } catch {
    return null;
  }
}

/** The algorithms that a key can sign with, the usual one first. */
function algorithmsOf(key: KeyObject): readonly JwsAlgorithm[] {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= LEAST_RSA_BITS ? RSA : [];
    case 'ec':
      return [CURVES.get(namedCurve)].filter((algorithm) => algorithm !== undefined);
    case 'ed25519':
      return ['EdDSA'];
    default:
      return [];
  }
}

const unusable = (problem: string, algorithm: JwsAlgorithm | null) =>
  refuse('downstream_key_unusable', { log: { problem, algorithm } });
