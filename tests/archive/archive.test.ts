import { describe, expect, it } from '@jest/globals';
import { archiveRecords, sweepLedger } from '../../lib/archive/archive.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';
import { memoryLedger } from '../ledger/memory-ledger.ts';
import { aLog, idsIn, SIGNAL } from './a-log.ts';
import { memoryObjects } from './memory-objects.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const WHOLE = { mayGoOn: () => true, unfinished: () => undefined };

function anArchive(now: EpochMilliseconds) {
  const objects = memoryObjects();
  const queries = memoryLedger();
  const log = aLog(objects, { since: () => epochMilliseconds(NINE - DAY) });
  return { objects, queries, ports: { log, queries, clock: { now: () => now }, keys: null } };
}

const later = (length: number): EpochMilliseconds => epochMilliseconds(NINE + length);

describe('the archive', () => {
  it('takes what has finished, in the order of the batch, and leaves what is only started', async () => {
    const { objects, ports } = anArchive(NINE);
    const batch = [aRecord(), aDenial(), aRecord({ outcome: 'failed', reason: 'sts_throttled', credential: null })];
    const started = aRecord({ outcome: 'started', credential: null });
    expect(await archiveRecords(ports, [...batch, started], SIGNAL)).toBe(3);
    expect(await idsIn(objects)).toEqual(batch.map(({ id }) => id));
  });

  it('takes what never finished, five minutes after it began', async () => {
    const started = aRecord({ outcome: 'started', credential: null });
    for (const [after, count] of [
      [4 * MINUTE, 0],
      [6 * MINUTE, 1],
    ] as const) {
      const { objects, queries, ports } = anArchive(later(after));
      await queries.started(started, SIGNAL);
      expect(await sweepLedger(ports, WHOLE, SIGNAL)).toBe(count);
      expect(await idsIn(objects)).toEqual(count === 0 ? [] : [started.id]);
    }
  });

  it('has its outcome behind it, should it come all the same', async () => {
    const { objects, queries, ports } = anArchive(later(6 * MINUTE));
    const started = aRecord({ outcome: 'started', credential: null });
    await queries.started(started, SIGNAL);
    await sweepLedger(ports, WHOLE, SIGNAL);
    await archiveRecords(ports, [{ ...started, outcome: 'failed' }], SIGNAL);
    expect(await idsIn(objects)).toEqual([started.id, started.id]);
  });

  it('catches up with an outage that the stream has forgotten: everything, once, the oldest first', async () => {
    const { objects, queries, ports } = anArchive(later(3 * DAY));
    const records = Array.from({ length: 3_000 }, (_, at) => aRecord({ time: later(at * MINUTE) }));
    for (const record of records) await queries.finished(record, SIGNAL);
    await archiveRecords(ports, records.slice(100, 110), SIGNAL);
    let turns = 0;
    // A function that has little time ends in between; the next one goes on.
    for (let added = 1; added > 0 && turns < 50; turns += 1) {
      let slices = 4;
      added = await sweepLedger(ports, { ...WHOLE, mayGoOn: () => slices-- > 0 }, SIGNAL);
    }
    const ids = await idsIn(objects);
    const others = records.filter((_, at) => at < 100 || at >= 110);
    expect(ids.slice(0, 10)).toEqual(records.slice(100, 110).map(({ id }) => id));
    expect(ids.slice(10)).toEqual(others.map(({ id }) => id));
  });
});
