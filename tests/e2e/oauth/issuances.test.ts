import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

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
/** The workload `web-main` asks for a scope by its own token: a session for `role`, a refusal for `reports:write`. */
const asWorkload = async (scope: string) => {
  const subject_token = await stage.broker.idp.token('web-main');
  return post(stage, TOKEN, { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope });
};
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

/** The records that a filter finds, the first hundred. */
const found = async (query: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  Object((await issuances(query)).body['issuances']);

describe('the ledger over HTTP', () => {
  it('is for the scope broker:issuances:read of this very broker', async () => {
    const other = await token({ grant_type: 'client_credentials', scope: 'chain' });
    const refused = await issuances('', `Bearer ${String(other.body['access_token'])}`);
    expect([refused.status, refused.body['reason']]).toEqual([403, 'insufficient_scope']);
    expect(refused.challenge).toContain('error="insufficient_scope"');
    const foreign = await token(CREDENTIALS);
    const elsewhere = await issuances('', `Bearer ${String(foreign.body['access_token'])}`);
    expect([elsewhere.status, elsewhere.body['reason']]).toEqual([401, 'audience_mismatch']);
  });

  it('is not for a token that was revoked', async () => {
    const authorization = await reader();
    expect((await issuances('?limit=1', authorization)).status).toBe(200);
    await post(stage, '/oauth2/revoke', { token: authorization.slice('Bearer '.length) }, nightly);
    const until = Date.now() + 10_000;
    let answer = await issuances('?limit=1', authorization);
    while (answer.status === 200 && Date.now() < until) {
      await new Promise((wake) => setTimeout(wake, 250));
      answer = await issuances('?limit=1', authorization);
    }
    expect([answer.status, answer.body['reason']]).toEqual([401, 'revoked']);
    expect(answer.challenge).toContain('error="invalid_token"');
  });

  it('has an issuance of several scopes as one record', async () => {
    const { body } = await token({ ...CREDENTIALS, scope: 'reports:read reports:write' });
    const { jti } = decodeJwt(String(body['access_token']));
    const record = await issuances(`/${jti}`);
    expect(record.body).toMatchObject({ id: jti, scope: 'reports:read reports:write', outcome: 'issued' });
  });

  it('filters and pages, newest first, each record once', async () => {
    const authorization = await reader();
    for (let count = 0; count < 3; count += 1) await token({ ...CREDENTIALS, scope: 'reports:write' });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await issuances(
        `?scope=reports:write&outcome=issued&client=nightly-bot&limit=2${cursor}`,
        authorization,
      );
      expect(page.status).toBe(200);
      const records: readonly { readonly id: string; readonly time: string }[] = Object(page.body['issuances']);
      expect(records.length).toBeLessThanOrEqual(2);
      seen.push(...records.map(({ id }) => id));
      cursor = page.body['next'] === null ? '' : `&cursor=${encodeURIComponent(String(page.body['next']))}`;
    } while (cursor !== '');
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it.each([
    ['principal', 'nightly-bot'],
    ['connection', 'demo'],
    ['client', 'nightly-bot'],
    ['scope', 'reports:write'],
    ['outcome', 'denied'],
    ['reason', 'not_allowed'],
  ])('filters by %s', async (member, value) => {
    await token({ ...CREDENTIALS, scope: 'reports:write' });
    await asWorkload('role');
    await asWorkload('reports:write');
    const records = await found(`?${member}=${encodeURIComponent(value)}`);
    expect(records.length).toBeGreaterThan(0);
    // An issuance of several scopes is found under each.
    expect(records.filter((record) => !String(record[member]).split(' ').includes(value))).toEqual([]);
    expect(await found(`?${member}=${member === 'outcome' ? 'failed' : 'nothing-of-the-kind'}`)).toEqual([]);
  });

  it('filters by accessKeyId, which finds one AWS session', async () => {
    const session = JSON.parse(String((await asWorkload('role')).body['access_token']));
    await asWorkload('role');
    const records = await found(`?accessKeyId=${session.AccessKeyId}`);
    expect(records.map(({ id }) => id)).toEqual([session.IssuanceId]);
  });

  it('filters by from and to, both inclusive', async () => {
    await token({ ...CREDENTIALS, scope: 'reports:write' });
    const [newest] = await found('?scope=reports:write&limit=1');
    const { id, time } = newest ?? {};
    const at = encodeURIComponent(String(time));
    const ids = async (query: string) => (await found(query)).map((record) => record['id']);
    expect(await ids(`?from=${at}&to=${at}`)).toContain(id);
    const before = encodeURIComponent(new Date(Date.parse(String(time)) - 1_000).toISOString());
    const after = encodeURIComponent(new Date(Date.parse(String(time)) + 1_000).toISOString());
    expect(await ids(`?to=${before}`)).not.toContain(id);
    expect(await ids(`?from=${after}`)).not.toContain(id);
  });

  it('takes a cursor for the filter that it came of, and for no other', async () => {
    const authorization = await reader();
    for (let count = 0; count < 2; count += 1) await token({ ...CREDENTIALS, scope: 'reports:write' });
    const { body } = await issuances('?scope=reports:write&limit=1', authorization);
    const cursor = `cursor=${encodeURIComponent(String(body['next']))}`;
    expect((await issuances(`?scope=reports:write&limit=5&${cursor}`, authorization)).status).toBe(200);
    const other = await issuances(`?scope=reports:read&limit=1&${cursor}`, authorization);
    expect([other.status, other.body['reason']]).toEqual([400, 'parameter_invalid']);
  });

  it('counts over time and by what records have in common, and says what to change where it does not', async () => {
    const authorization = await reader();
    await token({ ...CREDENTIALS, scope: 'reports:write' });
    const stats = async (query: string) => {
      const response = await fetch(`${stage.broker.url}/v1/stats${query}`, { headers: { authorization } });
      return { status: response.status, body: Object(await response.json()) };
    };
    const { status, body } = await stats('?by=scope,connection&step=hour');
    expect(status).toBe(200);
    const { groups } = body.breakdowns.scope;
    const write = groups.find(({ value }: { readonly value: string }) => value === 'reports:write');
    expect(write.issued).toBe((await found('?scope=reports:write&outcome=issued&limit=1000')).length);
    const line = body.buckets.reduce((sum: number, { issued }: { readonly issued: number }) => sum + issued, 0);
    expect([line, body.partial, body.next]).toEqual([body.total.issued, false, null]);
    const wide = await stats('?from=2020-01-01T00:00:00Z&step=60');
    expect([wide.status, wide.body.reason]).toEqual([400, 'parameter_invalid']);
    expect(wide.body.error_description).toContain('Take a step of at least');
    expect((await fetch(`${stage.broker.url}/v1/stats`)).status).toBe(401);
  });

  it.each([
    ['an unknown filter', '?owner=x'],
    ['a limit of 0', '?limit=0'],
    ['a limit of 1001', '?limit=1001'],
    ['a time that is none', '?from=yesterday'],
    ['a cursor of nobody', '?cursor=x'],
  ])('refuses %s', async (_, query) => {
    const { status, body } = await issuances(query);
    expect([status, body['reason']]).toEqual([400, 'parameter_invalid']);
  });

  it('answers 404 for an issuance that is none, and 401 without a token', async () => {
    expect((await issuances('/iss_00000000000000000000000000')).status).toBe(404);
    expect((await fetch(`${stage.broker.url}/v1/issuances`)).status).toBe(401);
    const basic = await issuances('', nightly);
    const metadata = `resource_metadata="${stage.broker.url}/.well-known/oauth-protected-resource"`;
    expect([basic.status, basic.challenge]).toEqual([401, `Bearer realm="token-broker", ${metadata}`]);
  });
});
