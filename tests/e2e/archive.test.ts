import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { parseVerifier } from '../../lib/archive/note.ts';
import { type VerifiedReceipt, verifyReceipt } from '../../lib/archive/receipt.ts';
import { EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './oauth/stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage(undefined, { archive: 'follows' });
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const client = (scope: string) => post(stage, TOKEN, { grant_type: 'client_credentials', scope }, nightly);

async function asked(path: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${stage.broker.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Asks again for as long as the answer says that it may be there later. */
async function untilThere(path: string, token?: string) {
  const until = Date.now() + 20_000;
  let answer = await asked(path, token);
  while (answer.status === 503 && Date.now() < until) {
    expect(JSON.parse(answer.text)).toMatchObject({ reason: 'receipt_not_ready' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await new Promise((wake) => setTimeout(wake, 250));
    answer = await asked(path, token);
  }
  return answer;
}

const reader = async (): Promise<string> => String((await client('broker:issuances:read')).body['access_token']);

async function verified(id: string): Promise<{ readonly receipt: VerifiedReceipt; readonly record: object }> {
  const token = await reader();
  const { status, headers, text } = await untilThere(`/v1/issuances/${id}/receipt`, token);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const key = parseVerifier((await asked('/v1/ledger/key')).text);
  const receipt = key === null ? null : verifyReceipt(text, key);
  if (receipt === null) throw new Error('the receipt does not hold');
  const record = JSON.parse((await asked(`/v1/issuances/${id}`, token)).text);
  return { receipt, record };
}

describe('a receipt', () => {
  it('of what was issued proves the very record that the ledger shows', async () => {
    const { jti = '' } = decodeJwt(String((await client('reports:read')).body['access_token']));
    const { receipt, record } = await verified(jti);
    expect(JSON.parse(Buffer.from(receipt.entry).toString())).toEqual(record);
    expect(record).toMatchObject({ id: jti, outcome: 'issued' });
    expect(receipt.checkpoint.origin).toBe(`${new URL(stage.broker.url).host}/ledger`);
  });

  it('of what was denied too', async () => {
    const subject_token = await stage.broker.idp.token('web-main');
    const form = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope: 'reports:write' };
    await post(stage, TOKEN, form, nightly);
    const token = await reader();
    const found = await asked('/v1/issuances?outcome=denied&limit=1', token);
    const [{ id }] = JSON.parse(found.text).issuances;
    const { receipt } = await verified(id);
    expect(JSON.parse(Buffer.from(receipt.entry).toString())).toMatchObject({ id, outcome: 'denied' });
  });

  it('of nothing there is none, and none for who may not read the ledger', async () => {
    const unknown = await asked('/v1/issuances/iss_01ARZ3NDEKTSV4RRFFQ69G5FAV/receipt', await reader());
    expect([unknown.status, JSON.parse(unknown.text).reason]).toEqual([404, 'issuance_unknown']);
    const nobody = await asked('/v1/issuances/iss_01ARZ3NDEKTSV4RRFFQ69G5FAV/receipt');
    expect([nobody.status, JSON.parse(nobody.text).reason]).toEqual([401, 'proof_missing']);
  });
});

describe('the bus of events', () => {
  it('is told of what was issued and of what was denied, by the bundle that is deployed', async () => {
    const { jti = '' } = decodeJwt(String((await client('reports:read')).body['access_token']));
    const denied = JSON.parse((await asked('/v1/issuances?outcome=denied&limit=1', await reader())).text).issuances;
    const keys = [`${jti}:issued`, `${denied[0].id}:denied`];
    const until = Date.now() + 20_000;
    let told: readonly string[] = [];
    while (keys.some((key) => !told.includes(key)) && Date.now() < until) {
      const { events } = Object(await (await fetch(stage.broker.aws['AWS_ENDPOINT_URL_EVENTBRIDGE'] ?? '')).json());
      told = events.map(({ Detail }: { Detail: string }) => JSON.parse(Detail).key);
      await new Promise((wake) => setTimeout(wake, 100));
    }
    expect(told).toEqual(expect.arrayContaining(keys));
  });
});
