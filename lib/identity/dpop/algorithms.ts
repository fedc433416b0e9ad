import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';

/** Algorithms of DPoP proofs: `dpop_signing_alg_values_supported` (RFC 9449 section 5.1). */
export const DPOP_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as const satisfies readonly JwsAlgorithm[];
