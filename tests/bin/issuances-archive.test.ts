import { describe, expect, it } from '@jest/globals';
import { archivedIssuances } from '../../bin/commands/issuances/archived.ts';
import { entryOf } from '../../lib/archive/entry.ts';
import { parseSearch } from '../../lib/ledger/filter.ts';
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

async function found(parameters: Parameters<typeof parseSearch>[0]) {
  const search = parseSearch(parameters);
  if (!search.ok) throw new Error('the search is wrong');
  return (await archivedIssuances(objects, noKeys, search.value, SIGNAL)).issuances;
}

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
});
