/** What a search refuses, in which words; what it asks of the storage, and how much. */
import { describe, expect, it } from '@jest/globals';
import { type IssuanceFilter, parseSearch } from '../../lib/ledger/filter.ts';
import { firstIdAt, lastIdAt } from '../../lib/ledger/id.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { type LedgerEntry, type LedgerRuns, mergedRuns } from '../../lib/ledger/merge.ts';
import {
  accessKeyPartitions,
  denialIndexValue,
  denialKey,
  denialPartitions,
  indexValue,
  outcomeKey,
  outcomePlaces,
  pointedTo,
  pointerKey,
  recordKey,
  recordPartitions,
} from '../../lib/ledger/partitions.ts';
import { searchLedger } from '../../lib/ledger/query.ts';
import { type LedgerStorage, MOST_TAKEN } from '../../lib/ledger/reader.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aRecord, NINE } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

const signal = new AbortController().signal;
const said = (parameters: Parameters<typeof parseSearch>[0]): string => {
  const search = parseSearch(parameters);
  return search.ok ? 'accepted' : `${search.refusal.reason}: ${search.refusal.detail}`;
};

describe('a search says what it expects', () => {
  const TIME = 'an RFC 3339 time such as 2026-11-21T09:00:00Z';
  it.each([
    [{ principal: '' }, 'principal', '1 to 4096 characters'],
    [{ cursor: 'c'.repeat(4_097) }, 'cursor', '1 to 4096 characters'],
    [{ outcome: 'allowed' }, 'outcome', 'started, issued, denied, failed, approved, erased'],
    [{ from: 'yesterday' }, 'from', TIME],
    [{ to: 'tomorrow' }, 'to', TIME],
    [{ from: '2026-11-21T09:00:00.001Z', to: '2026-11-21T09:00:00Z' }, 'from', 'not later than to'],
    [{ limit: '1001' }, 'limit', 'a whole number from 1 to 1000'],
    [{ limit: '01' }, 'limit', 'a whole number from 1 to 1000'],
    [{ limit: '10000' }, 'limit', 'a whole number from 1 to 1000'],
  ] as const)('%j', (parameters, name, expected) => {
    expect(said(parameters)).toBe(`parameter_invalid: The parameter ${name} is not acceptable. Expected: ${expected}.`);
  });

  it.each([
    ...(['started', 'issued', 'denied', 'failed'] as const).map((outcome) => ({ outcome })),
    { scope: 's'.repeat(4_096) },
    { limit: '1' },
    { limit: '1000' },
    { from: '2026-11-21T09:00:00Z', to: '2026-11-21T09:00:00Z' },
  ])('and takes %j', (parameters) => {
    expect(said(parameters)).toBe('accepted');
  });

  it('of the cursor of another filter', async () => {
    const { storage } = memoryStorage([aRecord(), aRecord()]);
    const page = await searchLedger(storage, { scope: 'deploy-web' }, 1, null, signal);
    const cursor = page.ok ? page.value.next : null;
    expect(await searchLedger(storage, { scope: 'other' }, 1, cursor, signal)).toEqual({
      ok: false,
      refusal: { reason: 'parameter_invalid', detail: 'The parameter cursor is not of this filter.' },
    });
  });
});

describe('a search asks the storage', () => {
  it.each([
    ['for all times', {}, firstIdAt(epochMilliseconds(0)), lastIdAt(epochMilliseconds(2 ** 48 - 1))],
    ['for the times that it is asked for', { from: NINE, to: NINE }, firstIdAt(NINE), lastIdAt(NINE)],
  ])('%s, and no others', async (_, filter, low, high) => {
    const { storage } = memoryStorage([aRecord()]);
    const asked = new Set<string>();
    const watched: LedgerStorage = {
      ...storage,
      read: (partition, range, ...more) => {
        asked.add(JSON.stringify(range));
        return storage.read(partition, range, ...more);
      },
    };
    expect((await searchLedger(watched, filter, 100, null, signal)).ok).toBe(true);
    expect([...asked]).toEqual([JSON.stringify({ low, high, order: 'newest-first' })]);
  });
});

/** Places `a…` of one partition, and how it was read. */
function runsOf(count: number) {
  const all: LedgerEntry[] = Array.from({ length: count }, (_, number) => {
    const place = `p${String(number).padStart(4, '0')}`;
    return { place, key: { pk: 'issuance#0', sk: place }, record: null };
  }).reverse();
  const reads: { high: string; count: number }[] = [];
  const source: LedgerRuns = {
    read: async (_, { low, high }, most) => {
      reads.push({ high, count: most });
      const within = all.filter(({ place }) => low <= place && place <= high);
      return { entries: within.slice(0, most), more: within.length > most };
    },
  };
  return { source, reads };
}

const shardsOf = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, shard) => `${name}${shard}`);

const PARTITION = { index: null, value: 'issuance#0' } as const;
const EVERYTHING = { low: 'p', high: 'q', order: 'newest-first', behind: null } as const;

async function takenFrom(
  source: LedgerRuns,
  range: typeof EVERYTHING | { low: string; high: string; order: 'newest-first'; behind: string },
) {
  const runs = mergedRuns(source, [PARTITION], range, 2, signal);
  const places: string[] = [];
  for (let taken = await runs.take(1_000); taken.length > 0; taken = await runs.take(1_000)) {
    places.push(...taken.map(({ place }) => place));
  }
  return { places, isEmpty: await runs.isEmpty() };
}

describe('one partition', () => {
  it('is read a little at a time, each time twice as much, without gaps or repeats', async () => {
    const { source, reads } = runsOf(40);
    const { places, isEmpty } = await takenFrom(source, EVERYTHING);
    expect(places).toEqual(Array.from({ length: 40 }, (_, number) => `p${String(39 - number).padStart(4, '0')}`));
    expect(isEmpty).toBe(true);
    // One more than the chunk each time: the end itself, which was read before.
    expect(reads).toEqual([
      { high: 'q', count: 5 },
      { high: 'p0035', count: 9 },
      { high: 'p0027', count: 17 },
      { high: 'p0011', count: 33 },
    ]);
  });

  it('is read from where a page before ended, which is not read again', async () => {
    const { source } = runsOf(6);
    expect((await takenFrom(source, { ...EVERYTHING, behind: 'p0003' })).places).toEqual(['p0002', 'p0001', 'p0000']);
    expect((await takenFrom(source, { ...EVERYTHING, behind: 'p0000' })).places).toEqual([]);
    expect(
      (await takenFrom(source, { low: 'p0004', high: 'p0005', order: 'newest-first', behind: 'p0001' })).places,
    ).toEqual([]);
  });

  it('is read in chunks of 400 at most', async () => {
    const { source, reads } = runsOf(2_000);
    await takenFrom(source, EVERYTHING);
    expect(Math.max(...reads.map(({ count }) => count))).toBe(401);
  });
});

describe('the layout, which hides what was written before where a number of it changes', () => {
  const id = 'iss_01M8Z5B3ZT000000000000000Z';
  it('has 16 shards of records and 8 of each index', () => {
    expect(recordPartitions()).toEqual(shardsOf(16, 'issuance#').map((value) => ({ index: null, value })));
    expect(denialPartitions()).toEqual(shardsOf(8, 'denial#').map((value) => ({ index: 'accessKey', value })));
    expect([recordKey(id).pk, denialKey(id).pk, denialIndexValue(id)]).toEqual([
      'issuance#15',
      'denial#15',
      'denial#7',
    ]);
  });

  it('has an access key by itself, which is one issuance’s alone', () => {
    expect(accessKeyPartitions('ASIA1')).toEqual([{ index: 'accessKey', value: 'ASIA1' }]);
  });

  it('has an outcome under the first of its scopes, else where the record is', () => {
    const [first, record] = [outcomeKey('a', id), recordKey(id)];
    expect(first.pk).toMatch(/^scope#[0-9a-f]{32}#7$/);
    expect(outcomePlaces(['a', 'b'], id)).toEqual([first, record]);
    expect(outcomePlaces([], id)).toEqual([record]);
  });

  it.each<[IssuanceFilter, number]>([
    [{}, 16 + 8],
    [{ outcome: 'issued' }, 16],
    [{ outcome: 'denied' }, 8],
    [{ principal: 'p' }, 8],
    [{ principal: 'p', outcome: 'denied' }, 8],
    [{ principal: 'p'.repeat(2_000) }, 16],
    [{ scope: 's' }, 8 + 8],
    [{ scope: 's', principal: 'p' }, 8],
    [{ scope: 's', outcome: 'started' }, 16],
    [{ accessKeyId: 'ASIA1', outcome: 'started' }, 16],
  ])('is read at %j in %d partitions', async (filter, partitions) => {
    const { storage, read } = memoryStorage([]);
    await searchLedger(storage, filter, 9, null, signal);
    expect(read.queries).toBe(partitions);
  });

  it('has denials beside the records, which bring what they hold: nothing is fetched', async () => {
    const { storage } = memoryStorage([aRecord({ outcome: 'started', credential: null })]);
    const records: LedgerStorage['records'] = async () => {
      throw new Error('fetched');
    };
    const page = await searchLedger({ ...storage, records }, {}, 9, null, signal);
    expect(page.ok && page.value.issuances.length).toBe(1);
  });

  it('has an access key in one partition, and nowhere else', async () => {
    const records = [aRecord(), aRecord()];
    const { storage, read } = memoryStorage(records);
    const accessKeyId = records[0]?.credential?.accessKeyId ?? '';
    const page = await searchLedger(storage, { accessKeyId, principal: 'another', scope: 'other' }, 9, null, signal);
    expect([page.ok, read.queries]).toEqual([true, 1]);
  });
});

it('no more is read at once than one BatchGetItem takes', () => {
  expect(MOST_TAKEN).toBe(100);
});

it('what an index still names, and is no longer there, is passed over', async () => {
  const [kept, gone] = [aRecord(), aRecord()];
  const { storage } = memoryStorage([kept, gone]);
  const records: LedgerStorage['records'] = async (...asked) => {
    const found = new Map(await storage.records(...asked));
    found.delete(gone.id);
    return found;
  };
  const page = await searchLedger({ ...storage, records }, { principal: kept.principal }, 9, null, signal);
  expect(page.ok && page.value.issuances.map(({ id }) => id)).toEqual([kept.id]);
});

describe('a place in the table', () => {
  it('of an index is a digest of 128 bits and a shard', () => {
    const id = aRecord().id;
    expect(indexValue('acme/web', id)).toMatch(/^[0-9a-f]{32}#[0-9]+$/);
    expect(indexValue('acme/web', id)).not.toBe(indexValue('acme/web2', id));
  });

  it.each([recordKey(aRecord().id), denialKey(aRecord().id)])('of a further scope leads to its record: %j', (key) => {
    const pointers = [1, 2].map((scope) => pointerKey(key, scope));
    expect(new Set(pointers.map(({ sk }) => sk)).size).toBe(2);
    for (const pointer of pointers) expect(pointedTo(pointer)).toEqual(key);
    expect(pointedTo(key)).toEqual(key);
  });
});

describe('the JSON of a record', () => {
  const source = { file: 'scopes/a.yaml', line: 3, appliedBy: 'ann', appliedAt: null, reason: null, commit: 'c0ffee' };
  it('says who allowed it, where that is known', () => {
    const decision = { configVersion: 7, rule: 0, checks: [] };
    expect(toJson(aRecord({ decision: { ...decision, source } }))['decision']).toEqual({ ...decision, source });
    expect(toJson(aRecord({ decision }))['decision']).toEqual(decision);
  });
});
