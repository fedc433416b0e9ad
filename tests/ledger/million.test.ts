/** What a page costs does not hang on how many records there are: the same page of a thousand and of a million. */
import { describe, expect, it } from '@jest/globals';
import { type IssuanceFilter, matches, parseSearch, type SearchParameter } from '../../lib/ledger/filter.ts';
import { composeId, parseIssuanceId } from '../../lib/ledger/id.ts';
import type { LedgerEntry } from '../../lib/ledger/merge.ts';
import { indexValue, outcomeKey, type Partition, recordKey } from '../../lib/ledger/partitions.ts';
import { searchLedger } from '../../lib/ledger/query.ts';
import type { LedgerStorage } from '../../lib/ledger/reader.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aRecord, NINE } from './a-record.ts';

const proto = aRecord();
const source = { file: 'scopes/a.yaml', line: 7, appliedBy: 'Ada', appliedAt: null, reason: null, commit: null };
const actor = {
  connection: 'github',
  client: null,
  subject: 's',
  principal: 'agent-7',
  proof: proto.proof,
  claims: {},
};
/** What an id's shards are made of; it differs among the records that filters look for, too. */
const spreadOf = (number: number): number => (number + Math.floor(number / 20)) % 32;
const idWith = (number: number, spread: number): string =>
  composeId(epochMilliseconds(NINE + number), Uint8Array.from([...Array(9).fill(0), spread]));
const idOf = (number: number): string => idWith(number, spreadOf(number));
const spreads = Array.from({ length: 32 }, (_, spread) => idWith(0, spread));
const partitionOf = spreads.map((id) => recordKey(id).pk);
const soughtIn = spreads.map((id) => indexValue('sought', id));
const outcomeIn = spreads.map((id) => outcomeKey('sought', id).pk);

/** The ledger's record with this number, one a millisecond; every twentieth is what filters look for. */
function recordOf(number: number): IssuanceRecord {
  const record = { ...proto, id: idOf(number), time: epochMilliseconds(NINE + number) };
  if (number % 20 > 0) return record;
  const sought = {
    connection: 'sought',
    client: 'sought',
    principal: 'sought',
    scope: 'sought',
    intent: 'it is sought',
  };
  const approval = { id: 'apr_1', state: 'used' } as const;
  return {
    ...record,
    ...sought,
    actor,
    approval,
    outcome: 'failed',
    reason: 'sts_throttled',
    decision: { ...proto.decision, source },
  };
}

/** Records of a ledger, each behind its `started`, that are made as they are read, and how many were. */
function hugeStorage(count: number) {
  const read = { queries: 0, records: 0 };
  const isIn = ({ index, value }: Partition, number: number): boolean => {
    if (index === null && partitionOf[spreadOf(number)] === value) return true;
    if (index === null) return number % 20 === 0 && outcomeIn[spreadOf(number)] === value;
    return number % 20 === 0 && soughtIn[spreadOf(number)] === value;
  };
  const storage: LedgerStorage = {
    read: async (partition, { low, high }, most) => {
      read.queries += 1;
      const numberAt = (place: string): number => (parseIssuanceId(place)?.time ?? 0) - NINE;
      const entries: LedgerEntry[] = [];
      let number = Math.min(count - 1, numberAt(high));
      const least = Math.max(0, numberAt(low));
      // Neither denials nor what had no `started` are in this ledger.
      if (partition.value.startsWith('denial#') || partition.index === 'scope') return { entries, more: false };
      for (; number >= least && entries.length < most; number -= 1) {
        if (!isIn(partition, number)) continue;
        const id = idOf(number);
        if (id > high || id < low) continue;
        entries.push(entryIn(partition, recordOf(number)));
      }
      read.records += entries.length;
      return { entries, more: number >= least };
    },
    records: async (keys) => {
      read.records += keys.length;
      return new Map(keys.map(({ sk }) => [sk, recordOf((parseIssuanceId(sk)?.time ?? 0) - NINE)]));
    },
  };
  return { storage, read };
}

function entryIn({ index, value }: Partition, record: IssuanceRecord): LedgerEntry {
  const { id, scope } = record;
  const outcome = outcomeKey(scope, id);
  if (index !== null) return { place: id, key: outcome, record: null };
  if (value.startsWith('scope#')) return { place: id, key: outcome, record };
  return { place: id, key: recordKey(id), record: { ...record, outcome: 'started', credential: null }, outcome };
}

async function pageOf(count: number, filter: IssuanceFilter) {
  const { storage, read } = hugeStorage(count);
  const page = await searchLedger(storage, filter, 20, null, new AbortController().signal);
  if (!page.ok) throw new Error(page.refusal.reason);
  expect(page.value.issuances.every((record) => matches(filter, record))).toBe(true);
  return { ...read, found: page.value.issuances.length };
}

describe('a page of a million records costs at most twice what it costs of a thousand', () => {
  it.each<Partial<Record<SearchParameter, string>>>([
    {},
    { connection: 'sought' },
    { client: 'sought' },
    { principal: 'sought' },
    { scope: 'sought' },
    { outcome: 'failed' },
    { reason: 'sts_throttled' },
    { actor: 'agent-7' },
    { intent: 'sought is' },
    { approval: 'apr_1' },
    { rule: 'scopes/a.yaml:7' },
    { actor: 'agent-7', intent: 'sought', rule: 'scopes/a.yaml', outcome: 'failed' },
  ])('%j', async (parameters) => {
    const search = parseSearch(parameters);
    if (!search.ok) throw new Error(search.refusal.reason);
    const [small, large] = [await pageOf(1_000, search.value.filter), await pageOf(1_000_000, search.value.filter)];
    expect([small.found, large.found]).toEqual([20, 20]);
    expect(large.records).toBeLessThanOrEqual(2 * small.records);
    expect(large.queries).toBeLessThanOrEqual(2 * small.queries);
  });
});
