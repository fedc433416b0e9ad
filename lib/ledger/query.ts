/** Searches of the ledger: sorted partitions, merged newest first, a bounded amount of work for each page. */
import { accept, type Outcome, refuse } from '../outcome.ts';
import { epochMilliseconds } from '../time.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type IssuanceFilter, type IssuancePage, matches } from './filter.ts';
import { firstIdAt, lastIdAt } from './id.ts';
import { toJson } from './json.ts';
import { type LedgerEntry, type LedgerRuns, mergedRuns } from './merge.ts';
import {
  accessKeyPartitions,
  denialPartitions,
  indexPartitions,
  type Partition,
  type RecordKey,
  recordPartitions,
} from './partitions.ts';
import type { IssuanceRecord } from './record.ts';

/** What a search needs of the storage. */
export interface LedgerStorage extends LedgerRuns {
  /** The records with these keys, by `sk`. One that is not there, or no longer, is left out. */
  records(keys: readonly RecordKey[], signal: AbortSignal): Promise<ReadonlyMap<string, IssuanceRecord>>;
}

/** A page of JSON stays under 4 MB, what is around its records included. */
const PAGE_BYTES = 4_000_000 - 2_048;
/** Records that one page looks at, whether they match or not: about 12 MB read, two to three seconds. */
const MOST_EXAMINED = 5_000;
/** Records fetched at once where an index names them: one BatchGetItem. */
const BATCH = 100;

/**
 * One page of the records that match, newest first by (time, id). Refuses a cursor of another filter with
 * `parameter_invalid`. Ends at `limit` records (1 to 1000), at 4 MB of JSON, or when 5,000 records were looked at; then
 * `next` goes on from there, so that following `next` until it is null shows each record that was there before the
 * first page exactly once. Records that are still `started` have no index: a search by principal, scope or access key
 * finds them only with `outcome: started`. Throws `Fault('ledger')` where the storage cannot be read.
 */
export async function searchLedger(
  storage: LedgerStorage,
  filter: IssuanceFilter,
  limit: number,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Outcome<IssuancePage>> {
  const place = cursor === null ? null : readCursor(filter, cursor);
  if (cursor !== null && place === null) {
    return refuse('parameter_invalid', { detail: 'The parameter cursor is not of this filter.' });
  }
  const partitions = partitionsOf(filter);
  const range = { low: firstIdAt(filter.from ?? epochMilliseconds(0)), high: upperEnd(filter), before: place };
  const runs = mergedRuns(storage, partitions, range, limit, signal);
  return accept(await fillPage({ storage, filter, limit, signal }, runs));
}

const END_OF_TIMES = epochMilliseconds(2 ** 48 - 1);
const upperEnd = ({ to }: IssuanceFilter): string => lastIdAt(to ?? END_OF_TIMES);

/** The fewest partitions that hold everything the filter asks for. */
function partitionsOf(filter: IssuanceFilter): readonly Partition[] {
  const { accessKeyId, principal, scope, outcome } = filter;
  if (outcome !== 'started') {
    if (accessKeyId !== undefined) return accessKeyPartitions(accessKeyId);
    if (principal !== undefined) return indexPartitions('principal', principal);
    if (scope !== undefined) return indexPartitions('scope', scope);
  }
  if (outcome === 'denied') return denialPartitions();
  return outcome === undefined ? [...recordPartitions(), ...denialPartitions()] : recordPartitions();
}

interface Search {
  readonly storage: LedgerStorage;
  readonly filter: IssuanceFilter;
  readonly limit: number;
  readonly signal: AbortSignal;
}

type Runs = ReturnType<typeof mergedRuns>;

async function fillPage(search: Search, runs: Runs): Promise<IssuancePage> {
  const { filter, limit } = search;
  const found: IssuanceRecord[] = [];
  let bytes = 0;
  let examined = 0;
  let place: string | null = null;
  const page = (next: string | null): IssuancePage => ({
    issuances: found,
    next: next === null ? null : writeCursor(filter, next),
  });
  for (let batch = limit; examined < MOST_EXAMINED; batch *= 2) {
    const entries = await runs.take(Math.min(BATCH, batch));
    if (entries.length === 0) return page(null);
    const records = await load(search, entries);
    for (const [index, { place: at, key }] of entries.entries()) {
      const record = records.get(key.sk);
      const size = record !== undefined && matches(filter, record) ? sizeOf(record) : null;
      if (size !== null && found.length > 0 && bytes + size > PAGE_BYTES) return page(place);
      place = at;
      examined += 1;
      if (record === undefined || size === null) continue;
      found.push(record);
      bytes += size;
      if (found.length === limit) return page(index === entries.length - 1 && (await runs.isEmpty()) ? null : place);
    }
  }
  return page((await runs.isEmpty()) ? null : place);
}

/** In a page: its JSON and a comma. */
const sizeOf = (record: IssuanceRecord): number => Buffer.byteLength(JSON.stringify(toJson(record))) + 1;

/** Partitions of the table bring their records along; indexes hold keys only. */
async function load({ storage, signal }: Search, entries: readonly LedgerEntry[]) {
  const records = new Map<string, IssuanceRecord>();
  const missing: RecordKey[] = [];
  for (const { key, record } of entries) {
    if (record === null) missing.push(key);
    else records.set(key.sk, record);
  }
  if (missing.length > 0) for (const [sk, record] of await storage.records(missing, signal)) records.set(sk, record);
  return records;
}
