import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const bearer = async (scope: string): Promise<string> => {
  const { body } = await post(stage, TOKEN, { grant_type: 'client_credentials', scope }, nightly);
  return `Bearer ${String(body['access_token'])}`;
};

async function ask(question: unknown, authorization: string, type = 'application/json') {
  const headers = { 'content-type': type, ...(authorization === '' ? {} : { authorization }) };
  const response = await fetch(`${stage.broker.url}/v1/explain`, {
    method: 'POST',
    headers,
    body: typeof question === 'string' ? question : JSON.stringify(question),
  });
  const body: Readonly<Record<string, unknown>> = Object(await response.json());
  return { status: response.status, body, headers: response.headers };
}

it('explains by the configuration in force, for the scope broker:explain', async () => {
  const authorization = await bearer('broker:explain');
  const token = await stage.broker.idp.token('web-main');
  const allowed = await ask({ scope: 'reports:read', token }, authorization);
  expect([allowed.status, allowed.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(allowed.body).toMatchObject({
    allowed: true,
    principal: { connection: 'demo', subject: 'web-main' },
    rule: 1,
  });
  const refused = await ask({ scope: 'reports:write', token }, authorization);
  expect(refused.body).toMatchObject({ allowed: false, reason: 'not_allowed', nearest: { outcome: 'elsewhere' } });
});

it('explains what is on record', async () => {
  const { body } = await post(stage, TOKEN, { grant_type: 'client_credentials', scope: 'reports:write' }, nightly);
  const [, payload = ''] = String(body['access_token']).split('.');
  const { jti: issuance } = Object(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  const { body: told } = await ask({ scope: 'reports:write', issuance }, await bearer('broker:explain'));
  expect(told).toMatchObject({ allowed: true, principal: { client: 'nightly-bot' } });
});

async function scopes(query: string, authorization: string) {
  const response = await fetch(`${stage.broker.url}/v1/scopes${query}`, { headers: { authorization } });
  const body: Readonly<Record<string, unknown>> = Object(await response.json());
  return { status: response.status, body };
}

it('lists what is allowed now, a page at a time, without what nobody needs to know', async () => {
  const authorization = await bearer('broker:explain');
  const { body: all } = await scopes('', authorization);
  const names = Object(all['scopes']).map(({ scope }: { scope: string }) => scope);
  expect(names).toEqual([...names].sort());
  expect(names).toContain('broker:explain');
  expect(all).toMatchObject({ listed: true, next: null, configuration: { version: expect.any(Number) } });
  expect(JSON.stringify(all)).not.toMatch(/externalId|clientSecret|privateKey|token-broker\/(?:clients|downstream)/);

  const paged: string[] = [];
  for (let next: unknown = ''; next !== null; ) {
    const cursor = next === '' ? '' : `&cursor=${next}`;
    const { body } = await scopes(`?limit=2${cursor}`, authorization);
    paged.push(...Object(body['scopes']).map(({ scope }: { scope: string }) => scope));
    next = body['next'];
  }
  expect(paged).toEqual(names);

  const { body: one } = await scopes('?scope=broker:explain', authorization);
  expect(one['scopes']).toMatchObject([
    { allow: [{ connections: null, clients: ['nightly-bot'], when: null, file: 'scopes/explain.yaml', line: 3 }] },
  ]);
  expect((await scopes('?scope=no-such', authorization)).body['scopes']).toEqual([]);
});

it.each([
  ['another scope', 'broker:issuances:read', '', 403, 'insufficient_scope'],
  ['a name that is none', 'broker:explain', '?scope=a%20b', 400, 'parameter_invalid'],
  ['a page of nothing', 'broker:explain', '?limit=0', 400, 'parameter_invalid'],
  ['a made-up cursor', 'broker:explain', '?cursor=x', 400, 'parameter_invalid'],
  ['a parameter that is not known', 'broker:explain', '?connection=a', 400, 'parameter_invalid'],
])('lists nothing for %s', async (_name, scope, query, status, reason) => {
  const answer = await scopes(query, await bearer(scope));
  expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
});

it.each([
  ['nobody', '', {}, 'application/json', 401, 'proof_missing'],
  ['a form', 'broker:explain', 'scope=a', 'application/x-www-form-urlencoded', 415, 'unsupported_content_type'],
  ['too much', 'broker:explain', `{"token":"${'a'.repeat(100_000)}"}`, 'application/json', 413, 'request_too_large'],
  ['a token with another scope', 'broker:issuances:read', {}, 'application/json', 403, 'insufficient_scope'],
])('refuses %s', async (_name, scope, question, type, status, reason) => {
  const { body, headers, ...answer } = await ask(question, scope === '' ? '' : await bearer(scope), type);
  expect([answer.status, body['reason']]).toEqual([status, reason]);
  if (status === 403) expect(headers.get('www-authenticate')).toContain('scope="broker:explain"');
  if (status === 415) expect(body['error_description']).toContain('application/json');
});
