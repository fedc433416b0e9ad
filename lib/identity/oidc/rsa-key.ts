import { decodeBase64url } from './jws.ts';

const MIN_BITS = 2048;
/** Verification time grows with the square of the modulus: a larger key is a way to spend our time. */
const MAX_BITS = 8192;

/**
 * True for a public RSA key that a signature may be checked with: 2,048 to 8,192 bits, an odd modulus, an odd public
 * exponent from 3 to 2^64, and not made by the weak generator of CVE-2017-15361 (ROCA). RFC 7518 section 3.3, NIST SP
 * 800-131A.
 */
export function isSoundRsaKey(n: unknown, e: unknown): boolean {
  const modulus = unsigned(n);
  const exponent = unsigned(e);
  if (modulus === null || exponent === null) return false;
  const bits = modulus.toString(2).length;
  if (bits < MIN_BITS || bits > MAX_BITS || modulus % 2n === 0n) return false;
  if (exponent < 3n || exponent % 2n === 0n || exponent >= 1n << 64n) return false;
  return !hasRocaFingerprint(modulus);
}

function unsigned(text: unknown): bigint | null {
  if (typeof text !== 'string' || text === '' || text.length > (MAX_BITS / 6) * 2) return null;
  const bytes = decodeBase64url(text);
  return bytes === null ? null : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The primes up to 167: the ones that divide the generator's constant for every key size. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
] as const;

const powersOf65537 = new Map<number, ReadonlySet<number>>();

/**
 * Keys of the weak generator are a power of 65537 modulo each of these primes; of other keys about one in 2^27 is
 * (M. Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 3.2).
 */
function hasRocaFingerprint(modulus: bigint): boolean {
  return PRIMES.every((prime) => powers(prime).has(Number(modulus % BigInt(prime))));
}

function powers(prime: number): ReadonlySet<number> {
  const known = powersOf65537.get(prime);
  if (known !== undefined) return known;
  const found = new Set<number>();
  for (let power = 1; !found.has(power); power = (power * 65537) % prime) found.add(power);
  powersOf65537.set(prime, found);
  return found;
}
