import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
}, 60_000);

afterAll(async () => {
  await broker.stop();
});

const get = (path: string, authorization?: string) =>
  fetch(`${broker.url}${path}`, authorization === undefined ? {} : { headers: { authorization } });

const post = (path: string, form: Readonly<Record<string, string>>) =>
  fetch(`${broker.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });

describe('GET /v1/credentials/{scope}', () => {
  it('gives credentials that the ECS container provider and credential_process both take', async () => {
    const response = await get('/v1/credentials/demo', await broker.idp.token('web-main'));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(await response.json()).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      Token: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      AccountId: '111122223333',
      Scope: 'demo',
      IssuanceId: expect.stringMatching(/^iss_/),
    });
  });

  it.each([
    ['Bearer before the token', (token: string) => get('/v1/credentials/demo', `Bearer ${token}`)],
    ['a final slash', (token: string) => get('/v1/credentials/demo/', token)],
    [
      'a form',
      (token: string) =>
        post('/v1/credentials/demo', {
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        }),
    ],
  ])('takes %s', async (_, request) => {
    expect((await request(await broker.idp.token('web-main'))).status).toBe(200);
  });

  it.each([
    ['another branch', 'web-feature', '/v1/credentials/demo', 403, 'not_allowed'],
    ['an unknown scope alike', 'web-main', '/v1/credentials/nothing', 403, 'not_allowed'],
  ])('refuses %s', async (_, workload, path, status, reason) => {
    const response = await get(path, await broker.idp.token(workload));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ reason, request_id: response.headers.get('x-request-id') });
  });

  it('refuses a request without a proof with 401', async () => {
    const response = await get('/v1/credentials/demo');
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ reason: 'proof_missing' });
  });
});

describe('POST /sts', () => {
  const assume = async (form: Readonly<Record<string, string>>) =>
    post('/sts/', {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:broker:::scope/demo',
      RoleSessionName: 'test',
      ...form,
    });

  it('gives a session to AssumeRoleWithWebIdentity, whose token file ended in a newline', async () => {
    const response = await assume({ WebIdentityToken: `${await broker.idp.token('web-main')}\n` });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<AccessKeyId>ASIA[A-Z2-7]{16}<\/AccessKeyId>/);
  });

  it('answers what is not allowed as STS does', async () => {
    const response = await assume({ WebIdentityToken: await broker.idp.token('web-feature') });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>AccessDenied</Code>');
  });
});

describe('the broker', () => {
  it('prints no part of a token or a credential', async () => {
    const token = await broker.idp.token('web-main');
    const answer = new Map(Object.entries(Object(await (await get('/v1/credentials/demo', token)).json())));
    const printed = broker.log.join('\n');
    expect(printed).toContain('answered');
    for (const secret of [token, token.split('.')[2], answer.get('SecretAccessKey'), answer.get('Token')]) {
      expect(secret).toEqual(expect.stringMatching(/.{20}/));
      expect(printed).not.toContain(secret);
    }
  });

  it('answers an unknown route with 404 and a request id of its own', async () => {
    const response = await get('/nothing/here');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-request-id')).not.toBeNull();
  });

  it.each(['POST', 'DELETE', 'PROPFIND'])(
    'names the methods that /healthz has to a %s, and no route to one elsewhere',
    async (method) => {
      const health = await fetch(`${broker.url}/healthz`, { method });
      expect([health.status, health.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect((await fetch(`${broker.url}/nothing/here`, { method })).status).toBe(404);
    },
  );

  it('says which build answers', async () => {
    expect(await (await get('/healthz')).json()).toMatchObject({
      version: '0.1.0',
      build: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });
});
