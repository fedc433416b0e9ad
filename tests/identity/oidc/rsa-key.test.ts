import { describe, expect, it } from '@jest/globals';
import { isSoundRsaKey } from '../../../lib/identity/oidc/rsa-key.ts';
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
/** An odd number of 2,048 bits that is a power of 65537 modulo every prime above, as the weak generator makes them. */
function rocaModulus(): bigint {
  const product = PRIMES.reduce((all, prime) => all * prime, 1n);
  let power = 1n;
  for (let count = 0; count < 1234; count += 1) power = (power * 65537n) % product;
  const candidate = power + product * ((1n << 2047n) / product + 1n);
  return candidate % 2n === 1n ? candidate : candidate + product;
}

describe('an RSA key', () => {
  it.each([
    ['of OpenSSL', rsaKey.jwk],
    ['of OpenSSL, another', otherRsaKey.jwk],
  ])('is sound: %s', (_name, jwk) => {
    expect(isSoundRsaKey(jwk['n'], jwk['e'])).toBe(true);
  });

  it('is sound with exponent 3', () => {
    expect(isSoundRsaKey(rsaKey.jwk['n'], bytes(3n))).toBe(true);
  });

  it.each([
    ['made by the ROCA generator (CVE-2017-15361)', bytes(rocaModulus()), 'AQAB'],
    ['of 2,047 bits', bytes((1n << 2046n) + 12_345_677n), 'AQAB'],
    ['of 8,193 bits', bytes((1n << 8192n) + 12_345_677n), 'AQAB'],
    ['even', bytes((1n << 2047n) + 12_345_678n), 'AQAB'],
    ['with exponent 1', rsaKey.jwk['n'], bytes(1n)],
    ['with exponent 2', rsaKey.jwk['n'], bytes(2n)],
    ['with an even exponent', rsaKey.jwk['n'], bytes(65536n)],
    ['with an exponent of 2^64 + 1', rsaKey.jwk['n'], bytes((1n << 64n) + 1n)],
    ['without an exponent', rsaKey.jwk['n'], undefined],
    ['with padding', `${String(rsaKey.jwk['n'])}=`, 'AQAB'],
    ['without a modulus', '', 'AQAB'],
  ])('is not sound: %s', (_name, n, e) => {
    expect(isSoundRsaKey(n, e)).toBe(false);
  });
});
