import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';

/** What a key must be to verify under an algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1). */
interface KeyShape {
  readonly kty: 'RSA' | 'EC' | 'OKP';
  readonly crv: string | null;
}

/** The asymmetric algorithms, and no others: `none` and every HMAC are unknown words here. */
export const KEY_SHAPES: Readonly<Record<JwsAlgorithm, KeyShape>> = {
  RS256: { kty: 'RSA', crv: null },
  RS384: { kty: 'RSA', crv: null },
  RS512: { kty: 'RSA', crv: null },
  PS256: { kty: 'RSA', crv: null },
  PS384: { kty: 'RSA', crv: null },
  PS512: { kty: 'RSA', crv: null },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

const isJwsAlgorithm = (name: string): name is JwsAlgorithm => Object.hasOwn(KEY_SHAPES, name);

/**
 * The algorithm that an `alg` names, compared exactly; `Ed25519` (RFC 9864) is `EdDSA`. null: none that can be allowed.
 */
export function algorithmNamed(alg: string): JwsAlgorithm | null {
  if (alg === 'Ed25519') return 'EdDSA';
  return isJwsAlgorithm(alg) ? alg : null;
}
