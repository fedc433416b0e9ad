import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { DownstreamClient } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import { refuse } from '../../lib/outcome.ts';
import {
  answer,
  aRequest,
  clientGrant,
  downstreamWorld,
  ENDPOINT,
  formOf,
  good,
  ISSUANCE,
  NOW,
  SECRET,
  signal,
} from './provider.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

async function sent(client: Partial<DownstreamClient>, secret: string) {
  const world = downstreamWorld(() => good());
  world.secrets.set(SECRET, { current: secret, previous: null, host: 'login.example.com' });
  const grant = clientGrant({ client: { ...clientGrant().client, ...client } });
  const outcome = await downstreamTokens(world.ports).get(
    aRequest({ grant, audience: 'https://api.example.com' }),
    signal,
  );
  return { outcome, request: world.asked[0], form: formOf(world.asked[0]) };
}

describe('client authentication', () => {
  it('client_secret_basic: both are form-encoded before they are joined (RFC 6749 section 2.3.1)', async () => {
    const { request, form } = await sent({ clientId: 'a:b c' }, 'p%ä+/:');
    const [, encoded = ''] = request?.headers?.['authorization']?.split(' ') ?? [];
    expect(Buffer.from(encoded, 'base64').toString()).toBe('a%3Ab+c:p%25%C3%A4%2B%2F%3A');
    expect(form).toEqual({
      grant_type: 'client_credentials',
      scope: 'reports:read reports:list',
      audience: 'https://api.example.com',
    });
  });

  it.each([
    ['a secret\n', 'a secret'],
    ['a secret\r\n', 'a secret'],
    ['a\nsecret ', 'a\nsecret '],
  ])('a secret that was stored from a file goes without the end of its line: %j', async (stored, secret) => {
    expect((await sent({ authentication: 'client_secret_post' }, stored)).form).toMatchObject({
      client_secret: secret,
    });
  });

  it('client_secret_post', async () => {
    const { request, form } = await sent({ authentication: 'client_secret_post' }, 's&c=');
    expect(form).toMatchObject({ client_id: 'broker', client_secret: 's&c=' });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.url).toBe(ENDPOINT);
  });

  it.each([
    ['RSA, PKCS#8', rsa.privateKey.export(pem).toString(), rsa.publicKey, null, 'RS256'],
    ['RSA, PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), rsa.publicKey, null, 'RS256'],
    ['RSA for PS256', rsa.privateKey.export(pem).toString(), rsa.publicKey, 'PS256' as const, 'PS256'],
    ['EC, PKCS#8', ec.privateKey.export(pem).toString(), ec.publicKey, null, 'ES256'],
    ['EC, SEC1', ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString(), ec.publicKey, null, 'ES256'],
    ['Ed25519', ed.privateKey.export(pem).toString(), ed.publicKey, null, 'EdDSA'],
    ['a JWK', JSON.stringify(ec.privateKey.export({ format: 'jwk' })), ec.publicKey, null, 'ES256'],
  ])('private_key_jwt with %s (RFC 7523 section 2.2)', async (_, secret, publicKey, algorithm, expected) => {
    const { form } = await sent({ authentication: 'private_key_jwt', keyId: 'k1', algorithm }, secret);
    expect(form).toMatchObject({
      client_id: 'broker',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const { payload, protectedHeader } = await jwtVerify(form['client_assertion'] ?? '', publicKey, {
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader).toEqual({ alg: expected, kid: 'k1', typ: 'JWT' });
    expect(payload).toEqual({
      ...{ iss: 'broker', sub: 'broker', aud: ENDPOINT },
      ...{ iat: NOW, nbf: NOW, exp: NOW + 120, jti: `${ISSUANCE}.1` },
    });
  });

  it('private_key_jwt names the key by its certificate where the server takes that, and any audience that the grant has', async () => {
    const secret = rsa.privateKey.export(pem).toString();
    const client = {
      authentication: 'private_key_jwt',
      keyId: 'thumb',
      keyHeader: 'x5t#S256',
      assertionAudience: 'https://login.example.com/',
    } as const;
    const { form } = await sent(client, secret);
    const assertion = form['client_assertion'] ?? '';
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256', 'x5t#S256': 'thumb', typ: 'JWT' });
    const { payload } = await jwtVerify(assertion, rsa.publicKey, { currentDate: new Date(NOW * 1000) });
    expect(payload.aud).toBe('https://login.example.com/');
  });

  it('signs each try anew: an assertion is good once', async () => {
    const world = downstreamWorld((_, number) => (number < 3 ? answer(503, '') : good()));
    world.secrets.set(SECRET, {
      current: ec.privateKey.export(pem).toString(),
      previous: null,
      host: 'login.example.com',
    });
    const grant = clientGrant({ client: { ...clientGrant().client, authentication: 'private_key_jwt' } });
    await downstreamTokens(world.ports).get(aRequest({ grant }), signal);
    const ids = await Promise.all(
      world.asked.map(async (request) => {
        const { payload } = await jwtVerify(formOf(request)['client_assertion'] ?? '', ec.publicKey, {
          currentDate: new Date(NOW * 1000),
        });
        return payload.jti;
      }),
    );
    expect(ids).toEqual([`${ISSUANCE}.1`, `${ISSUANCE}.2`, `${ISSUANCE}.3`]);
  });

  it.each([
    ['null: RS256, addressed to the token endpoint', { algorithm: null }, `aws-token-RS256-${ENDPOINT}`],
    ['ES384 and another audience', { algorithm: 'ES384', assertionAudience: 'api://x' }, 'aws-token-ES384-api://x'],
  ] as const)(
    "aws-web-identity: AWS's own token is the assertion and no secret is read: %s",
    async (_, more, token) => {
      const { form } = await sent({ authentication: 'aws-web-identity', secret: null, ...more }, 'unused');
      expect(form).toMatchObject({ client_id: 'broker', client_assertion: token });
    },
  );

  it('aws-web-identity: what AWS refuses is refused, and nothing is sent', async () => {
    const world = downstreamWorld(() => good());
    const grant = clientGrant({
      client: { ...clientGrant().client, authentication: 'aws-web-identity', secret: null },
    });
    const webIdentities = { token: async () => refuse('web_identity_refused') };
    const outcome = await downstreamTokens({ ...world.ports, webIdentities }).get(aRequest({ grant }), signal);
    expect(outcome).toMatchObject({ refusal: { reason: 'web_identity_refused' } });
    expect(world.asked).toHaveLength(0);
  });
});

describe('a private key of the wrong type', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const x25519 = generateKeyPairSync('x25519');
  let keys: ReadonlyMap<string, string>;
  beforeAll(() => {
    keys = new Map([
      ['a client secret', 'hunter2-hunter2'],
      ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
      ['an encrypted key', rsa.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' }).toString()],
      ['half a key', rsa.privateKey.export(pem).toString().slice(0, 400)],
      ['a public JWK', JSON.stringify(ec.publicKey.export({ format: 'jwk' }))],
      ['a symmetric JWK', '{"kty":"oct","k":"c2VjcmV0"}'],
      ['JSON that is no key', '{"hello":1}'],
      ['an RSA key of 1,024 bits', short.privateKey.export(pem).toString()],
      ['a curve that JWS does not take here', secp256k1.privateKey.export(pem).toString()],
      ['a key for key agreement', x25519.privateKey.export(pem).toString()],
    ]);
  });

  it.each([
    ...['a client secret', 'a public key', 'an encrypted key', 'half a key', 'a public JWK', 'a symmetric JWK'],
    ...[
      'JSON that is no key',
      'an RSA key of 1,024 bits',
      'a curve that JWS does not take here',
      'a key for key agreement',
    ],
  ])('is refused, and told nowhere: %s', async (name) => {
    const secret = keys.get(name) ?? '';
    const { outcome, request } = await sent({ authentication: 'private_key_jwt' }, secret);
    expect(outcome).toMatchObject({ refusal: { reason: 'downstream_key_unusable' } });
    expect(JSON.stringify(outcome)).not.toContain(secret.slice(0, 12));
    expect(request).toBeUndefined();
  });

  it.each(['ES256', 'EdDSA', 'ES384'] as const)('is refused: RSA for %s', async (algorithm) => {
    const { outcome } = await sent(
      { authentication: 'private_key_jwt', algorithm },
      rsa.privateKey.export(pem).toString(),
    );
    expect(outcome).toMatchObject({ refusal: { reason: 'downstream_key_unusable', log: { algorithm } } });
  });
});
