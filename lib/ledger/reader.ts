/** Records in the order of time, out of the fewest partitions that hold what a filter asks for. */
import { epochMilliseconds } from '../time.ts';
import { keptTexts } from './bounds.ts';
import { type IssuanceFilter, matches } from './filter.ts';
import { firstIdAt, lastIdAt } from './id.ts';
import { type LedgerEntry, type LedgerRuns, mergedRuns, type Order } from './merge.ts';
import {
  accessKeyPartitions,
  denialPartitions,
  type Partition,
  principalPartitions,
  type RecordKey,
  recordPartitions,
  scopePartitions,
} from './partitions.ts';
import type { IssuanceRecord } from './record.ts';

/** What reading needs of the storage. */
export interface LedgerStorage extends LedgerRuns {
  /** The records with these keys, by `sk`. One that is not there, or no longer, is left out. */
  records(keys: readonly RecordKey[], signal: AbortSignal): Promise<ReadonlyMap<string, IssuanceRecord>>;
}

/** What lies at a place: undefined where an index still names what is no longer there. */
export interface PlacedRecord {
  readonly place: string;
  readonly record: IssuanceRecord | undefined;
}

export interface LedgerReader {
  /** The next of them, in order: at least one, at most `count`, of which some may not match; none: no more. */
  take(count: number): Promise<readonly PlacedRecord[]>;
  isEmpty(): Promise<boolean>;
}

/** How a walk goes, and from where. */
export interface Way {
  readonly order: Order;
  /** Exclusive; null: from the beginning. */
  readonly behind: string | null;
}

/** Most records that `take` can be asked for at once where an index names them: one BatchGetItem. */
export const MOST_TAKEN = 100;

/**
 * Reads what may match `filter`, in order, behind a place (exclusive; null: from the beginning). `expected` is how many
 * will be wanted: it decides how much is read at first. Throws `Fault('ledger')` where the storage cannot be read.
 */
export function ledgerReader(
  storage: LedgerStorage,
  filter: IssuanceFilter,
  { order, behind, expected }: Way & { readonly expected: number },
  signal: AbortSignal,
): LedgerReader {
  const range = { low: firstIdAt(filter.from ?? epochMilliseconds(0)), high: upperEnd(filter), order, behind };
  const runs = mergedRuns(storage, partitionsOf(filter), range, expected, signal);
  return {
    take: async (count) => {
      const entries = await runs.take(count);
      const records = await load(storage, entries, signal);
      return entries.map(({ place, key }) => ({ place, record: records.get(key.sk) }));
    },
    isEmpty: () => runs.isEmpty(),
  };
}

/** Some records of a walk. */
export interface LedgerStep {
  /** Those that match; may be none. */
  readonly records: readonly IssuanceRecord[];
  /** How many were looked at. */
  readonly examined: number;
  /** Where this step ended: a walk behind it goes on. */
  readonly place: string;
}

/** All that matches, in order. Throws `Fault('ledger')` where the storage cannot be read. */
export async function* walkLedger(
  storage: LedgerStorage,
  filter: IssuanceFilter,
  way: Way,
  signal: AbortSignal,
): AsyncGenerator<LedgerStep> {
  const reader = ledgerReader(storage, filter, { ...way, expected: MOST_TAKEN }, signal);
  for (let entries = await reader.take(MOST_TAKEN); ; entries = await reader.take(MOST_TAKEN)) {
    const place = entries.at(-1)?.place;
    if (place === undefined) return;
    const records = entries.flatMap(({ record }) => (record !== undefined && matches(filter, record) ? [record] : []));
    yield { records, examined: entries.length, place };
  }
}

const END_OF_TIMES = epochMilliseconds(2 ** 48 - 1);
const upperEnd = ({ to }: IssuanceFilter): string => lastIdAt(to ?? END_OF_TIMES);

/** The fewest partitions that hold everything the filter asks for. */
function partitionsOf(filter: IssuanceFilter): readonly Partition[] {
  const { accessKeyId, principal, scope, outcome } = filter;
  if (outcome !== 'started') {
    if (accessKeyId !== undefined) return accessKeyPartitions(accessKeyId);
    if (principal !== undefined) return keptTexts(principal).flatMap(principalPartitions);
    if (scope !== undefined) return scopePartitions(scope);
  }
  if (outcome === 'denied') return denialPartitions();
  return outcome === undefined ? [...recordPartitions(), ...denialPartitions()] : recordPartitions();
}

/** Partitions of the table bring their records along, but for outcomes that lie elsewhere; indexes hold keys only. */
async function load(storage: LedgerStorage, entries: readonly LedgerEntry[], signal: AbortSignal) {
  const records = new Map<string, IssuanceRecord>();
  const missing: RecordKey[] = [];
  for (const { key, record, outcome } of entries) {
    if (record !== null) records.set(key.sk, record);
    if (record === null || outcome !== undefined) missing.push(outcome ?? key);
  }
  if (missing.length > 0) for (const [sk, record] of await storage.records(missing, signal)) records.set(sk, record);
  return records;
}
