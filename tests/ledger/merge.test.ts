/** One sequence out of several partitions, whatever each of them gives at a time. */
import { describe, expect, it } from '@jest/globals';
import { type LedgerEntry, type LedgerRuns, mergedRuns, type Order, type PlaceRange } from '../../lib/ledger/merge.ts';
import type { Partition } from '../../lib/ledger/partitions.ts';

const signal = new AbortController().signal;
const placeOf = (number: number): string => `p${String(number).padStart(4, '0')}`;
const entryOf = (number: number): LedgerEntry => ({
  place: placeOf(number),
  key: { pk: 'issuance#0', sk: placeOf(number) },
  record: null,
});
const partitionOf = (shard: number): Partition => ({ index: null, value: String(shard) });
const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/**
 * Partitions of these numbers, and how they were read. `page`: they give no more at once, and every other time nothing,
 * as DynamoDB may.
 */
function partitions(numbers: readonly (readonly number[])[], page = Number.POSITIVE_INFINITY) {
  const reads: { partition: string; low: string; high: string; count: number }[] = [];
  const source: LedgerRuns = {
    read: async ({ value }, { low, high, order }, count) => {
      const isEmptyTurn =
        page !== Number.POSITIVE_INFINITY && reads.filter((read) => read.partition === value).length % 2 === 1;
      reads.push({ partition: value, low, high, count });
      const kept = (numbers[Number(value)] ?? []).map(entryOf).filter(({ place }) => low <= place && place <= high);
      const all = kept.toSorted((a, b) => (a.place < b.place === (order === 'oldest-first') ? -1 : 1));
      const entries = isEmptyTurn ? [] : all.slice(0, Math.min(count, page));
      return { entries, more: entries.length < all.length };
    },
  };
  return { source, reads, shards: numbers.map((_, shard) => partitionOf(shard)) };
}

const range = (more: Partial<PlaceRange> = {}): PlaceRange => ({
  ...{ low: placeOf(0), high: placeOf(9_999), order: 'newest-first', behind: null },
  ...more,
});

type Read = { readonly page?: number; readonly take?: number; readonly expected?: number } & Partial<PlaceRange>;
/** The batches, each as its numbers. */
async function batches(
  numbers: readonly (readonly number[])[],
  { page, take = 1_000, expected = 2, ...more }: Read = {},
) {
  const { source, shards, reads } = partitions(numbers, page);
  const runs = mergedRuns(source, shards, range(more), expected, signal);
  const taken: (readonly number[])[] = [];
  for (let some = await runs.take(take); some.length > 0; some = await runs.take(take)) {
    taken.push(some.map(({ place }) => Number(place.slice(1))));
  }
  return { taken, reads, isEmpty: await runs.isEmpty() };
}

const ORDERS: readonly Order[] = ['newest-first', 'oldest-first'];
const inOrder = (numbers: readonly number[], order: Order): readonly number[] =>
  numbers.toSorted((a, b) => (order === 'newest-first' ? b - a : a - b));

describe.each(ORDERS)('a sequence, %s', (order) => {
  const uneven = [from(20, 39), [0, 100], from(40, 43), []];
  it.each([
    ['all at once', {}],
    ['one at a time', { take: 1 }],
    ['of partitions that give little, and at times nothing', { page: 2 }],
    ['of partitions that give little, three at a time', { page: 3, take: 3 }],
  ])('is in order, without gaps or repeats: %s', async (_, how) => {
    const { taken, isEmpty } = await batches(uneven, { ...how, order });
    expect(taken.flat()).toEqual(inOrder(uneven.flat(), order));
    expect(isEmpty).toBe(true);
  });

  it.each<[string, Partial<PlaceRange>, readonly number[]]>([
    ['behind a place', { behind: placeOf(25) }, order === 'newest-first' ? from(20, 24) : from(26, 29)],
    ['of one place', { low: placeOf(24), high: placeOf(24) }, [24]],
    ['within its range', { low: placeOf(22), high: placeOf(24) }, from(22, 24)],
    [
      'behind a place within it',
      { low: placeOf(22), high: placeOf(26), behind: placeOf(24) },
      order === 'newest-first' ? [22, 23] : [25, 26],
    ],
    [
      'behind a place before it, which widens nothing',
      { low: placeOf(22), high: placeOf(24), behind: placeOf(order === 'newest-first' ? 28 : 20) },
      from(22, 24),
    ],
    [
      'behind a place after it: nothing',
      { low: placeOf(22), high: placeOf(24), behind: placeOf(order === 'newest-first' ? 21 : 27) },
      [],
    ],
    [
      'behind its last place: nothing',
      { low: placeOf(22), high: placeOf(24), behind: placeOf(order === 'newest-first' ? 22 : 24) },
      [],
    ],
  ])('is read %s', async (_, more, expected) => {
    const { taken } = await batches([from(20, 29)], { ...more, order });
    expect(taken.flat()).toEqual(inOrder(expected, order));
  });
});

describe('a batch', () => {
  it('is as large as was asked for, where that much is at hand', async () => {
    expect(
      (
        await batches(
          [
            [9, 7, 5],
            [8, 6],
          ],
          { take: 4 },
        )
      ).taken,
    ).toEqual([[9, 8, 7, 6], [5]]);
    expect((await batches([[9], [8]], { take: 4 })).taken).toEqual([[9, 8]]);
  });

  it('ends where what comes next is not known yet', async () => {
    const { taken } = await batches([from(10, 19), [5, 1]]);
    expect(taken[0]).toEqual([19, 18, 17, 16, 15]);
    expect(taken.flat()).toEqual(inOrder([...from(10, 19), 5, 1], 'newest-first'));
  });
});

it('nothing is left where the last was taken, and only there', async () => {
  const { source, shards } = partitions([from(1, 6)]);
  const runs = mergedRuns(source, shards, range(), 2, signal);
  expect((await runs.take(5)).length).toBe(5);
  expect(await runs.isEmpty()).toBe(false);
  expect((await runs.take(5)).length).toBe(1);
  expect(await runs.isEmpty()).toBe(true);
});

describe('a partition', () => {
  it.each([
    [1, 16, 4],
    [100, 16, 11],
    [1_000, 2, 400],
    [16, 1, 25],
  ])('is read at first, where %d of %d partitions are wanted, for %d', async (expected, shards, chunk) => {
    const { reads } = await batches(
      Array.from({ length: shards }, () => []),
      { expected },
    );
    expect(reads.map(({ count }) => count)).toEqual(Array(shards).fill(chunk + 1));
  });

  it.each([
    ['newest-first', 21],
    ['oldest-first', 27],
  ] as const)('is not read where nothing of its range is left, %s', async (order, behind) => {
    const more = { low: placeOf(22), high: placeOf(24), behind: placeOf(behind), order };
    expect((await batches([from(20, 29)], more)).reads).toEqual([]);
  });

  it('is read no more once it is done, nor behind its end', async () => {
    const { reads } = await batches([[5, 4, 3, 2, 1], [9]], { low: placeOf(1) });
    expect(reads.map(({ partition }) => partition)).toEqual(['0', '1']);
  });
});
