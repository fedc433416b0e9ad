import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SECRET_VALUE } from './folder.ts';
import { basic, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const CREDENTIALS = { grant_type: 'client_credentials', scope: 'reports:read' };
const token = (form: Readonly<Record<string, string>>, authorization: string | undefined = nightly) =>
  post(stage, TOKEN, form, authorization);
/** An exchange without a client. */

describe('a client', () => {
  const failed = { error: 'invalid_client', reason: 'client_authentication_failed' };

  it.each([
    ['a wrong secret', basic('nightly-bot', 'wrong')],
    ['an unknown name', basic('nobody', 'wrong')],
    ['the secret of another', basic('nightly-bot', 'the-secret-of-api')],
    ['a name that no client can have', basic('Nightly Bot', 'x')],
    ['a client registered with keys', basic('jwt-bot', 'x')],
    ['a public client', basic('cli', 'x')],
    ['a header that is not base64', 'Basic %%%'],
    ['a header without a colon', `Basic ${btoa('nightly-bot')}`],
    ['an empty secret', basic('nightly-bot', '')],
    ['another scheme', 'Bearer x'],
    ['two headers in one', `${nightly}, ${nightly}`],
  ])('by %s is answered 401 with the scheme, and nothing more', async (_, authorization) => {
    const { status, headers, body } = await token(CREDENTIALS, authorization);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="token-broker"');
    expect(body).toEqual({
      ...failed,
      error_description: 'Client authentication failed.',
      request_id: headers.get('x-request-id'),
    });
  });

  it.each([
    ['no authentication', {}, 'client_authentication_missing', 401],
    ['a name alone', { client_id: 'nightly-bot' }, 'client_authentication_failed', 401],
    ['a secret without a name', { client_secret: SECRET_VALUE }, 'client_authentication_failed', 401],
    ['a public client', { client_id: 'cli' }, 'client_not_permitted', 400],
  ])('by %s gets no token by client credentials', async (_, form, reason, status) => {
    const answer = await post(stage, TOKEN, { ...CREDENTIALS, ...form });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ reason });
  });

  it.each([
    ['Basic and a secret in the form', { client_id: 'nightly-bot', client_secret: SECRET_VALUE }],
    ['Basic and an assertion', { client_assertion: 'a.b.c', client_assertion_type: 'x' }],
  ])('with %s is refused, though each may be right', async (_, form) => {
    const { body } = await token({ ...CREDENTIALS, ...form });
    expect(body).toMatchObject({ error: 'invalid_request', reason: 'client_methods_several' });
  });

  it('with a client_id of another beside Basic is refused', async () => {
    expect((await token({ ...CREDENTIALS, client_id: 'api' })).body).toMatchObject(failed);
  });
});
