import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { verifyDpop } from '../../../lib/identity/dpop/verify-dpop.ts';
import { epochSeconds } from '../../../lib/time.ts';

const ISSUER = 'https://broker.example.com';
const NOW = epochSeconds(1_795_600_000);

let key: CryptoKey;
let jwk: JWK;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  jwk = await exportJWK(pair.publicKey);
});

async function verify(claims: Readonly<Record<string, unknown>>, accessToken: string | null = null, header = {}) {
  const proof = await new SignJWT({ jti: 'a', htm: 'POST', htu: `${ISSUER}/oauth2/token`, iat: NOW, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
    .sign(key);
  return verifyDpop({ proof, method: 'POST', path: '/oauth2/token', accessToken }, ISSUER, NOW);
}

describe('a DPoP proof (RFC 9449 section 4.3)', () => {
  it('proves the key by its thumbprint (RFC 7638), and is good once until a minute after it was made', async () => {
    const thumbprint = await calculateJwkThumbprint(jwk);
    expect(await verify({ iat: NOW - 20 })).toEqual({
      ok: true,
      value: {
        thumbprint,
        reuse: { reuse: 'once', issuer: `dpop ${thumbprint}`, tokenId: 'a', until: NOW + 40 },
      },
    });
  });

  it.each([
    [-61, false],
    [-60, true],
    [10, true],
    [11, false],
  ])('made %i s from now is good: %s', async (age, good) => {
    expect((await verify({ iat: NOW + age })).ok).toBe(good);
  });

  it('that comes with an access token is for that one', async () => {
    const ath = createHash('sha256').update('a.b.c').digest('base64url');
    expect((await verify({ ath }, 'a.b.c')).ok).toBe(true);
    expect((await verify({ ath }, 'a.b.d')).ok).toBe(false);
    expect((await verify({}, 'a.b.c')).ok).toBe(false);
  });

  it.each([
    [1, true],
    [256, true],
    [257, false],
  ])('has an id of %i characters: %s', async (length, good) => {
    expect((await verify({ jti: 'x'.repeat(length) })).ok).toBe(good);
  });

  it.each([
    ['with another port', 'https://broker.example.com:8443/oauth2/token', false],
    ['with the default port', 'https://broker.example.com:443/oauth2/token', true],
    ['without https', 'http://broker.example.com/oauth2/token', false],
    ['below the path', 'https://broker.example.com/oauth2/token/x', false],
    ['beside a user name', 'https://evil@broker.example.com/oauth2/token', true],
    ['as no address', '/oauth2/token', false],
  ])('for an address %s', async (_, htu, good) => {
    expect((await verify({ htu })).ok).toBe(good);
  });

  it('takes the key of no certificate, and none whose use is another', async () => {
    expect((await verify({}, null, { jwk: { ...jwk, use: 'enc' } })).ok).toBe(false);
    expect((await verify({}, null, { jwk: { ...jwk, alg: 'ES384' } })).ok).toBe(false);
  });
});
