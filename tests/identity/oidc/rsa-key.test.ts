import { describe, expect, it } from '@jest/globals';
import { canonicalCoordinate, canonicalUnsigned, rsaKeyProblem } from '../../../lib/identity/oidc/rsa-key.ts';
import { otherRsaKey, rsaKey } from './fixture.ts';

const bytes = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
};
const PRIMES = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
];
const PRODUCT = PRIMES.reduce((all, prime) => all * prime, 1n);

/** An odd number of 2,048 bits with this remainder by the product of the primes. */
function largeAs(remainder: bigint): bigint {
  const candidate = remainder + PRODUCT * ((1n << 2047n) / PRODUCT + 1n);
  return candidate % 2n === 1n ? candidate : candidate + PRODUCT;
}

/** A power of 65537 modulo every prime above, as the weak generator makes its moduli. */
function power(exponent: number): bigint {
  let result = 1n;
  for (let count = 0; count < exponent; count += 1) result = (result * 65537n) % PRODUCT;
  return result;
}

const rocaModulus = (exponent = 1234): bigint => largeAs(power(exponent));

/** As that, but for one prime, which divides it: no power of 65537 is divided by it. */
function allButOne(prime: bigint): bigint {
  const [others, start] = [PRODUCT / prime, power(1234)];
  let remainder = start;
  while (remainder % prime !== 0n) remainder = (remainder + others) % PRODUCT;
  return largeAs(remainder);
}

describe('an RSA key', () => {
  const n = String(rsaKey.jwk['n']);
  const withZeros = (text: string, count: number): string =>
    Buffer.concat([Buffer.alloc(count), Buffer.from(text, 'base64url')]).toString('base64url');

  it.each([
    ['of OpenSSL', n, 'AQAB'],
    ['of OpenSSL, another', otherRsaKey.jwk['n'], otherRsaKey.jwk['e']],
    ['with exponent 3', n, bytes(3n)],
    ['with the largest exponent, 2^64 - 1', n, bytes((1n << 64n) - 1n)],
    ['of 2,048 bits', bytes((1n << 2047n) + 12_345_677n), 'AQAB'],
    ['of 8,192 bits', bytes((1n << 8191n) + 12_345_677n), 'AQAB'],
    ['with a zero octet before its modulus, as Java writes it', withZeros(n, 1), 'AQAB'],
    ['with two', withZeros(n, 2), 'AQAB'],
    ['with a zero octet before its exponent', n, withZeros('AQAB', 1)],
    ['with padding', `${n}==`, 'AQAB'],
    ['with both', `${withZeros(n, 1)}=`, 'AQAB'],
  ])('is sound %s', (_name, modulus, exponent) => {
    expect(rsaKeyProblem(modulus, exponent)).toBeNull();
  });

  it.each([
    ['made by the ROCA generator (CVE-2017-15361)', bytes(rocaModulus()), 'AQAB', 'CVE-2017-15361'],
    ['of 2,047 bits', bytes((1n << 2046n) + 12_345_677n), 'AQAB', 'RSA of 2047 bits'],
    ['of 8,193 bits', bytes((1n << 8192n) + 12_345_677n), 'AQAB', 'RSA of 8193 bits'],
    ['of 16,384 bits', bytes((1n << 16383n) + 12_345_677n), 'AQAB', 'RSA of 16384 bits'],
    ['of 2,048 bits by its zeros alone', withZeros(bytes((1n << 2039n) + 1n), 1), 'AQAB', 'RSA of 2040 bits'],
    ['even', bytes((1n << 2047n) + 12_345_678n), 'AQAB', 'n is even'],
    ['with exponent 1', n, bytes(1n), 'e is even, below 3 or beyond 64 bits'],
    ['with exponent 2', n, bytes(2n), 'e is even, below 3 or beyond 64 bits'],
    ['with an even exponent', n, bytes(65536n), 'e is even, below 3 or beyond 64 bits'],
    ['with an exponent of 2^64 + 1', n, bytes((1n << 64n) + 1n), 'e is even, below 3 or beyond 64 bits'],
    ['without an exponent', n, undefined, 'e is not'],
    ['with an exponent of nothing but zeros', n, 'AAAA', 'e is not'],
    ['with an exponent that is no text', n, 65_537, 'e is not'],
    ['with three signs of padding', `${n}===`, 'AQAB', 'n is not'],
    ['with padding inside', `${n.slice(0, 100)}=${n.slice(100)}`, 'AQAB', 'n is not'],
    ['in base64 with + and /', `${n.slice(0, -2)}+/`, 'AQAB', 'n is not'],
    ['with a line end', `${n}\n`, 'AQAB', 'n is not'],
    ['without a modulus', '', 'AQAB', 'n is not'],
    ['with a modulus that is no text', 7, 'AQAB', 'n is not'],
    ['with a modulus beyond any size', 'A'.repeat(8_193), 'AQAB', 'n is not'],
  ])('is not sound %s', (_name, modulus, exponent, problem) => {
    expect(rsaKeyProblem(modulus, exponent)).toContain(problem);
  });

  it.each([1, 2, 17, 1_000, 4_321])('is not sound as the weak generator makes it (65537^%i)', (exponent) => {
    expect(rsaKeyProblem(bytes(rocaModulus(exponent)), 'AQAB')).toContain('CVE-2017-15361');
  });

  it.each(PRIMES)('is sound where it is of that form for every prime but %i', (prime) => {
    expect(rsaKeyProblem(bytes(allButOne(prime)), 'AQAB')).toBeNull();
  });

  it('has its numbers written in one way, whatever its issuer wrote', () => {
    for (const written of [n, withZeros(n, 1), withZeros(n, 3), `${n}=`, `${n}==`]) {
      expect(canonicalUnsigned(written)).toBe(n);
    }
  });

  it('has numbers of at most 8,192 characters', () => {
    const longest = `${'A'.repeat(8_190)}AQ`;
    expect(canonicalUnsigned(longest)).toBe('EA');
    expect(canonicalUnsigned(`${longest}=`)).toBeNull();
  });
});

describe('a coordinate of four octets', () => {
  const of = (...octets: number[]): string => Buffer.from(octets).toString('base64url');
  it.each([
    ['as it is', of(1, 2, 3, 4), of(1, 2, 3, 4)],
    ['that begins with a zero', of(0, 2, 3, 4), of(0, 2, 3, 4)],
    ['without its leading zeros', of(3, 4), of(0, 0, 3, 4)],
    ['with one zero more', of(0, 1, 2, 3, 4), of(1, 2, 3, 4)],
    ['with padding', 'AQIDBA==', of(1, 2, 3, 4)],
    ['in base64', '+/+/+w', of(0xfb, 0xff, 0xbf, 0xfb)],
  ])('is set right %s (RFC 7518 section 6.2.1.2)', (_name, text, canonical) => {
    expect(canonicalCoordinate(text, 4)).toBe(canonical);
  });

  it.each([[of(1, 2, 3, 4, 5)], ['AQID====='], ['!'], [''], ['AAAA'], [7], [undefined]])(
    'is left as it came where it is none: %j',
    (text) => {
      expect(canonicalCoordinate(text, 4)).toBe(text);
    },
  );
});
