import { describe, expect, it } from '@jest/globals';
import { algorithmNamed, KEY_SHAPES } from '../../../lib/identity/oidc/algorithms.ts';
import { bareKey, keyMisfit } from '../../../lib/identity/oidc/jwk.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { ecKey, edKey, p384Key, rsaKey } from './fixture.ts';

const bare = ({ kty, crv, x, y, n, e }: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

const RSA = bare(rsaKey.jwk);
const P256 = bare(ecKey.jwk);
const P384 = bare(p384Key.jwk);
const ED = bare(edKey.jwk);
const other = (found: string) => ({ kind: 'other', found });

describe('a key', () => {
  it.each([
    ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((alg) => [alg, RSA] as const),
    ['ES256', P256],
    ['ES384', P384],
    ['ES512', { kty: 'EC', crv: 'P-521', x: 'AQ', y: 'AQ' }],
    ['EdDSA', ED],
  ] as const)('fits %s by its type and curve', (algorithm, jwk) => {
    expect(keyMisfit(jwk, algorithm)).toBeNull();
    expect(keyMisfit({ ...jwk, alg: algorithm, use: 'sig', key_ops: ['verify'] }, algorithm)).toBeNull();
  });

  it('fits EdDSA by the name Ed25519 too (RFC 9864)', () => {
    expect(keyMisfit({ ...ED, alg: 'Ed25519' }, 'EdDSA')).toBeNull();
  });

  it.each([
    ['RS256', P256, 'another kty'],
    ['ES256', RSA, 'another kty'],
    ['EdDSA', P256, 'another kty'],
    ['ES256', P384, 'another crv'],
    ['ES384', P256, 'another crv'],
    ['ES512', P256, 'another crv'],
    ['EdDSA', { ...ED, crv: 'Ed448' }, 'another crv'],
    ['RS256', { ...RSA, alg: 'PS256' }, 'another alg'],
    ['RS256', { ...RSA, alg: 256 }, 'another alg'],
    ['RS256', { ...RSA, use: 'enc' }, 'another use or key_ops'],
    ['RS256', { ...RSA, key_ops: ['encrypt'] }, 'another use or key_ops'],
    ['RS256', { ...RSA, key_ops: 'verify' }, 'another use or key_ops'],
  ] as const)('is not one for %s: %j', (algorithm, jwk, found) => {
    expect(keyMisfit(jwk, algorithm)).toEqual(other(found));
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('with the private member %s verifies nothing', (member) => {
    expect(keyMisfit({ ...P256, [member]: 'AQ' }, 'ES256')).toEqual({
      kind: 'unusable',
      found: `a private key (${member})`,
    });
  });

  it('of RSA is sound, whatever it says', () => {
    expect(keyMisfit({ ...RSA, e: 'AQ' }, 'RS256')).toEqual({
      kind: 'unusable',
      found: 'e is even, below 3 or beyond 64 bits',
    });
  });

  it.each([RSA, P256, ED])('goes to the library without anything but its numbers: $kty', (jwk) => {
    expect(bareKey({ ...jwk, alg: 'x', use: 'sig', key_ops: ['verify'], kid: '1', d: 'AQ' })).toEqual(jwk);
  });
});

describe('the numbers of a key', () => {
  const number = (octets: number, first = 1): string =>
    Buffer.concat([Buffer.from([first]), Buffer.alloc(octets - 1, 7)]).toString('base64url');

  it.each([
    ['P-256', 32],
    ['P-384', 48],
    ['P-521', 66],
  ])('have the length of their curve, %s: %i octets', (crv, octets) => {
    const short = { kty: 'EC', crv, x: number(octets - 1), y: `${number(octets)}` };
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(short.x, 'base64url')]).toString('base64url');
    expect(bareKey(short)).toStrictEqual({ ...short, x: padded });
    const long = Buffer.concat([Buffer.alloc(1), Buffer.from(short.y, 'base64url')]).toString('base64url');
    expect(bareKey({ ...short, y: long })).toStrictEqual({ ...short, x: padded });
  });

  it.each([
    ['without its padding', { x: 'abc=' }, { x: 'abc' }],
    ['with nothing else taken away', { x: 'a=bc' }, { x: 'a=bc' }],
    ['as it came where it is no text', { x: 7 }, { x: 7 }],
    ['not at all where there is none', {}, {}],
    ['not at all where there is null', { x: null }, {}],
  ])('of Ed25519 go to the library %s', (_name, members, sent) => {
    const key = { kty: 'OKP', crv: 'Ed25519' };
    expect(bareKey({ ...key, ...members })).toStrictEqual({ ...key, ...sent });
  });

  it('of RSA are left out where they are none', () => {
    expect(bareKey({ kty: 'RSA', n: '!', e: 'AQAB' })).toStrictEqual({ kty: 'RSA', e: 'AQAB' });
  });
});

describe('a key with several private members', () => {
  it('is told by the first of them as RFC 7518 lists them', () => {
    expect(keyMisfit({ ...RSA, q: 'AQ', d: 'AQ' }, 'RS256')).toMatchObject({ found: 'a private key (d)' });
  });
});

describe('the name of an algorithm', () => {
  it('is compared exactly, and none of those that need no key or a secret one', () => {
    for (const name of Object.keys(KEY_SHAPES)) expect(algorithmNamed(name)).toBe(name);
    for (const name of ['none', 'HS256', 'rs256', '', 'toString', 'ES256K', 'Ed448']) {
      expect(algorithmNamed(name)).toBeNull();
    }
    expect(algorithmNamed('Ed25519')).toBe('EdDSA');
  });
});
