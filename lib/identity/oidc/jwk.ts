import type { JwsAlgorithm } from '../../configuration/documents.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { algorithmNamed, KEY_SHAPES } from './algorithms.ts';
import { isSoundRsaKey } from './rsa-key.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/**
 * True where the key says that it may verify signatures of this algorithm: type and curve fit, `alg`, `use` and
 * `key_ops` do not say otherwise, it is public, and an RSA key is sound. RFC 7517 section 4, RFC 8725 sections 3.1 and
 * 3.2.
 */
export function canVerify(jwk: JsonObject, algorithm: JwsAlgorithm): boolean {
  const shape = KEY_SHAPES[algorithm];
  if (jwk['kty'] !== shape.kty) return false;
  if (shape.crv !== null && jwk['crv'] !== shape.crv) return false;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return false;
  if (!saysAlgorithm(jwk['alg'], algorithm) || !saysSignature(jwk['use'], jwk['key_ops'])) return false;
  return shape.kty !== 'RSA' || isSoundRsaKey(jwk['n'], jwk['e']);
}

function saysAlgorithm(alg: JsonValue | undefined, algorithm: JwsAlgorithm): boolean {
  return alg === undefined || (typeof alg === 'string' && algorithmNamed(alg) === algorithm);
}

function saysSignature(use: JsonValue | undefined, operations: JsonValue | undefined): boolean {
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}
