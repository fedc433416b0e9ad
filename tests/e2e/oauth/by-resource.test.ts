import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIENCE } from './folder.ts';
import { EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const asClient = (form: Readonly<Record<string, string>>) =>
  post(stage, TOKEN, { grant_type: 'client_credentials', ...form }, nightly);

describe('a request that names a resource and no scope', () => {
  it('gets the scopes of that audience that the client may have, as it asks', async () => {
    const { status, body } = await asClient({ resource: AUDIENCE });
    expect([status, String(body['scope']).split(' ').sort()]).toEqual([
      200,
      ['few', 'reports:read', 'reports:write', 'team'],
    ]);
  });

  it('gets those that the subject of an exchange may have', async () => {
    const proof = { subject_token: await stage.broker.idp.token('web-main'), subject_token_type: JWT };
    const { body } = await post(stage, TOKEN, { grant_type: EXCHANGE, ...proof, resource: `${AUDIENCE}/` });
    expect(body).toMatchObject({ scope: 'reports:read', token_type: 'Bearer' });
  });

  it("gets the broker's own for the broker itself", async () => {
    const { body } = await asClient({ resource: stage.broker.url });
    expect(String(body['scope']).split(' ')).toContain('broker:issuances:read');
  });

  it.each([
    ['that nobody has', { resource: 'https://nobody.acme.internal' }, 'invalid_target', 'target_mismatch'],
    [
      'and another one beside it',
      { resource: AUDIENCE, audience: 'https://other.acme.internal' },
      'invalid_target',
      'target_mismatch',
    ],
    ['in no form that RFC 8707 knows', { resource: 'reports' }, 'invalid_target', 'target_mismatch'],
    ['only as an audience', { audience: AUDIENCE }, 'invalid_scope', 'scope_missing'],
  ])('is refused with a resource %s', async (_, form, error, reason) => {
    expect((await asClient(form)).body).toMatchObject({ error, reason });
  });

  it('is answered alike where the resource is known and nothing of it may be had', async () => {
    const stranger = `Basic ${Buffer.from('stranger:the-secret-of-stranger').toString('base64')}`;
    const { body } = await post(stage, TOKEN, { grant_type: 'client_credentials', resource: AUDIENCE }, stranger);
    expect(body).toMatchObject({ error: 'invalid_target', reason: 'target_mismatch' });
  });
});

it('who asks the API of the broker without a token is told where to read which server gives one', async () => {
  const response = await fetch(`${stage.broker.url}/v1/issuances`);
  const [, at = ''] = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? [];
  expect(await (await fetch(at)).json()).toMatchObject({
    resource: stage.broker.url,
    authorization_servers: [stage.broker.url],
  });
});
