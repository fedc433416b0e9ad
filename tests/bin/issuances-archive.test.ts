import { describe, expect, it } from '@jest/globals';
import { archivedIssuances } from '../../bin/commands/issuances/archived.ts';
import { entryOf } from '../../lib/archive/entry.ts';
import { writeCursor } from '../../lib/ledger/cursor.ts';
import { parseSearch } from '../../lib/ledger/filter.ts';
import { idMovedTo } from '../../lib/ledger/id.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aLog, SIGNAL } from '../archive/a-log.ts';
import { noKeys } from '../archive/memory-keys.ts';
import { memoryObjects } from '../archive/memory-objects.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

const DAY = 86_400_000;
const issued = [0, 1, 2].map((day) => aRecord({ time: epochMilliseconds(NINE + day * DAY) }));
const denied = aDenial({ time: epochMilliseconds(NINE + DAY + 1) });

const objects = memoryObjects();
const batch = [...issued, denied, { ...denied, attempts: 4 }];
for (const record of batch) await aLog(objects).append([entryOf(record)], null, SIGNAL);

type Asked = Parameters<typeof parseSearch>[0];

async function pageOf(parameters: Asked) {
  const search = parseSearch(parameters);
  if (!search.ok) throw new Error('the search is wrong');
  const asked: string[] = [];
  const counting: typeof objects = {
    ...objects,
    get: (key, signal) => {
      asked.push(key);
      return objects.get(key, signal);
    },
  };
  const page = await archivedIssuances(counting, noKeys, search.value, SIGNAL);
  return { page, days: [...new Set(asked.map((key) => key.slice('records/day='.length).slice(0, 10)))] };
}

const found = async (parameters: Asked) => (await pageOf(parameters)).page?.issuances ?? [];

describe('issuances list --archive', () => {
  it('finds what is archived, newest first, each issuance as its last entry has it', async () => {
    const expected = [issued[2], { ...denied, attempts: 4 }, issued[1], issued[0]];
    expect(await found({})).toEqual(expected);
  });

  it.each([
    ['a filter', { outcome: 'denied' }, [denied.id]],
    ['a limit', { limit: '2' }, [issued[2]?.id, denied.id]],
    ['a range', { from: '2026-11-22T00:00:00Z', to: '2026-11-22T23:00:00Z' }, [denied.id, issued[1]?.id]],
  ] as const)('keeps to %s', async (_, parameters, ids) => {
    expect((await found(parameters)).map(({ id }) => id)).toEqual(ids);
  });

  it.each(['1', '2', '3', '4'])('goes on where a page of %s ended, to the end and no further', async (limit) => {
    const ids: string[] = [];
    let cursor: string | null | undefined;
    do {
      const { page } = await pageOf({ limit, ...(cursor == null ? {} : { cursor }) });
      ids.push(...(page?.issuances ?? []).map(({ id }) => id));
      cursor = page?.next;
    } while (cursor != null);
    expect(ids).toEqual([issued[2]?.id, denied.id, issued[1]?.id, issued[0]?.id]);
  });

  it('reads the days from the cursor on, and none behind the page', async () => {
    const first = await pageOf({ limit: '1' });
    expect(first.days).toEqual(['2026-11-23']);
    const { days, page } = await pageOf({ limit: '2', cursor: first.page?.next ?? '' });
    expect([days, page?.issuances.map(({ id }) => id)]).toEqual([
      ['2026-11-23', '2026-11-22'],
      [denied.id, issued[1]?.id],
    ]);
  });

  it('takes a cursor of the ledger with the same filters, and none of others', async () => {
    const place = idMovedTo(denied.id, denied.time);
    const cursor = writeCursor({}, place);
    expect((await found({ cursor })).map(({ id }) => id)).toEqual([issued[1]?.id, issued[0]?.id]);
    expect((await pageOf({ cursor, outcome: 'issued' })).page).toBeNull();
  });
});
