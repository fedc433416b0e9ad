import type { JsonValue } from '../../json.ts';
import { decodeBase64url } from './jws.ts';

const MIN_BITS = 2048;
/** Verification time grows with the square of the modulus: a larger key is a way to spend our time. */
const MAX_BITS = 8192;
const MAX_EXPONENT = (1n << 64n) - 1n;
/** In characters: several times what the largest key takes, so that a larger one is told by its size. */
const LONGEST_NUMBER = 8_192;

/**
 * What is wrong with a public RSA key that a signature is to be checked with; null: nothing. Sound is one of 2,048 to
 * 8,192 bits, with an odd modulus and an odd public exponent from 3 to 2^64, that was not made by the weak generator of
 * CVE-2017-15361 (ROCA). RFC 7518 section 3.3, NIST SP 800-131A.
 */
export function rsaKeyProblem(n: unknown, e: unknown): string | null {
  const [modulus, exponent] = [unsigned(n), unsigned(e)];
  if (modulus === null) return 'n is not base64url of a number';
  if (exponent === null) return 'e is not base64url of a number';
  const bits = modulus.toString(2).length;
  if (bits < MIN_BITS || bits > MAX_BITS) return `RSA of ${bits} bits`;
  if (modulus % 2n === 0n) return 'n is even';
  if (exponent < 3n || exponent % 2n === 0n || exponent > MAX_EXPONENT) return 'e is even, below 3 or beyond 64 bits';
  return hasRocaFingerprint(modulus) ? 'made by the generator of CVE-2017-15361' : null;
}

/**
 * An unsigned number as RFC 7518 section 2 writes it (Base64urlUInt). That section forbids zero octets in front, and
 * base64url has no padding and other letters for two values (RFC 7515 section 2); all of it comes of common libraries
 * and changes nothing of the number, so it is set right. null: neither base64url nor base64.
 */
export function canonicalUnsigned(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > LONGEST_NUMBER) return null;
  const bytes = decodeBase64url(canonicalLetters(text));
  if (bytes === null) return null;
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? null : Buffer.from(bytes.subarray(first)).toString('base64url');
}

const canonicalLetters = (text: string): string =>
  text
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_');

/**
 * A coordinate of so many octets (RFC 7518 section 6.2.1.2): libraries that write numbers leave zeros out in front of
 * it, or put one there. As it came where it is no such number; what is to be made of it is for the import to say.
 */
export function canonicalCoordinate(text: JsonValue | undefined, octets: number): JsonValue | undefined {
  const number = canonicalUnsigned(text);
  const bytes = number === null ? null : Buffer.from(number, 'base64url');
  if (bytes === null || bytes.byteLength > octets) return text;
  return Buffer.concat([Buffer.alloc(octets - bytes.byteLength), bytes]).toString('base64url');
}

function unsigned(text: unknown): bigint | null {
  const canonical = canonicalUnsigned(text);
  return canonical === null ? null : BigInt(`0x${Buffer.from(canonical, 'base64url').toString('hex')}`);
}

/** The primes up to 167: the ones that divide the generator's constant for every key size. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
] as const;

/**
 * Keys of the weak generator are a power of 65537 modulo each of these primes; of other keys about one in 2^27 is
 * (M. Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 3.2).
 */
function hasRocaFingerprint(modulus: bigint): boolean {
  return PRIMES.every((prime) => powers(prime).has(Number(modulus % BigInt(prime))));
}

/** All powers of 65537 modulo a prime. Not kept: of a sound key the first few primes say that it is one. */
function powers(prime: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let power = 1; !found.has(power); power = (power * 65537) % prime) found.add(power);
  return found;
}
