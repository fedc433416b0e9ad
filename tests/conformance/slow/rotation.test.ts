import { GetSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import { AUDIENCE, SECRET, SECRET_VALUE } from '../../e2e/oauth/folder.ts';
import { basic, nightly, type OauthStage, post, startOauthStage, TOKEN } from '../../e2e/oauth/stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));
const CREDENTIALS = { grant_type: 'client_credentials', scope: 'reports:read' };
const keysUrl = () => `${stage.broker.url}/.well-known/jwks.json`;

async function token(authorization = nightly): Promise<string> {
  const { status, body } = await post(stage, TOKEN, CREDENTIALS, authorization);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return String(body['access_token']);
}

const version = async (id: string) =>
  (await stage.secretsManager.send(new GetSecretValueCommand({ SecretId: id }))).VersionId;

async function rotateSecret(id: string): Promise<void> {
  const before = await version(id);
  await stage.secretsManager.send(new RotateSecretCommand({ SecretId: id }));
  for (let tries = 0; (await version(id)) === before; tries += 1) {
    if (tries === 100) throw new Error('the rotation did not come to its end');
    await pause(50);
  }
}

/** Two verifiers that read the key set once, before anything rotates, and are not told of anything. */
async function cachingVerifiers() {
  let fetches = 0;
  const counted = (url: string, options: RequestInit) => {
    fetches += 1;
    return fetch(url, options);
  };
  const keySet = createRemoteJWKSet(new URL(keysUrl()), { [customFetch]: counted, cooldownDuration: 0 });
  const issuer = stage.broker.url;
  const other = JwtVerifier.create({ issuer, audience: AUDIENCE, jwksUri: 'https://keys.invalid/never-asked' });
  other.cacheJwks(Object(await (await fetch(keysUrl())).json()));
  return {
    fetches: () => fetches,
    verify: async (text: string): Promise<void> => {
      await jwtVerify(text, keySet, { issuer, audience: AUDIENCE, typ: 'at+jwt' });
      await other.verify(text);
    },
  };
}

describe('a rotation of the signing keys under load', () => {
  it('refuses no token at verifiers that cached the keys before it, and restarts nothing', async () => {
    const verifiers = await cachingVerifiers();
    const first = await token();
    await verifiers.verify(first);
    const before = decodeProtectedHeader(first).kid ?? '';
    await rotateSecret(`${stage.broker.tablePrefix}/signing-keys`);
    const kids = new Set<unknown>();
    const until = Date.now() + 75_000;
    for (let after = 0; after < 20; ) {
      if (Date.now() > until) throw new Error('the new key was never used');
      const text = await token();
      await verifiers.verify(text);
      const { kid } = decodeProtectedHeader(text);
      kids.add(kid);
      if (kid !== before) after += 1;
      await pause(25);
    }
    expect(kids.size).toBe(2);
    await verifiers.verify(first);
    expect(verifiers.fetches()).toBe(1);
    const { keys } = Object(await (await fetch(keysUrl())).json());
    expect(keys.map(({ kid }: { kid: string }) => kid)).toContain(before);
  }, 120_000);
});

describe('a rotation of a client secret', () => {
  it('lets the new and the old secret work for secretOverlap', async () => {
    await token();
    await rotateSecret(SECRET);
    const { SecretString = '' } = await stage.secretsManager.send(new GetSecretValueCommand({ SecretId: SECRET }));
    expect(SecretString).not.toBe(SECRET_VALUE);
    await token(basic('nightly-bot', SecretString));
    await token();
  });

  it('ends the old secret at once where secretOverlap is 0s', async () => {
    const id = 'token-broker/clients/strict-bot';
    const old = basic('strict-bot', 'the-secret-of-strict-bot');
    await token(old);
    await rotateSecret(id);
    const { SecretString = '' } = await stage.secretsManager.send(new GetSecretValueCommand({ SecretId: id }));
    expect((await post(stage, TOKEN, CREDENTIALS, old)).status).toBe(401);
    await token(basic('strict-bot', SecretString));
  });
});
