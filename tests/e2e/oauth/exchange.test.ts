import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AUDIENCE } from './folder.ts';
import { ACCESS_TOKEN, EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

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
const reader = async (): Promise<string> => {
  const { body } = await token({ grant_type: 'client_credentials', scope: 'broker:issuances:read' });
  return `Bearer ${String(body['access_token'])}`;
};
const issuances = async (query: string, authorization?: string) => {
  const headers = { authorization: authorization ?? (await reader()) };
  const response = await fetch(`${stage.broker.url}/v1/issuances${query}`, { headers });
  const body: Readonly<Record<string, unknown>> = Object(await response.json());
  return { status: response.status, body, challenge: response.headers.get('www-authenticate') };
};

describe('a token exchange', () => {
  it('without a client names the connection as the client', async () => {
    const answer = await exchange({ scope: 'reports:read' });
    expect(answer.body).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' });
    expect(claimsOf(answer)).toMatchObject({ sub: 'demo:web-main', client_id: 'connection:demo', aud: AUDIENCE });
    expect(claimsOf(answer)).not.toHaveProperty('act');
  });

  it('answers in the type that was asked for, where the grant has it', async () => {
    const jwt = await exchange({ scope: 'reports:read', requested_token_type: JWT });
    expect(jwt.body).toMatchObject({ issued_token_type: JWT });
    const saml = 'urn:ietf:params:oauth:token-type:saml2';
    const refused = await exchange({ scope: 'reports:read', requested_token_type: saml });
    expect(refused.body).toMatchObject({ error: 'invalid_request', reason: 'requested_token_type_mismatch' });
  });

  it('gives an AWS session as the credential document in a string', async () => {
    const { status, body } = await exchange({ scope: 'role' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issued_token_type: 'urn:token-broker:token-type:aws-credentials',
      token_type: 'N_A',
      scope: 'role',
    });
    expect(body['expires_in']).toBeGreaterThan(3500);
    expect(JSON.parse(String(body['access_token']))).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      Scope: 'role',
      IssuanceId: expect.stringMatching(/^iss_/),
    });
  });

  it.each([
    ['no subject_token', { subject_token: '' }, 'parameter_missing'],
    ['no subject_token_type', { subject_token_type: '' }, 'parameter_missing'],
    [
      'a type of token that nobody takes',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'proof_type_unsupported',
    ],
    [
      'an access token as an ID token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      'type_mismatch',
    ],
    ['an actor_token without its type', { actor_token: 'x' }, 'parameter_missing'],
    ['an actor_token_type without a token', { actor_token_type: JWT }, 'parameter_missing'],
    ['a token that is none', { subject_token: 'x' }, 'token_malformed'],
  ])('with %s is invalid_request', async (_, form, reason) => {
    const { status, body } = await exchange({ scope: 'reports:read', ...form });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'invalid_request', reason });
  });

  it('calls a bad assertion of the jwt-bearer grant invalid_grant', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const answer = await post(stage, TOKEN, { grant_type: grant, assertion: 'x', scope: 'chain' });
    expect(answer.body).toMatchObject({ error: 'invalid_grant', reason: 'token_malformed' });
  });

  it('shows an agent in the token and in the ledger, with why', async () => {
    const form = { scope: 'agent:act', intent: 'close stale tickets' };
    const [subject_token, grant_type] = [await stage.broker.idp.token('web-feature'), EXCHANGE];
    const asked = { grant_type, subject_token, subject_token_type: JWT };
    expect((await token({ ...asked, scope: 'agent:act' })).body).toMatchObject({ reason: 'intent_required' });
    expect((await exchange(form, 'web-feature')).body).toMatchObject({ reason: 'not_allowed' });
    const answer = await token({ ...asked, ...form });
    const { jti, act, sub } = claimsOf(answer);
    expect({ sub, act }).toEqual({ sub: 'demo:web-feature', act: { sub: 'client:nightly-bot' } });
    expect((await issuances(`/${jti}`)).body).toMatchObject({
      principal: 'acme/web@refs/heads/feature',
      connection: 'demo',
      client: 'nightly-bot',
      actor: { client: 'nightly-bot', proof: { kind: 'client-secret', secretVersion: expect.any(String) } },
      intent: 'close stale tickets',
    });
  });
});
