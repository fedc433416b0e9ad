import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/main.ts';
import { requestJson } from '../../lib/approval/approval-json.ts';
import { entryOf } from '../../lib/archive/entry.ts';
import { dynamoApprovals } from '../../lib/aws/dynamodb/approvals.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { dynamoRevocationList } from '../../lib/aws/dynamodb/standing-revocations.ts';
import { s3Objects } from '../../lib/aws/s3/objects.ts';
import { toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import type { Revocation } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { startS3 } from '../../local/endpoints/s3.ts';
import { aRequest } from '../approval/a-request.ts';
import { aLog, SIGNAL } from '../archive/a-log.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

const DAY = 86_400_000;
const at = (days: number) => epochMilliseconds(NINE + days * DAY);
const ADA = { connection: 'okta', client: null, subject: 'ada', principal: 'ada@example.com' };
const EVE = { connection: 'entra', client: null, subject: 'eve', principal: 'ada@example.com' };
const BOB = { connection: 'okta', client: null, subject: 'bob\u001b[2J\n', principal: 'bob' };
const approval = (approver: typeof ADA): NonNullable<IssuanceRecord['approval']> => ({
  ...{ id: 'apr_01M8PM2Z0A0000000000000001', state: 'used', approver, reason: 'looks right', decided: '2026-11-21' },
});

/** What the table does not keep any more, what both have, and what has not come to the archive yet. */
const old = aRecord({ ...ADA, time: at(-200) });
const both = [aRecord({ ...ADA, time: at(0) }), aRecord({ ...BOB, time: at(1), approval: approval(ADA) })];
const fresh = aRecord({
  ...BOB,
  time: at(2),
  actor: { ...ADA, proof: aRecord().proof, claims: { team: 'web' } },
});
const others = [aRecord({ time: at(-199) }), aRecord({ ...EVE, time: at(0) }), aRecord({ ...BOB, time: at(1) })];
const denied = aDenial({ ...ADA, time: at(1) });

const request = aRequest({ subject: ADA });
const revocation: Revocation = {
  ...{ id: 'rev_01M8PM2Z0A0000000000000001', kind: 'principal', name: 'okta:ada', by: 'okta:bob', reason: 'left' },
  ...{ time: at(2), ends: null, lifted: null, sessions: 'done', accounts: [] },
};

const saved = { ...process.env };
let tables: TestTables;
let s3: Awaited<ReturnType<typeof startS3>>;

beforeAll(async () => {
  [tables, s3] = await Promise.all([startTables(), startS3(0)]);
  Object.assign(process.env, {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint, AWS_ENDPOINT_URL_S3: s3.url },
  });
  await fetch(`${s3.url}/archive-of-tests`, { method: 'PUT' });
  const ledger = { client: tables.client, table: tables.table('ledger') };
  const state = { client: tables.client, table: tables.table('state') };
  for (const record of [...both, ...others.slice(1), fresh]) await dynamoLedger(ledger).finished(record, noDeadline);
  await dynamoLedger(ledger).denied(denied);
  const log = aLog(s3Objects({ region: 'eu-central-1', bucket: 'archive-of-tests' }));
  await log.append([old, ...both, ...others].map(entryOf), null, SIGNAL);
  await dynamoApprovals({ state, ledger }).keep(request, ['asked'], noDeadline);
  await dynamoRevocationList(state).change(() => [revocation, { ...revocation, name: 'okta:eve' }], noDeadline);
});
afterAll(async () => {
  process.env = saved;
  await Promise.all([tables.stop(), s3.stop()]);
});

async function subject(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', 'subject', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: {
      TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''),
      TOKEN_BROKER_ARCHIVE: 'archive-of-tests',
    },
    cwd: '/',
  });
  return { code, ...written };
}

describe('issuances subject', () => {
  it('has every record that names the identity, once, as what, of table and archive, oldest day first', async () => {
    const { code, out } = await subject('okta:ada', '--json');
    const { identity, records } = JSON.parse(out);
    expect({ code, identity }).toEqual({ code: 0, identity: 'okta:ada' });
    expect(records.map(({ as, from, record }: Record<string, { id: string }>) => [record?.id, as, from])).toEqual([
      [old.id, ['subject'], 'archive'],
      [both[0]?.id, ['subject'], 'table'],
      [both[1]?.id, ['approver'], 'table'],
      [expect.stringMatching(/^iss_/), ['subject'], 'table'],
      [fresh.id, ['actor'], 'table'],
    ]);
    expect(records[0].record).toEqual(toJson(old));
  });

  it('has what was asked to be approved, revocations, and says where else to look', async () => {
    const { approvals, revocations, elsewhere } = JSON.parse((await subject('okta:ada', '--json')).out);
    expect(approvals).toEqual([requestJson(request)]);
    expect(revocations).toEqual([{ ...revocation, time: '2026-11-23T09:00:00.250Z' }]);
    expect(elsewhere.map(({ where }: { where: string }) => where)).toContain('CloudTrail');
  });

  it('takes a label that one alone has, and of several none', async () => {
    expect(JSON.parse((await subject('bob', '--json')).out).identity).toBe('okta:bob\u001b[2J\n');
    const { code, out, err } = await subject('ada@example.com', '--json');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('"entra:eve"');
    expect(err).toContain('"okta:ada"');
  });

  it('finds nobody of another connection under the same label, and nothing of a stranger', async () => {
    const { records } = JSON.parse((await subject('entra:eve', '--json')).out);
    expect(records.map(({ record }: { record: { id: string } }) => record.id)).toEqual([others[1]?.id]);
    const nobody = JSON.parse((await subject('okta:nobody', '--json')).out);
    expect(nobody).toMatchObject({ records: [], approvals: [], revocations: [] });
  });

  it('keeps to a range, and to the table with --no-archive', async () => {
    const range = ['--from', '2026-11-23T00:00:00Z', '--json'];
    const of = async (...args: string[]) => JSON.parse((await subject('okta:ada', ...args)).out).records;
    expect(await of(...range)).toHaveLength(1);
    expect(await of('--no-archive', '--json')).toHaveLength(4);
  });

  it('is a text for people, in which no name moves the cursor', async () => {
    const { out } = await subject('okta:bob\u001b[2J\n');
    expect(out).toContain('RECORD, as subject, in the table');
    expect(out).toContain('3 records, 0 requests for approval, 0 revocations.');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['a label that nobody has', ['who-ever']],
    ['a time that is none', ['okta:ada', '--from', 'yesterday']],
  ])('takes no %s', async (_, args) => {
    expect((await subject(...args)).code).toBe(2);
  });
});
