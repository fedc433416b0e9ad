import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/main.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aRecord } from '../ledger/a-record.ts';

/** Of CloudTrail's API reference: StartQuery, DescribeQuery, GetQueryResults, each an operation of AWS JSON 1.1. */
interface Asked {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}
type Answer = { readonly status?: number; readonly body: Readonly<Record<string, unknown>> };
type Row = Readonly<Record<string, string>>;

const saved = { ...process.env };
const STORE = 'arn:aws:cloudtrail:eu-central-1:111122223333:eventdatastore/0b5c3f6e-1c1d-4f5e-9d2e-8a1f0c2b3d4e';
const QUERY = '11111111-2222-4333-8444-555555555555';
const record = aRecord();
let tables: TestTables;
let server: Server;
let asked: Asked[];
let answer: (asked: Asked) => Answer;

const rows = (list: readonly Row[]) =>
  list.map((row) => Object.entries(row).map(([name, value]) => ({ [name]: value })));
const row = (eventid: string, eventname: string, more: Row = {}): Row => ({
  ...{ eventid, eventname, eventtime: '2026-11-21 09:00:05.000', eventsource: 'ecs.amazonaws.com' },
  ...{ region: 'eu-central-1', principalid: `AROAEXAMPLE:${record.id}` },
  ...more,
});

/** One query that runs for a moment, and whose events come in pages of one. */
const lakeOf =
  (list: readonly Row[]) =>
  ({ operation, body }: Asked): Answer => {
    if (operation === 'StartQuery') return { body: { QueryId: QUERY } };
    if (operation === 'DescribeQuery') {
      const looks = asked.filter((each) => each.operation === operation).length;
      return { body: { QueryId: QUERY, QueryStatus: looks === 1 ? 'RUNNING' : 'FINISHED' } };
    }
    const at = Number(body['NextToken'] ?? '0000');
    return {
      body: {
        QueryStatus: 'FINISHED',
        QueryStatistics: { ResultsCount: 1, TotalResultsCount: list.length, BytesScanned: 2_000_000_000 },
        QueryResultRows: rows(list.slice(at, at + 1)),
        ...(at + 1 < list.length ? { NextToken: String(at + 1).padStart(4, '0') } : {}),
      },
    };
  };

beforeAll(async () => {
  tables = await startTables();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const one = { operation, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
      asked.push(one);
      const { status = 200, body } = answer(one);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  Object.assign(process.env, {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' },
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_CLOUDTRAIL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''),
  });
  await dynamoLedger({ client: tables.client, table: tables.table('ledger') }).finished(record, noDeadline);
});
afterAll(async () => {
  process.env = saved;
  server.closeAllConnections();
  server.close();
  await tables.stop();
});
beforeEach(() => {
  asked = [];
});

const trace = (...args: string[]) => run('trace', '--issuance', record.id, '--cloudtrail', 'lake', ...args);

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: process.env,
    cwd: '/',
  });
  return { code, ...written };
}

const statements = () => asked.flatMap(({ operation, body }) => (operation === 'StartQuery' ? [body] : []));

describe('issuances trace by CloudTrail Lake', () => {
  it('asks for the session within its time, waits, reads every page, and says what it scanned', async () => {
    const arns = 'arn:aws:s3:::reports/a b\u001farn:aws:s3:::reports';
    answer = lakeOf([row('a', 'UpdateService'), row('b', 'RunTask', { errorcode: 'AccessDenied', arns })]);
    const { code, out, err } = await trace('--event-data-store', STORE, '--json');
    const told = JSON.parse(out);
    expect([code, told.lake]).toEqual([0, { queries: 1, bytesScanned: 2_000_000_000 }]);
    expect(told.events).toMatchObject([
      { id: 'a', time: '2026-11-21T09:00:05Z', source: 'ecs.amazonaws.com', error: null, role: 'session' },
      { id: 'b', error: 'AccessDenied', resources: ['arn:aws:s3:::reports/a b', 'arn:aws:s3:::reports'] },
    ]);
    expect(err).toContain('scanned 2.000 GB, about 0.0100 USD');
    const [query] = statements();
    expect(query).toMatchObject({ EventDataStoreOwnerAccountId: '111122223333' });
    const sql = String(query?.['QueryStatement']);
    expect(sql).toContain(`FROM ${STORE.split('/')[1]} WHERE eventTime >= '2026-11-21 08:45:00'`);
    expect(sql).toContain(`= '${record.id}'`);
    expect(
      asked.filter(({ operation }) => operation === 'GetQueryResults').map(({ body }) => body['NextToken']),
    ).toEqual([undefined, '0001']);
  });

  it.each([
    ['as Lake writes a map', '{accessKeyId=ASIACHAINED000000001, sessionToken=x}'],
    ['as JSON', '{"accessKeyId":"ASIACHAINED000000001"}'],
  ])('follows a session that it asked for, whose credentials stand %s', async (_, credentials) => {
    const assumed = row('a', 'AssumeRole', { eventsource: 'sts.amazonaws.com', credentials });
    const chained = row('b', 'RunTask', { principalid: 'AROA:other', accesskeyid: 'ASIACHAINED000000001' });
    answer = (one) => lakeOf(statements().length > 1 ? [chained] : [assumed])(one);
    const { out } = await trace('--event-data-store', STORE, '--json');
    expect(JSON.parse(out).events.map(({ role }: { role: string }) => role)).toEqual(['session', 'chained']);
    expect(String(statements()[1]?.['QueryStatement'])).toContain("IN ('ASIACHAINED000000001')");
  });

  it.each([
    ['EventDataStoreNotFoundException', 'list-event-data-stores'],
    ['AccessDeniedException', 'cloudtrail:StartQuery'],
    ['UnsupportedOperationException', 'closed to new customers'],
  ])('says what to change at %s', async (code, advice) => {
    answer = () => ({ status: 400, body: { __type: code, message: 'no' } });
    const { code: exit, out, err } = await trace('--event-data-store', STORE);
    expect([exit, out, err.includes(advice)]).toEqual([1, '', true]);
  });

  it.each([
    ['TIMED_OUT', 'less time'],
    ['FAILED', 'exhausted resources'],
    ['CANCELLED', 'no reason'],
  ])('fails where the query ends as %s', async (QueryStatus, why) => {
    const said = QueryStatus === 'FAILED' ? { ErrorMessage: 'exhausted resources' } : {};
    answer = ({ operation }) => ({ body: operation === 'StartQuery' ? { QueryId: QUERY } : { QueryStatus, ...said } });
    const { code, out, err } = await trace('--event-data-store', STORE);
    expect([code, out, err.includes(why)]).toEqual([1, '', true]);
  });

  it.each([
    ['no event data store', []],
    ['an ARN that is none', ['--event-data-store', 'arn:aws:s3:::reports']],
    ['SQL in the id', ['--event-data-store', `${STORE} WHERE 1=1 --`]],
    ['files beside it', ['--event-data-store', STORE, '--cloudtrail', 'trail']],
  ])('is wrong usage with %s, and nothing is asked', async (_, args) => {
    expect(await trace(...args)).toMatchObject({ code: 2, out: '' });
    expect(asked).toEqual([]);
  });
});

describe('issuances usage by CloudTrail Lake', () => {
  it("counts the broker's sessions within the time that was asked about, and proposes by them", async () => {
    const config = mkdtempSync(join(tmpdir(), 'lake-'));
    cpSync(new URL('../../examples', import.meta.url).pathname, config, { recursive: true });
    answer = lakeOf([row('a', 'UpdateService'), row('b', 'UpdateService', { principalid: 'AROA:alice' })]);
    const range = ['--from', '2026-11-21T00:00:00Z', '--to', '2026-11-22T00:00:00Z'];
    const lake = ['--cloudtrail', 'lake', '--event-data-store', STORE, '--json'];
    const { code, out } = await run('usage', 'deploy-web', '--config', config, ...range, ...lake);
    rmSync(config, { recursive: true });
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        ...{ events: 1, used: [{ action: 'ecs:UpdateService', calls: 1 }], unused: ['ecs:DescribeServices'] },
        proposal: { policy: { Statement: [{ Action: 'ecs:UpdateService' }] } },
      },
    ]);
    const sql = String(statements()[0]?.['QueryStatement']);
    expect(sql).toContain("eventTime >= '2026-11-21 00:00:00' AND eventTime <= '2026-11-22 13:00:00'");
  });
});
