import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  ACCESS_TOKEN,
  type Answer,
  basic,
  EXCHANGE,
  JWT,
  nightly,
  type OauthStage,
  post,
  startOauthStage,
  TOKEN,
} from './stage.ts';

let stage: OauthStage;
let operator = '';

const api = basic('api', 'the-secret-of-api');
const strict = basic('strict-bot', 'the-secret-of-strict-bot');

beforeAll(async () => {
  stage = await startOauthStage();
  operator = await own('broker:revocations');
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

async function own(scope: string): Promise<string> {
  const { body } = await post(stage, TOKEN, { grant_type: 'client_credentials', scope }, nightly);
  return `Bearer ${String(body['access_token'])}`;
}

async function revocations(body: unknown, authorization = operator): Promise<Answer> {
  const response = await fetch(`${stage.broker.url}/v1/revocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: Object(await response.json()) };
}

/** What a revocation promises everywhere: within 10 s. */
async function within10s(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it was not so within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const exchanged = async (token: string, type: string, scope: string, authorization?: string) =>
  post(stage, TOKEN, { grant_type: EXCHANGE, subject_token: token, subject_token_type: type, scope }, authorization);
const isActive = async (token: string, client: string): Promise<boolean> =>
  (await post(stage, '/oauth2/introspect', { token }, client)).body['active'] === true;
const idOf = (token: string): string =>
  Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).jti;
const recordOf = async (id: string) => {
  const headers = { authorization: await own('broker:issuances:read') };
  return Object(await (await fetch(`${stage.broker.url}/v1/issuances/${id}`, { headers })).json());
};

it('ends one token and what came of it, in other hands too, and says so in the records', async () => {
  const proof = await stage.broker.idp.token('web-main');
  const first = String((await exchanged(proof, JWT, 'chain')).body['access_token']);
  const second = String((await exchanged(first, ACCESS_TOKEN, 'reports:read')).body['access_token']);
  expect(await isActive(second, api)).toBe(true);
  const { status, body } = await revocations({ issuance: idOf(first), reason: 'pasted into a chat' });
  expect([status, body['issuance'], body['by']]).toEqual([200, idOf(first), 'client:nightly-bot']);
  await within10s(async () => !(await isActive(second, api)));
  await within10s(async () => (await exchanged(first, ACCESS_TOKEN, 'reports:read')).body['reason'] === 'revoked');
  for (const token of [first, second]) {
    const { revoked } = await recordOf(idOf(token));
    expect(revoked).toMatchObject({ revocation: body['id'], by: 'client:nightly-bot', reason: 'pasted into a chat' });
  }
  expect((await revocations({ issuance: idOf(first), reason: 'again' })).body['id']).toBe(body['id']);
  const undone = await revocations({ issuance: idOf(first), reason: 'sorry', undo: true });
  expect([undone.status, undone.body['reason']]).toEqual([409, 'revocation_final']);
}, 30_000);

it('has nothing more issued to a client, to any of its endpoints, until it is lifted; what has ended stays ended', async () => {
  const form = { grant_type: 'client_credentials', scope: 'reports:read' };
  const before = String((await post(stage, TOKEN, form, strict)).body['access_token']);
  expect(await isActive(before, strict)).toBe(true);
  expect((await revocations({ client: 'strict-bot', reason: 'INC-4711' })).status).toBe(200);
  const refusal = async () => (await post(stage, TOKEN, form, strict)).body;
  await within10s(async () => (await refusal())['reason'] === 'access_revoked');
  expect(await refusal()).toMatchObject({ error: 'invalid_scope' });
  expect((await revocations({ client: 'strict-bot', reason: 'over', undo: true })).body).toMatchObject({
    lifted: { reason: 'over' },
  });
  await within10s(async () => (await refusal())['access_token'] !== undefined);
  expect(await isActive(before, strict)).toBe(false);
  expect((await revocations({ client: 'strict-bot', reason: 'over', undo: true })).body).toMatchObject({
    reason: 'revocation_unknown',
  });
}, 30_000);

it('denies the live sessions of a principal in the account of their role', async () => {
  const token = await stage.broker.idp.token('web-main');
  const credentials = async () => {
    const response = await fetch(`${stage.broker.url}/v1/credentials/role`, { headers: { authorization: token } });
    return { status: response.status, body: Object(await response.json()) };
  };
  const { body } = await credentials();
  const answer = await revocations({ principal: 'demo:web-main', reason: 'laptop stolen' });
  expect(answer.body['accounts']).toEqual([
    {
      account: 'aws:111122223333',
      ...{ policy: 'written', precision: 'exact', widened: [] },
      roles: [{ role: 'arn:aws:iam::111122223333:role/token-broker/demo', carries: true }],
    },
  ]);
  await within10s(async () => (await credentials()).body['reason'] === 'access_revoked');
  expect((await credentials()).status).toBe(403);
  expect((await recordOf(body['IssuanceId'])).revoked).toMatchObject({ reason: 'laptop stolen' });
  const lifted = await revocations({ principal: 'demo:web-main', reason: 'found', undo: true });
  expect(lifted.body['accounts']).toMatchObject([{ account: 'aws:111122223333', policy: 'written' }]);
}, 30_000);

it.each([
  ['nothing', {}, 400, 'parameter_invalid'],
  ['two at once', { client: 'a', scope: 'b', reason: 'r' }, 400, 'parameter_invalid'],
  ['no reason', { client: 'a' }, 400, 'parameter_invalid'],
  ['a reason with a control character', { client: 'a', reason: 'r\u202e' }, 400, 'parameter_invalid'],
  ['a principal without a connection', { principal: 'alice', reason: 'r' }, 400, 'parameter_invalid'],
  ['the reserved connection', { connection: 'broker', reason: 'r' }, 400, 'parameter_invalid'],
  ['an issuance that there is not', { issuance: `iss_01${'A'.repeat(24)}`, reason: 'r' }, 404, 'issuance_unknown'],
  ['undo that is no boolean', { client: 'a', reason: 'r', undo: 'yes' }, 400, 'parameter_invalid'],
  ['a member twice', '{"client":"a","client":"b","reason":"r"}', 400, 'malformed_request'],
  ['too much', { client: 'a', reason: 'r'.repeat(10_000) }, 413, 'request_too_large'],
])('refuses %s', async (_name, body, status, reason) => {
  const answer = await revocations(body);
  expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
});

it('is for the bearer of the built-in scope alone', async () => {
  const { status, body, headers } = await revocations({ client: 'a', reason: 'r' }, await own('broker:explain'));
  expect([status, body['reason']]).toEqual([403, 'insufficient_scope']);
  expect(headers.get('www-authenticate')).toContain('scope="broker:revocations"');
});

it('lists what stands', async () => {
  await revocations({ scope: 'team', reason: 'frozen' });
  const response = await fetch(`${stage.broker.url}/v1/revocations`, { headers: { authorization: operator } });
  const { revocations: all } = Object(await response.json());
  expect(all[0]).toMatchObject({ scope: 'team', reason: 'frozen', by: 'client:nightly-bot', lifted: null });
});
