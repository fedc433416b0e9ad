/** How much of a large ledger a search reads. */
import { expect, it } from '@jest/globals';
import { searchLedger } from '../../lib/ledger/query.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aRecord, NINE } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

const signal = new AbortController().signal;
const records = Array.from({ length: 20_100 }, (_, number) => aRecord({ time: epochMilliseconds(NINE + number) }));

it('does a bounded amount of work where nothing matches', async () => {
  const { storage, read } = memoryStorage(records);
  const page = await searchLedger(storage, { reason: 'sts_throttled', outcome: 'failed' }, 100, null, signal);
  expect(page).toMatchObject({ ok: true, value: { issuances: [], next: expect.any(String) } });
  expect(read.entries).toBeLessThan(30_000);
  expect(read.queries).toBeLessThan(400);
});

it('reads little for one record', async () => {
  const { storage, read } = memoryStorage(records);
  await searchLedger(storage, {}, 1, null, signal);
  expect(read.entries).toBeLessThanOrEqual(16 * 5);
});

it.each([{ scope: 'deploy-web' }, { principal: 'acme/web@refs/heads/main' }, { outcome: 'issued' }, {}] as const)(
  'at the filter %j reads what a ledger of 1,000 takes',
  async (filter) => {
    const reads = [records.slice(0, 1_000), records].map(async (of) => {
      const { storage, read } = memoryStorage(of);
      await searchLedger(storage, filter, 100, null, signal);
      return read;
    });
    const [few, all] = await Promise.all(reads);
    expect(all).toEqual(few);
  },
);
