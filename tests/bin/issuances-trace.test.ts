import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/main.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aRecord } from '../ledger/a-record.ts';

const saved = { ...process.env };
const source = {
  file: 'scopes/deploy-web.yaml',
  line: 12,
  appliedBy: 'Ada Example',
  appliedAt: '2026-11-20T09:00:00Z',
  reason: 'web rolls itself',
  commit: null,
};
const record = aRecord({ decision: { configVersion: 7, rule: 0, checks: [], source } });
const accessKeyId = record.credential?.accessKeyId ?? '';
let tables: TestTables;
let folder: string;

const event = (id: string, changes: Readonly<Record<string, unknown>>) => ({
  eventID: id,
  eventTime: '2026-11-21T09:00:05Z',
  eventSource: 'ecs.amazonaws.com',
  eventName: 'UpdateService',
  awsRegion: 'eu-central-1',
  sourceIPAddress: '203.0.113.7',
  userIdentity: { type: 'AssumedRole', accessKeyId },
  ...changes,
});
const trail = (...records: readonly object[]) => JSON.stringify({ Records: records });

beforeAll(async () => {
  tables = await startTables();
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''),
  });
  await dynamoLedger({ client: tables.client, table: tables.table('ledger') }).finished(record, noDeadline);
  const deep = join(folder, 'trail/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/21');
  mkdirSync(deep, { recursive: true });
  const denied = event('b', {
    eventTime: '2026-11-21T09:00:07Z',
    eventName: 'RunTask\u001b[2J',
    errorCode: 'AccessDenied',
    resources: [{ ARN: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1' }],
  });
  writeFileSync(
    join(deep, 'one.json.gz'),
    gzipSync(trail(denied, event('x', { userIdentity: { accessKeyId: 'ASIAOTHER' } }))),
  );
  writeFileSync(join(folder, 'trail/two.json'), trail(event('a', {})));
  writeFileSync(join(folder, 'trail/digest.json'), JSON.stringify({ digestS3Bucket: 'x' }));
  writeFileSync(join(folder, 'trail/notes.txt'), 'not a trail');
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken/cut.json.gz'), gzipSync(trail(event('a', {}))).subarray(0, 40));
  mkdirSync(join(folder, 'empty'));
});
afterAll(async () => {
  process.env = saved;
  rmSync(folder, { recursive: true });
  await tables.stop();
});

async function trace(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', 'trace', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: process.env,
    cwd: folder,
  });
  return { code, ...written };
}

describe('issuances trace', () => {
  it.each([
    ['--access-key-id', accessKeyId],
    ['--issuance', record.id],
    ['--session-name', record.id],
  ])('by %s shows who, why, who allowed it, and what was done, in the order of time', async (option, value) => {
    const { code, out } = await trace(option, value, '--cloudtrail', 'trail');
    expect(code).toBe(0);
    for (const told of [
      record.principal,
      'roll web to 1.4.2',
      'scopes/deploy-web.yaml:12',
      'Ada Example',
      'web rolls itself',
    ]) {
      expect(out).toContain(told);
    }
    const rows = out.split('\n').filter((line) => line.startsWith('2026-'));
    expect(rows.map((row) => row.split(/ {2,}/).slice(1, 4))).toEqual([
      ['ecs', 'UpdateService', 'ok'],
      ['ecs', 'RunTask\\u{1b}[2J', 'AccessDenied'],
    ]);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('prints record and events with --json', async () => {
    const { out } = await trace('--issuance', record.id, '--cloudtrail', 'trail', '--json');
    const { issuance, events, files, unreadable } = JSON.parse(out);
    expect([issuance, files, unreadable]).toEqual([toJson(record), 3, []]);
    expect(events.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      ['a', 'session'],
      ['b', 'session'],
    ]);
  });

  it('says so where there are no events of it', async () => {
    const { code, out } = await trace('--issuance', record.id, '--cloudtrail', 'empty');
    expect([code, out.endsWith('No events of it in these files.\n')]).toEqual([0, true]);
  });

  it('names a file that is cut off, and fails after the rest is shown', async () => {
    const { code, out, err } = await trace('--issuance', record.id, '--cloudtrail', 'broken');
    expect([code, err.includes('cut.json.gz cannot be read')]).toEqual([1, true]);
    expect(out).toContain(record.principal);
  });

  it('fails where the ledger has no such session, or there is no folder', async () => {
    const unknown = aRecord();
    expect(await trace('--issuance', unknown.id, '--cloudtrail', 'trail')).toMatchObject({ code: 1, out: '' });
    expect(await trace('--issuance', record.id, '--cloudtrail', 'nowhere')).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    ['no session', ['--cloudtrail', 'trail']],
    ['two sessions', ['--issuance', record.id, '--session-name', record.id, '--cloudtrail', 'trail']],
    ['no folder', ['--issuance', record.id]],
    ['a session name that is none of ours', ['--session-name', 'alice', '--cloudtrail', 'trail']],
    ['an access key that is none', ['--access-key-id', "x' OR 1=1", '--cloudtrail', 'trail']],
  ])('is wrong usage with %s', async (_, args) => {
    expect(await trace(...args)).toMatchObject({ code: 2, out: '' });
  });
});
