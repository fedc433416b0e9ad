import { scopesOf } from '../../lib/ledger/filter.ts';
import type { LedgerEntry } from '../../lib/ledger/merge.ts';
import { denialIndexValue, indexValue, outcomeKey, type Partition, recordKey } from '../../lib/ledger/partitions.ts';
import type { LedgerStorage } from '../../lib/ledger/reader.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';

/**
 * The ledger's layout over a list of records, and how much of it was read. Denials keep the id that they have; what
 * became of an AWS session lies behind its `started`, everything else as records of before do.
 */
export function memoryStorage(records: readonly IssuanceRecord[]) {
  const partitions = new Map<string, LedgerEntry[]>();
  const byKey = new Map(records.map((record) => [record.id, record]));
  const add = ({ index, value }: Partition, entry: LedgerEntry): void => {
    const name = `${index} ${value}`;
    const kept = partitions.get(name);
    if (kept === undefined) partitions.set(name, [entry]);
    else kept.push(entry);
  };
  for (const record of records) {
    const [first, ...further] = scopesOf(record);
    const apart = isBehindStarted(record) && first !== undefined ? outcomeKey(first, record.id) : null;
    const entry: LedgerEntry = { place: record.id, key: apart ?? recordKey(record.id), record: null };
    if (record.outcome === 'denied') add({ index: 'accessKey', value: denialIndexValue(record.id) }, entry);
    else add({ index: null, value: entry.key.pk }, { ...entry, record });
    if (apart !== null) {
      const started: IssuanceRecord = { ...record, outcome: 'started', credential: null };
      const key = recordKey(record.id);
      add({ index: null, value: key.pk }, { place: record.id, key, record: started, outcome: apart });
    }
    if (record.outcome === 'started') continue;
    add({ index: 'principal', value: indexValue(record.principal, record.id) }, entry);
    const indexed = apart === null && first !== undefined ? [first, ...further] : further;
    for (const scope of indexed) add({ index: 'scope', value: indexValue(scope, record.id) }, entry);
    const accessKeyId = record.credential?.accessKeyId;
    if (accessKeyId !== undefined) add({ index: 'accessKey', value: accessKeyId }, entry);
  }
  for (const entries of partitions.values()) entries.sort((a, b) => (a.place < b.place ? 1 : -1));
  const read = { queries: 0, entries: 0, records: 0 };
  const storage: LedgerStorage = {
    read: async ({ index, value }, { low, high, order }, count) => {
      const kept = partitions.get(`${index} ${value}`) ?? [];
      const all = order === 'newest-first' ? kept : kept.toReversed();
      const within = all.filter(({ place }) => low <= place && place <= high);
      const entries = within.slice(0, count);
      read.queries += 1;
      read.entries += entries.length;
      return { entries, more: within.length > count };
    },
    records: async (keys) => {
      read.records += keys.length;
      return new Map(
        keys.flatMap(({ sk }) => (byKey.has(sk) ? [[sk, byKey.get(sk)]] : [])) as [string, IssuanceRecord][],
      );
    },
  };
  return { storage, read };
}

const isBehindStarted = ({ outcome, grant }: IssuanceRecord): boolean =>
  grant === 'aws-session' && (outcome === 'issued' || outcome === 'failed');
