import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { ACCESS_TOKEN, basic, EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

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
const exchange = async (form: Readonly<Record<string, string>>, workload = 'web-main') =>
  post(stage, TOKEN, {
    grant_type: EXCHANGE,
    subject_token: await stage.broker.idp.token(workload),
    subject_token_type: JWT,
    ...form,
  });
const claimsOf = (answer: { readonly body: Readonly<Record<string, unknown>> }) =>
  decodeJwt(String(answer.body['access_token']));

describe('a broker token', () => {
  const again = (subject_token: unknown, form: Readonly<Record<string, string>> = {}) =>
    post(stage, TOKEN, {
      grant_type: EXCHANGE,
      subject_token: String(subject_token),
      subject_token_type: ACCESS_TOKEN,
      scope: 'chain',
      ...form,
    });

  it('is no proof here where its audience is another', async () => {
    const { body } = await exchange({ scope: 'reports:read' });
    const refused = await again(body['access_token']);
    expect(refused.body).toMatchObject({ error: 'invalid_request', reason: 'audience_mismatch' });
  });

  it('may be exchanged three times in all, and what it gets ends no later', async () => {
    const first = await exchange({ scope: 'chain', duration: '100' });
    const second = await again(first.body['access_token']);
    const third = await again(second.body['access_token'], { scope: 'chain' });
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(claimsOf(third).exp).toBe(claimsOf(first).exp);
    expect(claimsOf(third).sub).toBe('demo:web-main');
    const fourth = await again(third.body['access_token']);
    expect(fourth.body).toMatchObject({ error: 'invalid_request', reason: 'exchange_chain_too_long' });
    const longer = await again(first.body['access_token'], { duration: '600' });
    expect(longer.body).toMatchObject({ reason: 'proof_ends_too_soon' });
  });

  it('that is revoked takes those that came of it along: no proof at once, inactive within 10 s', async () => {
    const first = await token({ grant_type: 'client_credentials', scope: 'chain' });
    const child = await again(first.body['access_token'], { scope: 'reports:read' });
    const api = basic('api', 'the-secret-of-api');
    const active = async (of: typeof child) =>
      (await post(stage, '/oauth2/introspect', { token: String(of.body['access_token']) }, api)).body['active'];
    expect(await active(child)).toBe(true);
    const revoked = await post(stage, '/oauth2/revoke', { token: String(first.body['access_token']) }, nightly);
    expect([revoked.status, revoked.body]).toEqual([200, {}]);
    expect((await again(first.body['access_token'])).body).toMatchObject({ reason: 'revoked' });
    const until = Date.now() + 10_000;
    while ((await active(child)) !== false && Date.now() < until) await new Promise((wake) => setTimeout(wake, 250));
    expect(await active(child)).toBe(false);
  });

  it('is shown to its own client and to its audience, and is inactive to anybody else', async () => {
    const { body } = await token(CREDENTIALS);
    const ask = (authorization: string) =>
      post(stage, '/oauth2/introspect', { token: String(body['access_token']) }, authorization);
    expect((await ask(nightly)).body).toMatchObject({ active: true });
    expect((await ask(basic('api', 'the-secret-of-api'))).body).toMatchObject({
      active: true,
      client_id: 'nightly-bot',
    });
    expect((await ask(basic('stranger', 'the-secret-of-stranger'))).body).toEqual({ active: false });
  });

  it('is revoked by its own client only; what is no token needs no revocation', async () => {
    const { body } = await token(CREDENTIALS);
    const revoke = (text: string) =>
      post(
        stage,
        '/oauth2/revoke',
        { token: text, token_type_hint: 'refresh_token' },
        basic('api', 'the-secret-of-api'),
      );
    expect((await revoke(String(body['access_token']))).body).toMatchObject({ error: 'unauthorized_client' });
    expect((await revoke('nothing')).status).toBe(200);
  });
});
