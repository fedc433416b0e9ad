import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AUDIENCE } from './folder.ts';
import { nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

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
const claimsOf = (answer: { readonly body: Readonly<Record<string, unknown>> }) =>
  decodeJwt(String(answer.body['access_token']));

describe('a request for a token', () => {
  it('is answered as RFC 6749 section 5.1 has it, and kept by no cache', async () => {
    const { status, headers, body } = await token(CREDENTIALS);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(headers.get('x-request-id')).not.toBeNull();
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'reports:read' });
  });

  it('gives the shortest duration to several scopes of one audience, in one issuance', async () => {
    const answer = await token({ ...CREDENTIALS, scope: 'reports:read reports:write' });
    const { exp = 0, iat = 0, scope, jti } = claimsOf(answer);
    expect(exp - iat).toBe(300);
    expect(scope).toBe('reports:read reports:write');
    expect(answer.body['scope']).toBe('reports:read reports:write');
    expect(jti).toMatch(/^iss_/);
  });

  it.each([
    ['a missing grant_type', { scope: 'reports:read' }, 400, 'invalid_request', 'parameter_missing'],
    ['an empty grant_type', { grant_type: '', scope: 'reports:read' }, 400, 'invalid_request', 'parameter_missing'],
    ['an unknown grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 'grant_type_unsupported'],
    ['a missing scope', { grant_type: 'client_credentials' }, 400, 'invalid_scope', 'scope_missing'],
    ['an unknown scope', { ...CREDENTIALS, scope: 'nothing' }, 400, 'invalid_scope', 'not_allowed'],
    ['a scope of somebody else', { ...CREDENTIALS, scope: 'agent:act' }, 400, 'invalid_scope', 'not_allowed'],
    ['one of two scopes', { ...CREDENTIALS, scope: 'reports:read nothing' }, 400, 'invalid_scope', 'not_allowed'],
    [
      'scopes of two audiences',
      { ...CREDENTIALS, scope: 'reports:read other:read' },
      400,
      'invalid_scope',
      'scopes_incompatible',
    ],
    [
      'a broker token and an AWS session at once',
      { ...CREDENTIALS, scope: 'reports:read role' },
      400,
      'invalid_scope',
      'scopes_incompatible',
    ],
    [
      'an AWS session by client credentials',
      { ...CREDENTIALS, scope: 'role' },
      400,
      'invalid_scope',
      'grant_not_available_here',
    ],
    ['another audience', { ...CREDENTIALS, audience: 'x' }, 400, 'invalid_target', 'target_mismatch'],
    ['another resource', { ...CREDENTIALS, resource: 'https://x.example' }, 400, 'invalid_target', 'target_mismatch'],
    [
      'a resource with a fragment',
      { ...CREDENTIALS, resource: `${AUDIENCE}#x` },
      400,
      'invalid_target',
      'target_mismatch',
    ],
    ['a relative resource', { ...CREDENTIALS, resource: '/api' }, 400, 'invalid_target', 'target_mismatch'],
    ['a duration of 0', { ...CREDENTIALS, duration: '0' }, 400, 'invalid_request', 'duration_out_of_range'],
    ['one second too many', { ...CREDENTIALS, duration: '601' }, 400, 'invalid_request', 'duration_out_of_range'],
  ])('with %s is refused', async (_, form, status, error, reason) => {
    const answer = await token(form);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, reason, request_id: answer.headers.get('x-request-id') });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['of its resource', { ...CREDENTIALS, resource: AUDIENCE }],
    ['of its resource and its audience', { ...CREDENTIALS, resource: AUDIENCE, audience: AUDIENCE }],
    ['of all seconds there are', { ...CREDENTIALS, duration: '600' }],
    ['of one second', { ...CREDENTIALS, duration: '1' }],
    ['with parameters that nobody knows', { ...CREDENTIALS, unknown: 'x' }],
    ['with empty ones, which count as omitted', { ...CREDENTIALS, client_secret: '', resource: '', duration: '' }],
    ['with its own client_id beside Basic', { ...CREDENTIALS, client_id: 'nightly-bot' }],
  ])('%s is granted', async (_, form) => {
    expect((await token(form)).status).toBe(200);
  });

  it('takes a parameter once, and audience and resource as often as they come', async () => {
    const twice = await post(
      stage,
      TOKEN,
      [
        ['grant_type', 'client_credentials'],
        ['scope', 'reports:read'],
        ['scope', 'reports:read'],
      ],
      nightly,
    );
    expect(twice.body).toMatchObject({ error: 'invalid_request', reason: 'parameter_repeated' });
    const targets = await post(
      stage,
      TOKEN,
      [
        ...Object.entries(CREDENTIALS),
        ['resource', AUDIENCE],
        ['resource', AUDIENCE],
        ['audience', AUDIENCE],
        ['audience', AUDIENCE],
      ],
      nightly,
    );
    expect(targets.status).toBe(200);
  });

  it.each([
    ['JSON', 'application/json', JSON.stringify(CREDENTIALS), 400, 'unsupported_content_type'],
    ['multipart', 'multipart/form-data; boundary=x', 'x', 400, 'unsupported_content_type'],
    [
      'a body over the limit',
      'application/x-www-form-urlencoded',
      `x=${'y'.repeat(512 * 1024)}`,
      413,
      'request_too_large',
    ],
    ['bytes that are not UTF-8', 'application/x-www-form-urlencoded', 'scope=%ff', 400, 'malformed_request'],
  ])('as %s is refused', async (_, type, body, status, reason) => {
    const headers = { 'content-type': type, authorization: nightly };
    const response = await fetch(`${stage.broker.url}${TOKEN}`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: 'invalid_request', reason });
  });

  it('is a POST, and carries no proof in its query', async () => {
    expect((await fetch(`${stage.broker.url}${TOKEN}`)).status).toBe(405);
    const { body } = await post(stage, `${TOKEN}?client_secret=x`, CREDENTIALS, nightly);
    expect(body).toMatchObject({ error: 'invalid_request', reason: 'proof_in_query' });
  });
});

describe('a limit', () => {
  it('answers 429 and when to come again', async () => {
    const form = { grant_type: 'client_credentials', scope: 'few' };
    const answers = [await token(form), await token(form), await token(form)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(answers[2]?.body).toMatchObject({ reason: 'limit_reached' });
  });
});
