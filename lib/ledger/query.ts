/** Pages of the ledger: newest first, a bounded amount of work for each. */
import { accept, type Outcome, refuse } from '../outcome.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type IssuanceFilter, type IssuancePage, matches } from './filter.ts';
import { toJson } from './json.ts';
import { type LedgerReader, type LedgerStorage, ledgerReader, MOST_TAKEN } from './reader.ts';
import type { IssuanceRecord } from './record.ts';

/** A page of JSON stays under 4 MB, what is around its records included. */
const PAGE_BYTES = 4_000_000 - 2_048;
/** Records that one page looks at, whether they match or not: some 14 MB read, three to four seconds. */
const MOST_EXAMINED = 20_000;

/**
 * One page of the records that match, newest first by (time, id). Refuses a cursor of another filter with
 * `parameter_invalid`. Ends at `limit` records (1 to 1000), at 4 MB of JSON, or when 20,000 records were looked at;
 * then `next` goes on from there, so that following `next` until it is null shows each record that was there before the
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
  const behind = cursor === null ? null : readCursor(filter, cursor);
  if (cursor !== null && behind === null) {
    return refuse('parameter_invalid', { detail: 'The parameter cursor is not of this filter.' });
  }
  const reader = ledgerReader(storage, filter, { order: 'newest-first', behind, expected: limit }, signal);
  return accept(await fillPage({ filter, limit }, reader));
}

interface Search {
  readonly filter: IssuanceFilter;
  readonly limit: number;
}

async function fillPage({ filter, limit }: Search, reader: LedgerReader): Promise<IssuancePage> {
  const found: IssuanceRecord[] = [];
  let bytes = 0;
  let examined = 0;
  let place: string | null = null;
  const page = (next: string | null): IssuancePage => ({
    issuances: found,
    next: next === null ? null : writeCursor(filter, next),
  });
  for (let batch = limit; examined < MOST_EXAMINED; batch *= 2) {
    const entries = await reader.take(Math.min(MOST_TAKEN, batch));
    if (entries.length === 0) return page(null);
    for (const [index, { place: at, record }] of entries.entries()) {
      const size = record !== undefined && matches(filter, record) ? sizeOf(record) : null;
      if (size !== null && found.length > 0 && bytes + size > PAGE_BYTES) return page(place);
      place = at;
      examined += 1;
      if (record === undefined || size === null) continue;
      found.push(record);
      bytes += size;
      if (found.length === limit) return page(index === entries.length - 1 && (await reader.isEmpty()) ? null : place);
    }
  }
  return page((await reader.isEmpty()) ? null : place);
}

/** In a page: its JSON and a comma. */
const sizeOf = (record: IssuanceRecord): number => Buffer.byteLength(JSON.stringify(toJson(record))) + 1;
