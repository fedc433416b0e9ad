import { env } from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { startSecretsManager } from '../../../local/endpoints/secrets-manager.ts';
import { basic, nightly, type OauthStage, post, startOauthStage, TOKEN } from '../../e2e/oauth/stage.ts';
import { type Watched, watch } from '../../e2e/oauth/watched.ts';

let secretsManager: Watched;
let stage: OauthStage;

beforeAll(async () => {
  secretsManager = await watch(await startSecretsManager(0));
  stage = await startOauthStage({ ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url });
}, 60_000);

afterAll(async () => {
  secretsManager.become('well');
  await stage.stop();
  await secretsManager.stop();
});

beforeEach(() => secretsManager.become('well'));

const CREDENTIALS = { grant_type: 'client_credentials', scope: 'reports:read' };
const byKey = async () => ({
  ...CREDENTIALS,
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: await new SignJWT({ iss: 'jwt-bot', sub: 'jwt-bot', aud: stage.broker.url })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(stage.key),
});
const unavailable = { status: 503, error: 'temporarily_unavailable', reason: 'secrets_unavailable' };
const said = ({ status, body }: Awaited<ReturnType<typeof post>>) => {
  const { error, reason } = body;
  return { status, error, reason };
};

/**
 * Nothing was read before the first of these: an outage that begins later is hidden for as long as what was read
 * counts.
 */
describe('a Secrets Manager that is out of order', () => {
  it.each(['down', 'silent'] as const)('and %s gives no token to a client with the right secret', async (state) => {
    secretsManager.become(state);
    const answer = await post(stage, TOKEN, CREDENTIALS, nightly);
    expect(said(answer)).toEqual(unavailable);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it('says nothing of an unknown client that it does not say of a known one', async () => {
    secretsManager.become('down');
    expect(said(await post(stage, TOKEN, CREDENTIALS, basic('nobody', 'x')))).toEqual(unavailable);
  });

  it.each(['down', 'silent'] as const)('and %s lets nothing be signed', async (state) => {
    secretsManager.become(state);
    const answer = await post(stage, TOKEN, await byKey());
    expect(said(answer)).toEqual(unavailable);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it('is asked again as soon as it is well: no failure is kept', async () => {
    secretsManager.become('down');
    expect((await post(stage, TOKEN, CREDENTIALS, nightly)).status).toBe(503);
    secretsManager.become('well');
    expect((await post(stage, TOKEN, CREDENTIALS, nightly)).status).toBe(200);
    expect((await post(stage, TOKEN, await byKey())).status).toBe(200);
  });
});
