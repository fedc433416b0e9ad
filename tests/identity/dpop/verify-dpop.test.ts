import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';
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
    ['with a final slash', 'https://broker.example.com/oauth2/token/', true],
    ['with a query', 'https://broker.example.com/oauth2/token?x=1#y', true],
    ['without a slash within', 'https://broker.example.com/oauth2token', false],
    ['without https', 'http://broker.example.com/oauth2/token', false],
    ['below the path', 'https://broker.example.com/oauth2/token/x', false],
    ['beside a user name', 'https://evil@broker.example.com/oauth2/token', true],
    ['with characters that are encoded', 'https://broker.example.com/oauth2/t%6Fken', true],
    ['with others that are encoded', 'https://broker.example.com/oauth2/t%6Eken', false],
    ['with a percent sign that encodes nothing', 'https://broker.example.com/oauth2/token%', false],
    ['as no address', '/oauth2/token', false],
  ])('for an address %s', async (_, htu, good) => {
    expect((await verify({ htu })).ok).toBe(good);
  });

  it('takes the key of no certificate, and none whose use is another', async () => {
    expect((await verify({}, null, { jwk: { ...jwk, use: 'enc' } })).ok).toBe(false);
    expect((await verify({}, null, { jwk: { ...jwk, alg: 'ES384' } })).ok).toBe(false);
  });

  it.each<[string, string, object, object]>([
    ['typ', 'of another type', {}, { typ: 'JWT' }],
    ['typ', 'of no type', {}, { typ: undefined }],
    ['jwk', 'without its key', {}, { jwk: undefined }],
    ['jti', 'without an id', { jti: undefined }, {}],
    ['jti', 'whose id is empty', { jti: '' }, {}],
    ['jti', 'whose id is a number', { jti: 7 }, {}],
    ['htm', 'for another method', { htm: 'GET' }, {}],
    ['htm', 'for no method', { htm: undefined }, {}],
    ['htu', 'for no address', { htu: undefined }, {}],
    ['iat', 'of no time', { iat: undefined }, {}],
    ['iat', 'whose time is a text', { iat: String(NOW) }, {}],
    ['iat', 'that is too old', { iat: NOW - 61 }, {}],
  ])('is refused by its %s: one %s', async (check, _, claims, header) => {
    expect(await verify({ ...claims }, null, header)).toEqual(refusedBy(check));
  });

  it('is refused by its hash where it comes with another access token', async () => {
    expect(await verify({ ath: 'x' }, 'a.b.c')).toEqual(refusedBy('ath'));
  });

  it('is refused where it is no JWS, or is not signed by the key that it names', async () => {
    const asked = { method: 'POST', path: '/oauth2/token', accessToken: null } as const;
    expect(await verifyDpop({ ...asked, proof: 'a.b' }, ISSUER, NOW)).toEqual(refusedBy('form'));
    const other = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    expect(await verify({}, null, { jwk: other })).toEqual(refusedBy('signature'));
  });

  it('is refused where the key that it names is the private one', async () => {
    expect(await verify({}, null, { jwk: await exportJWK(key) })).toEqual(refusedBy('jwk'));
  });

  it.each(['ES384', 'EdDSA', 'RS256', 'PS256'])('may be signed under %s', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    expect((await signedBy(pair, alg)).ok).toBe(true);
  });

  it.each(['ES512', 'PS512'])('may not be signed under %s, though the key is good for it', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    expect(await signedBy(pair, alg)).toEqual(refusedBy('alg'));
  });

  it('may not be signed by a secret that both know', async () => {
    const secret: JWK = { kty: 'oct', k: 'c2VjcmV0' };
    const proof = await new SignJWT({ jti: 'a', htm: 'POST', htu: `${ISSUER}/oauth2/token`, iat: NOW })
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: secret })
      .sign(Buffer.alloc(32, 's'));
    const asked = { proof, method: 'POST', path: '/oauth2/token', accessToken: null } as const;
    const refused = await verifyDpop(asked, ISSUER, NOW);
    expect(refused).toEqual(refusedBy('alg'));
    expect(refused).toMatchObject({
      refusal: { detail: 'The DPoP proof is not good: alg must be one of ES256, ES384, EdDSA, RS256, PS256.' },
    });
  });

  it('that is refused tells its maker what to change, and the two clocks', async () => {
    expect(await verify({}, null, { jwk: undefined })).toMatchObject({
      refusal: { detail: 'The DPoP proof is not good: jwk must be a public key for alg.' },
    });
    expect(await verify({ ath: 'x' }, 'a.b.c')).toMatchObject({
      refusal: { detail: 'The DPoP proof is not good: ath must be the hash of the access token.' },
    });
    expect(await verify({ jti: '' })).toMatchObject({
      refusal: { detail: 'The DPoP proof is not good: jti must be 1 to 256 characters.' },
    });
    expect(await verify({ iat: NOW - 61 })).toMatchObject({
      refusal: { detail: expect.stringContaining(`iat is ${NOW - 61}; the clock here says ${NOW}`) },
    });
  });
});

const refusedBy = (check: string) => ({
  ok: false,
  refusal: {
    reason: 'dpop_proof_invalid',
    detail: expect.stringMatching(/^The DPoP proof is not good: ..+\.$/),
    log: { check: `dpop ${check}` },
  },
});

async function signedBy({ publicKey, privateKey }: GenerateKeyPairResult, alg: string) {
  const proof = await new SignJWT({ jti: 'a', htm: 'POST', htu: `${ISSUER}/oauth2/token`, iat: NOW })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
  return verifyDpop({ proof, method: 'POST', path: '/oauth2/token', accessToken: null }, ISSUER, NOW);
}
