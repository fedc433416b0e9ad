/** Where issuances are recorded and read. Types only. */
import type { IssuanceFilter, IssuancePage } from '../ledger/filter.ts';
import type { LedgerStep, Way } from '../ledger/reader.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import type { Outcome } from '../outcome.ts';

export interface Ledger {
  /** Written before anybody else is asked to mint. Throws `Fault('ledger')`: then nobody is asked. */
  started(record: IssuanceRecord, signal: AbortSignal): Promise<void>;
  /**
   * Written before anything leaves. Throws `Fault('ledger')`: then nothing leaves. `after`: `started` was written for
   * this id, with the same scope.
   */
  finished(record: IssuanceRecord, signal: AbortSignal, after?: 'started'): Promise<void>;
  /** Tried for at most 200 ms; repeats within a minute are one record with `attempts`. Never throws. */
  denied(record: IssuanceRecord): Promise<void>;
}

/** Reads of the ledger. All throw `Fault('ledger')` where it cannot be read. */
export interface LedgerQueries {
  /** Reads what was written before, by key. null: there is no such issuance, or `id` is no issuance id. */
  get(id: string, signal: AbortSignal): Promise<IssuanceRecord | null>;
  /**
   * One page of the records that match, newest first; `limit` 1 to 1000. `next` of a page is `cursor` of the one after,
   * with the same filter; with another it is refused with `parameter_invalid`. A record that was just written may be
   * missing for about a second (indexes lag).
   */
  list(
    filter: IssuanceFilter,
    limit: number,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<Outcome<IssuancePage>>;
  /**
   * Every record that matches, in order, a step at a time: flat in memory, and no more is read than was asked for.
   */
  walk(filter: IssuanceFilter, way: Way, signal: AbortSignal): AsyncIterable<LedgerStep>;
}
