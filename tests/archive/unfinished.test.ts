/** What began and has no outcome: told of by the sweep five minutes later, and listed until its outcome comes. */
import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sweepLedger } from '../../lib/archive/archive.ts';
import { dynamoLedgerQueries } from '../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { onlyUnfinished } from '../../lib/ledger/unfinished.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aRecord, NINE } from '../ledger/a-record.ts';
import { aLog } from './a-log.ts';
import { memoryObjects } from './memory-objects.ts';

const FIVE_MINUTES = 300_000;
const SECOND = 1_000;

let tables: TestTables;
let archiveHandler: typeof import('../../functions/archive.ts')['archiveHandler'];
beforeAll(async () => {
  Object.assign(env, { ISSUER: 'https://broker.example', TABLE_PREFIX: 'test', EXTERNAL_ID: 'test' });
  Object.assign(env, { ARCHIVE_BUCKET: 'archive', LOG_KEY_SECRET: 'log-key' });
  env['AWS_REGION'] ??= 'us-east-1';
  [tables, { archiveHandler }] = await Promise.all([startTables(), import('../../functions/archive.ts')]);
});
afterAll(() => tables.stop());

const begun = (time = NINE): IssuanceRecord => aRecord({ time, outcome: 'started', credential: null });

/** A ledger in DynamoDB with a scope of its own, seen at `clock.now`. */
function world() {
  const at = { client: tables.client, table: tables.table('ledger') };
  const ledger = dynamoLedger(at);
  const queries = dynamoLedgerQueries(at);
  const clock = { now: NINE };
  const since = () => epochMilliseconds(NINE - FIVE_MINUTES);
  const ports = { log: aLog(memoryObjects(), { since }), queries, clock: { now: () => clock.now }, keys: null };
  const told: string[] = [];
  const unfinished = (records: readonly IssuanceRecord[]) => void told.push(...records.map(({ id }) => id));
  return {
    ...{ ledger, clock, told, ports, unfinished },
    sweep: () => sweepLedger(ports, { mayGoOn: () => true, unfinished }, noDeadline),
    listed: async () => {
      const page = await queries.list(onlyUnfinished({}, clock.now), 1_000, null, noDeadline);
      return page.ok ? page.value.issuances.map(({ id }) => id) : [];
    },
  };
}

describe('an issuance without an outcome', () => {
  it.each([
    [-SECOND, 'neither told of nor listed a second before five minutes', false],
    [0, 'told of and listed at five minutes', true],
    [SECOND, 'told of and listed a second after', true],
  ])('%i ms: is %s', async (beyond, _, is) => {
    const { ledger, clock, told, sweep, listed } = world();
    const one = begun();
    await ledger.started(one, noDeadline);
    clock.now = epochMilliseconds(NINE + FIVE_MINUTES + beyond);
    await sweep();
    expect([told.includes(one.id), (await listed()).includes(one.id)]).toEqual([is, is]);
  });

  it('is told of once, though the next sweep begins at its very time', async () => {
    const { ledger, clock, told, sweep } = world();
    const one = begun();
    await ledger.started(one, noDeadline);
    for (const minutes of [5, 5, 10, 15]) {
      clock.now = epochMilliseconds(NINE + minutes * 60_000);
      await sweep();
    }
    expect(told.filter((id) => id === one.id)).toEqual([one.id]);
  });

  it('leaves the list once its outcome comes, however late', async () => {
    const { ledger, clock, listed } = world();
    const one = begun();
    await ledger.started(one, noDeadline);
    clock.now = epochMilliseconds(NINE + 2 * FIVE_MINUTES);
    expect(await listed()).toContain(one.id);
    await ledger.finished({ ...one, outcome: 'failed', reason: 'sts_unavailable' }, noDeadline, 'started');
    expect(await listed()).not.toContain(one.id);
  });

  it('is told of though the archive then fails, and again by the next sweep', async () => {
    const { ledger, clock, told, ports, unfinished } = world();
    const one = begun();
    await ledger.started(one, noDeadline);
    clock.now = epochMilliseconds(NINE + FIVE_MINUTES);
    const append = async () => {
      throw new Error('the archive is down');
    };
    const options = { mayGoOn: () => true, unfinished };
    const broken = { ...ports, log: { ...ports.log, append } };
    await expect(sweepLedger(broken, options, noDeadline)).rejects.toThrow('down');
    await sweepLedger(ports, options, noDeadline);
    expect(told.filter((id) => id === one.id)).toEqual([one.id, one.id]);
  });

  it('is one line of the function that sweeps, with how many there are and the first ids', async () => {
    const { ledger, clock, ports } = world();
    const some = Array.from({ length: 12 }, (_, at) => begun(epochMilliseconds(NINE + 3_600_000 + at)));
    for (const one of some) await ledger.started(one, noDeadline);
    clock.now = epochMilliseconds(NINE + 3_600_000 + 2 * FIVE_MINUTES);
    const said: (readonly [string, object])[] = [];
    const lines = {
      info: () => undefined,
      error: (event: string, members: object) => void said.push([event, members]),
    };
    const since = () => epochMilliseconds(NINE + 3_600_000 - 1);
    const log = aLog(memoryObjects(), { since });
    const readItem = () => aRecord();
    await archiveHandler({ ...ports, log, lines, readItem })({});
    const first = some.slice(0, 10).map(({ id }) => id);
    expect(said).toEqual([['unfinished', { records: 12, found: first.join(' ') }]]);
  });

  it('that had one in time is neither', async () => {
    const { ledger, clock, told, sweep, listed } = world();
    const one = begun();
    await ledger.started(one, noDeadline);
    await ledger.finished({ ...one, outcome: 'issued', credential: aRecord().credential }, noDeadline, 'started');
    clock.now = epochMilliseconds(NINE + FIVE_MINUTES);
    await sweep();
    expect([told.includes(one.id), (await listed()).includes(one.id)]).toEqual([false, false]);
  });
});
