import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCursor } from '../../lib/ledger/cursor.ts';
import type { IssuanceFilter } from '../../lib/ledger/filter.ts';
import { composeId, idMovedTo } from '../../lib/ledger/id.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { searchLedger } from '../../lib/ledger/query.ts';
import type { LedgerStorage } from '../../lib/ledger/reader.ts';
import type { IssuanceOutcome, IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

const signal = new AbortController().signal;

/** Follows `next` to the end. */
async function pages(records: readonly IssuanceRecord[], filter: IssuanceFilter, limit: number) {
  const { storage } = memoryStorage(records);
  const found: IssuanceRecord[][] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const page = await searchLedger(storage, filter, limit, cursor, signal);
    if (!page.ok) throw new Error(page.refusal.detail);
    found.push([...page.value.issuances]);
    cursor = page.value.next;
  }
  return found;
}

/** Each partition is read to its end at once, so that only what is asked for parts the work. */
const wholly =
  (storage: LedgerStorage): LedgerStorage['read'] =>
  (partition, range, _count, giveUp) =>
    storage.read(partition, range, Number.MAX_SAFE_INTEGER, giveUp);

const ids = (records: readonly IssuanceRecord[]) => records.map(({ id }) => id);
const many = (count: number, changes: (number: number) => Partial<IssuanceRecord> = () => ({})) =>
  Array.from({ length: count }, (_, number) => aRecord({ time: epochMilliseconds(NINE + number), ...changes(number) }));

/**
 * One partition of an index that names so many records, none of which is there any more, each a millisecond before the
 * one that came before it. Each is read to its end at once.
 */
function emptyIndex(count: number) {
  const { id } = aRecord();
  const entries = Array.from({ length: count }, (_, number) => {
    const place = idMovedTo(id, epochMilliseconds(NINE - number));
    return { place, key: { pk: 'any', sk: place }, record: null };
  });
  const storage: LedgerStorage = {
    read: async (_, { high }) => ({ entries: entries.filter(({ place }) => place <= high), more: false }),
    records: async () => new Map(),
  };
  return { storage, placeOf: (number: number) => entries[number]?.place };
}

/** A record whose JSON, with a comma, has so many bytes. */
function ofSize(bytes: number): IssuanceRecord {
  const empty = aRecord({ intent: '' });
  return { ...empty, intent: 'i'.repeat(bytes - 1 - Buffer.byteLength(JSON.stringify(toJson(empty)))) };
}

describe('a page', () => {
  it('is the newest first, over all shards', async () => {
    const records = many(300);
    expect(ids((await pages(records, {}, 1_000))[0] ?? [])).toEqual(ids(records).reverse());
  });

  it('ends at its limit, and the next goes on', async () => {
    const records = many(10);
    expect((await pages(records, {}, 4)).map(ids)).toEqual([
      ids(records).reverse().slice(0, 4),
      ids(records).reverse().slice(4, 8),
      ids(records).reverse().slice(8),
    ]);
  });

  it('that ends with the last record has no next', async () => {
    expect((await pages(many(8), {}, 4)).length).toBe(2);
  });

  it('of an empty ledger is empty and has no next', async () => {
    expect(await pages([], {}, 100)).toEqual([[]]);
  });

  it('ends at 4 MB of JSON', async () => {
    const claims = Object.fromEntries(Array.from({ length: 8 }, (_, number) => [`c${number}`, 'v'.repeat(1_000)]));
    const found = await pages(
      many(1_000, () => ({ claims })),
      {},
      1_000,
    );
    const sizes = found.map((page) =>
      Buffer.byteLength(JSON.stringify({ issuances: page.map(toJson), next: 'n'.repeat(100) })),
    );
    expect(Math.max(...sizes)).toBeLessThan(4_000_000);
    expect(sizes[0]).toBeGreaterThan(3_900_000);
    expect(found.flat().length).toBe(1_000);
  });

  it('refuses the cursor of another filter', async () => {
    const { storage } = memoryStorage(many(3));
    const page = await searchLedger(storage, {}, 1, null, signal);
    const cursor = page.ok ? page.value.next : null;
    const other = await searchLedger(storage, { connection: 'github' }, 1, cursor, signal);
    const detail = 'The parameter cursor is not of this filter.';
    expect(other).toEqual({ ok: false, refusal: { reason: 'parameter_invalid', detail } });
  });

  it.each([
    ['goes on behind the last of them', 20_001, true],
    ['has no next, where there are no more', 20_000, false],
  ])('looks at 20,000 records where nothing matches, and %s', async (_, count, goesOn) => {
    const { storage, placeOf } = emptyIndex(count);
    const filter = { accessKeyId: 'ASIA1' };
    const page = await searchLedger(storage, filter, 100, null, signal);
    expect(page).toMatchObject({ ok: true, value: { issuances: [] } });
    const next = page.ok ? page.value.next : null;
    expect(next === null ? null : readCursor(filter, next)).toBe(goesOn ? placeOf(19_999) : null);
  });

  it.each([
    ['goes into one', 0, [2]],
    ['of one byte more goes into two', 1, [1, 1]],
  ])('of 4 MB, less 2 KB for what is around the records, %s', async (_, more, expected) => {
    const half = (4_000_000 - 2_048) / 2;
    const found = await pages([ofSize(half), ofSize(half + more)], {}, 1_000);
    expect(found.map((page) => page.length)).toEqual(expected);
  });

  it('has a record that is too large for any', async () => {
    const found = await pages([aRecord(), ofSize(4_000_001), aRecord()], {}, 1_000);
    expect(found.map((page) => page.length)).toEqual([1, 1, 1]);
  });

  it('looks at as many as it shows first, and then at twice as many each time, 100 at most', async () => {
    const { storage } = memoryStorage(many(300));
    const asked: number[] = [];
    const records: typeof storage.records = (keys, ...more) => {
      asked.push(keys.length);
      return storage.records(keys, ...more);
    };
    const filter = { principal: 'acme/web@refs/heads/main', connection: 'gitlab' };
    await searchLedger({ ...storage, read: wholly(storage), records }, filter, 3, null, signal);
    expect(asked).toEqual([3, 6, 12, 24, 48, 96, 100, 11]);
  });

  it('by index fetches records a hundred at a time, not one by one', async () => {
    const { storage, read } = memoryStorage(many(1_000));
    const filter = { principal: 'acme/web@refs/heads/main', connection: 'gitlab' };
    const page = await searchLedger(storage, filter, 1, null, signal);
    expect(page).toMatchObject({ ok: true, value: { issuances: [], next: null } });
    expect(read.records).toBe(1_000);
  });

  it('by scope finds the records themselves, where they lie under it', async () => {
    const { storage, read } = memoryStorage(many(1_000));
    const page = await searchLedger(storage, { scope: 'deploy-web' }, 1_000, null, signal);
    expect(page.ok && page.value.issuances.length).toBe(1_000);
    expect(read.records).toBe(0);
  });
});

describe('a record is found', () => {
  it('under each of its scopes, once', async () => {
    const record = aRecord({ scope: 'read-a read-b' });
    for (const scope of ['read-a', 'read-b'])
      expect(ids((await pages([record], { scope }, 10)).flat())).toEqual([record.id]);
  });

  it('while it is still started, by time and where the outcome is asked for', async () => {
    const started = aRecord({ outcome: 'started', credential: null });
    expect(ids((await pages([started], {}, 10)).flat())).toEqual([started.id]);
    expect(ids((await pages([started], { outcome: 'started', scope: 'deploy-web' }, 10)).flat())).toEqual([started.id]);
  });
});

// Few times, principals and scopes, so that ties and overlaps are the rule.
const outcomes: readonly IssuanceOutcome[] = ['started', 'issued', 'denied', 'failed'];
/** Mostly one shard, so that it is read in several goes while others wait. */
const tails = fc
  .tuple(fc.uint8Array({ minLength: 9, maxLength: 9 }), fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2))
  .map(([start, shard]) => Uint8Array.from([...start, shard]));
const records = fc
  .uniqueArray(
    fc.record({
      time: fc.integer({ min: 0, max: 5 }),
      tail: tails,
      outcome: fc.constantFrom(...outcomes),
      principal: fc.constantFrom('a', 'b'),
      scope: fc.constantFrom('x', 'y', 'x y'),
    }),
    { maxLength: 120, size: 'max', selector: ({ time, tail }) => `${time} ${tail}` },
  )
  .map((all) =>
    all.map(({ time, tail, outcome, principal, scope }) => {
      const at = epochMilliseconds(NINE + time);
      const changes = { id: composeId(at, tail), time: at, outcome, principal, scope };
      return outcome === 'denied' ? aDenial(changes) : aRecord(changes);
    }),
  );
const filters = fc.record(
  {
    principal: fc.constantFrom('a', 'b'),
    scope: fc.constantFrom('x', 'y'),
    outcome: fc.constantFrom(...outcomes),
    from: fc.integer({ min: -1, max: 6 }).map((time) => epochMilliseconds(NINE + time)),
    to: fc.integer({ min: -1, max: 6 }).map((time) => epochMilliseconds(NINE + time)),
  },
  { requiredKeys: [] },
);

describe('the pages of any search together', () => {
  it('are what sorting and filtering everything gives, without gaps or repeats', async () => {
    await fc.assert(
      fc.asyncProperty(records, filters, fc.integer({ min: 1, max: 7 }), async (all, filter, limit) => {
        const found = ids((await pages(all, filter, limit)).flat());
        expect(found).toEqual(expected(all, filter));
      }),
      { numRuns: 300 },
    );
  });
});

/** The search, said in the plainest way. Started records have no index. */
function expected(all: readonly IssuanceRecord[], filter: IssuanceFilter): string[] {
  const byIndex = filter.outcome !== 'started' && (filter.principal !== undefined || filter.scope !== undefined);
  return ids(
    all.filter(
      (record) =>
        !(byIndex && record.outcome === 'started') &&
        (filter.principal ?? record.principal) === record.principal &&
        (filter.scope === undefined || record.scope.split(' ').includes(filter.scope)) &&
        (filter.outcome ?? record.outcome) === record.outcome &&
        (filter.from ?? 0) <= record.time &&
        record.time <= (filter.to ?? record.time),
    ),
  )
    .sort()
    .reverse();
}
