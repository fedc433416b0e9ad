import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { algorithmNamed, KEY_SHAPES } from './algorithms.ts';
import { canonicalCoordinate, canonicalUnsigned, rsaKeyProblem } from './rsa-key.ts';

/** RFC 7518 section 6: what makes a JWK a private or a secret key. */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/** Why a key verifies nothing under an algorithm. */
export interface KeyMisfit {
  /**
   * `other`: by its own word it is for something else. `unusable`: it would be the key, and is broken, weak or not
   * public.
   */
  readonly kind: 'other' | 'unusable';
  /** For the log: which member, never its value. */
  readonly found: string;
}

/**
 * null where the key says that it may verify signatures of this algorithm: type and curve fit, `alg`, `use` and
 * `key_ops` do not say otherwise, it is public, and an RSA key is sound. RFC 7517 section 4, RFC 8725 sections 3.1
 * and 3.2.
 */
export function keyMisfit(jwk: JsonObject, algorithm: JwsAlgorithm): KeyMisfit | null {
  const shape = KEY_SHAPES[algorithm];
  if (jwk['kty'] !== shape.kty) return other('another kty');
  if (shape.crv !== null && jwk['crv'] !== shape.crv) return other('another crv');
  if (!saysAlgorithm(jwk['alg'], algorithm)) return other('another alg');
  if (!saysSignature(jwk['use'], jwk['key_ops'])) return other('another use or key_ops');
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(jwk, member));
  if (secret !== undefined) return unusable(`a private key (${secret})`);
  const problem = shape.kty === 'RSA' ? rsaKeyProblem(jwk['n'], jwk['e']) : null;
  return problem === null ? null : unusable(problem);
}

const other = (found: string): KeyMisfit => ({ kind: 'other', found });
const unusable = (found: string): KeyMisfit => ({ kind: 'unusable', found });

/** Octets of a coordinate. That of Ed25519 is no number. */
const COORDINATE_OCTETS: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/**
 * The members that are the key itself, its numbers as RFC 7518 sections 2 and 6.2.1 have them. What it says of its use
 * was judged.
 */
export function bareKey({ kty, crv, x, y, n, e }: JsonObject): JsonObject {
  const octets = COORDINATE_OCTETS[String(crv)];
  const coordinate = (value: JsonValue | undefined): JsonValue | undefined => {
    if (octets !== undefined) return canonicalCoordinate(value, octets);
    return typeof value === 'string' ? value.replace(/=$/, '') : value;
  };
  const members =
    kty === 'RSA'
      ? { kty, n: canonicalUnsigned(n), e: canonicalUnsigned(e) }
      : { kty, crv, x: coordinate(x), y: coordinate(y) };
  return Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}

function saysAlgorithm(alg: JsonValue | undefined, algorithm: JwsAlgorithm): boolean {
  return alg === undefined || (typeof alg === 'string' && algorithmNamed(alg) === algorithm);
}

function saysSignature(use: JsonValue | undefined, operations: JsonValue | undefined): boolean {
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}
