import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { erase } from '../../bin/commands/issuances/erasing.ts';
import { main } from '../../bin/main.ts';
import { archiveRecords } from '../../lib/archive/archive.ts';
import { dynamoApprovals } from '../../lib/aws/dynamodb/approvals.ts';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { dynamoLedgerQueries } from '../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { dynamoRevokedMarks } from '../../lib/aws/dynamodb/mark-revoked.ts';
import { dynamoSubjectKeys } from '../../lib/aws/dynamodb/subject-keys.ts';
import { s3Objects } from '../../lib/aws/s3/objects.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { startS3 } from '../../local/endpoints/s3.ts';
import { startSts } from '../../local/endpoints/sts.ts';
import { aRequest } from '../approval/a-request.ts';
import { aLog, SIGNAL } from '../archive/a-log.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

const BUCKET = 'archive-of-tests';
const party = (connection: string, subject: string) => ({
  ...{ connection, client: null, subject, principal: `${subject}@example.com` },
});
const BOB = party('okta', 'bob');
const proof = aRecord().proof;

const saved = { ...process.env };
let tables: TestTables;
let s3: Awaited<ReturnType<typeof startS3>>;
let sts: Awaited<ReturnType<typeof startSts>>;
const ledger = () => ({ client: tables.client, table: tables.table('ledger') });

beforeAll(async () => {
  [tables, s3, sts] = await Promise.all([startTables(), startS3(0), startSts(0)]);
  Object.assign(process.env, {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint, AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_STS: sts.url },
  });
  await fetch(`${s3.url}/${BUCKET}`, { method: 'PUT' });
});
afterAll(async () => {
  process.env = saved;
  await Promise.all([tables.stop(), s3.stop(), sts.stop()]);
});

let people = 0;

/** Somebody who is in records as everything that one can be, in the table and in the archive. */
async function somebody() {
  people += 1;
  const ada = party('okta', `ada-${people}`);
  const approval = {
    id: 'apr_01M8PM2Z0A0000000000000001',
    state: 'used',
    approver: ada,
    reason: 'ada-says-so',
  } as const;
  const session = aRecord({ ...ada, intent: `of ada-${people}`, claims: { email: ada.principal } });
  const records: readonly IssuanceRecord[] = [
    session,
    aRecord({ ...BOB, actor: { ...ada, proof, claims: {} } }),
    aRecord({ ...BOB, approval }),
    aDenial({ ...ada, scope: 'root' }),
  ];
  const writer = dynamoLedger(ledger());
  await writer.started({ ...session, outcome: 'started', credential: null }, noDeadline);
  await writer.finished(session, noDeadline, 'started');
  for (const record of records.slice(1, 3)) await writer.finished(record, noDeadline);
  await writer.denied(records[3] ?? session);
  const by = { revocation: 'rev_1', time: '2026-11-21T10:00:00Z', by: `okta:${ada.subject}`, reason: 'ada-is-sure' };
  await dynamoRevokedMarks(ledger()).mark(records[1] ?? session, by, noDeadline);
  const kept = await Promise.all(
    records.slice(0, 3).map(({ id }) => dynamoLedgerQueries(ledger()).get(id, noDeadline)),
  );
  return { ada, records, kept: kept.flatMap((record) => record ?? []) };
}

const keys = () => dynamoSubjectKeys({ ...ledger(), clock: systemClock, random: systemRandom });
const bucket = () => s3Objects({ region: 'eu-central-1', bucket: BUCKET });

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: { TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''), TOKEN_BROKER_ARCHIVE: BUCKET },
    cwd: '/',
  });
  return { code, ...written };
}

async function everything(): Promise<string> {
  const records: IssuanceRecord[] = [];
  const walk = dynamoLedgerQueries(ledger()).walk({}, { order: 'oldest-first', behind: null }, noDeadline);
  for await (const step of walk) records.push(...step.records);
  return JSON.stringify(records.map(toJson));
}

describe('issuances erase', () => {
  it('takes somebody out of table and archive, in every role, and leaves all others', async () => {
    const { ada, records, kept } = await somebody();
    await archiveRecords({ log: aLog(bucket()), keys: keys() }, kept, SIGNAL);
    const identity = `okta:${ada.subject}`;
    expect(JSON.parse((await run('subject', identity, '--json')).out).records).toHaveLength(4);
    const { code, out } = await run('erase', identity, '--reason', 'request 118', '--json');
    const done = JSON.parse(out);
    expect({ code, ...done }).toEqual({
      ...{ code: 0, pseudonym: expect.stringMatching(/^sub_/), records: 4, approvals: 0, waiting: 0, plainEntries: 0 },
    });
    expect(await everything()).not.toMatch(new RegExp(`${ada.subject}|ada-`));
    const archived = JSON.parse((await run('list', '--archive', '--json')).out).issuances;
    expect(JSON.stringify(archived)).not.toMatch(/ada-/);
    const [session, acted] = records;
    const shown = JSON.parse((await run('show', session?.id ?? '', '--json')).out);
    expect(shown).toMatchObject({ principal: 'erased', subject: done.pseudonym, intent: null, erased: ['subject'] });
    const other = JSON.parse((await run('show', acted?.id ?? '', '--json')).out);
    expect(other).toMatchObject({
      principal: BOB.principal,
      actor: { principal: 'erased' },
      erased: ['actor', 'revoker'],
    });
    expect(JSON.parse((await run('subject', identity, '--json')).out).records).toEqual([]);
    expect((await run('list', '--principal', ada.principal)).out).toBe('No issuances.\n');
  });

  it('is a record of its own, with who did it and why, and without the name', async () => {
    const { ada } = await somebody();
    await run('erase', `okta:${ada.subject}`, '--reason', 'request 119', '--no-archive');
    const [record] = JSON.parse((await run('list', '--outcome', 'erased', '--limit', '1', '--json')).out).issuances;
    expect(record).toMatchObject({
      outcome: 'erased',
      intent: 'request 119',
      erasure: { pseudonym: expect.stringMatching(/^sub_/) },
    });
    expect(record.principal).toMatch(/^arn:aws:/);
    expect(JSON.stringify(record)).not.toContain('ada');
  });

  it.each(['before', 'after'] as const)(
    'killed %s any of its writes, ends what was begun when it runs again',
    async (when) => {
      const { ada, kept } = await somebody();
      const identity = `okta:${ada.subject}`;
      await archiveRecords({ log: aLog(bucket()), keys: keys() }, kept, SIGNAL);
      let killed = 0;
      for (let at = 1; ; at += 1) {
        let writes = 0;
        let isKilled = false;
        const kill = (now: typeof when): void => {
          isKilled ||= writes === at && now === when;
          if (isKilled) throw new Error('killed');
        };
        const client: DynamoDb = {
          call: async (operation, input, signal) => {
            const isWrite = operation === 'UpdateItem' || operation === 'PutItem';
            if (isWrite) writes += 1;
            if (isWrite) kill('before');
            const answer = await tables.client.call(operation, input, signal);
            if (isWrite) kill('after');
            return answer;
          },
        };
        const erasing = {
          ledger: { ...ledger(), client },
          signal: noDeadline,
          dryRun: false,
          by: 'arn:aws:iam::1:user/x',
        };
        try {
          await erase({ ...erasing, reason: 'again', past: () => {}, withArchive: async () => null }, identity);
          break;
        } catch (error) {
          if (!isKilled) throw error;
          killed += 1;
        }
      }
      expect(killed).toBeGreaterThan(2);
      expect(await everything()).not.toMatch(new RegExp(ada.subject));
      const { issuances } = JSON.parse((await run('list', '--archive', '--limit', '1000', '--json')).out);
      expect(JSON.stringify(issuances)).not.toMatch(new RegExp(ada.subject));
    },
  );

  it('says which bucket failed, and what S3 answered', async () => {
    const { code, err } = await run('list', '--archive', '--bucket', 'no-such-bucket');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('the archive no-such-bucket cannot be used: NoSuchBucket'),
    ]);
  });

  it('holds for what the stream brings again, and for what it brings late', async () => {
    const { ada, kept } = await somebody();
    await archiveRecords({ log: aLog(bucket()), keys: keys() }, kept.slice(0, 1), SIGNAL);
    await run('erase', `okta:${ada.subject}`, '--reason', 'request 120', '--no-archive');
    await archiveRecords({ log: aLog(bucket()), keys: keys() }, kept, SIGNAL);
    const { issuances } = JSON.parse((await run('list', '--archive', '--limit', '1000', '--json')).out);
    const ids = issuances.map(({ id }: { id: string }) => id);
    expect(kept.every(({ id }) => ids.includes(id))).toBe(true);
    expect(JSON.stringify(issuances)).not.toMatch(new RegExp(ada.subject));
  });

  it('gives whoever comes again another key, and leaves what came after the erasure', async () => {
    const { ada } = await somebody();
    const identity = `okta:${ada.subject}`;
    await run('erase', identity, '--reason', 'request 121', '--no-archive');
    const fresh = aRecord({ ...ada, time: epochMilliseconds(Date.now() + 1_000) });
    await dynamoLedger(ledger()).finished(fresh, noDeadline);
    await archiveRecords({ log: aLog(bucket()), keys: keys() }, [fresh], SIGNAL);
    const { pseudonym, records } = JSON.parse((await run('subject', identity, '--json')).out);
    expect(pseudonym).toMatch(/^sub_/);
    expect(records.map(({ record }: { record: unknown }) => record)).toEqual([toJson(fresh)]);
  });

  it('takes requests for approval that have ended, and leaves those that wait', async () => {
    const ada = party('okta', 'ada-asks');
    const approvals = dynamoApprovals({ state: { ...ledger(), table: tables.table('state') }, ledger: ledger() });
    const soon = epochSeconds(Date.now() / 1000 + 60);
    const [ended, waiting] = [aRequest({ subject: ada, intent: 'of ada' }), aRequest({ subject: ada, ends: soon })];
    const acted = aRequest({ subject: BOB, actors: [ada] });
    for (const request of [ended, waiting, acted]) await approvals.keep(request, ['asked'], noDeadline);
    const done = JSON.parse((await run('erase', 'okta:ada-asks', '--reason', 'r', '--json', '--no-archive')).out);
    expect(done).toMatchObject({ records: 0, approvals: 2, waiting: 1 });
    const erased = { subject: done.pseudonym, principal: 'erased' };
    expect(await approvals.find(ended.id, noDeadline)).toMatchObject({ subject: erased, intent: null, persons: [] });
    expect(await approvals.find(acted.id, noDeadline)).toMatchObject({
      subject: BOB,
      actors: [erased],
      intent: 'roll',
    });
    expect(await approvals.find(waiting.id, noDeadline)).toEqual(waiting);
  });

  it('counts what lies in the archive in plain, which nobody can take back', async () => {
    const { ada, kept } = await somebody();
    await archiveRecords({ log: aLog(bucket()), keys: null }, kept, SIGNAL);
    const { out } = await run('erase', `okta:${ada.subject}`, '--reason', 'request 122');
    expect(out).toMatch(/3 entries of the archive are not sealed/);
  });

  it('only counts with --dry-run', async () => {
    const { ada } = await somebody();
    const before = await everything();
    const { out } = await run('erase', `okta:${ada.subject}`, '--dry-run', '--no-archive');
    expect(out).toBe('Would be erased: 4 records and 0 requests for approval of the table.\n');
    expect(await everything()).toBe(before);
  });

  it.each([
    ['of a label', ['bob@example.com', '--reason', 'r']],
    ['of a client', ['client:nightly', '--reason', 'r']],
    ['without a reason', ['okta:bob']],
    ['with a reason that names whom it is about', ['okta:bob', '--reason', 'Bob left']],
  ])('%s is wrong usage', async (_, args) => {
    const { code, out } = await run('erase', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('erases nobody else under the same subject of another connection, nor under a name with odd characters', async () => {
    const odd = party('entra', 'bob\u0000:okta#../%2f');
    await dynamoLedger(ledger()).finished(aRecord({ ...odd, time: NINE }), noDeadline);
    const before = JSON.parse((await run('subject', 'okta:bob', '--no-archive', '--json')).out).records.length;
    const done = JSON.parse((await run('erase', `entra:${odd.subject}`, '--reason', 'request 123', '--json')).out);
    expect(done.records).toBe(1);
    expect(JSON.parse((await run('subject', 'okta:bob', '--no-archive', '--json')).out).records).toHaveLength(before);
    expect(JSON.parse((await run('erase', 'entra:bob', '--dry-run', '--json')).out).records).toBe(0);
  });
});
