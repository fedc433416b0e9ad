import type { IssuanceRecord } from '../ledger/record.ts';
import { unfinishedUntil } from '../ledger/unfinished.ts';
import { Fault } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';
import { entriesOf } from './entry.ts';
import type { TransparencyLog } from './log.ts';
import type { SubjectKeys } from './subject-keys.ts';

export interface SweepOptions {
  /** Whether another slice may be begun. */
  mayGoOn(): boolean;
  /**
   * Told of what has no outcome, oldest first, before it is appended: each at least once, and once where nothing fails.
   */
  unfinished(records: readonly IssuanceRecord[]): void;
}

export interface ArchivePorts {
  readonly log: TransparencyLog;
  readonly queries: LedgerQueries;
  readonly clock: Clock;
  /** What persons' members are sealed with; null: entries are records as they are. */
  readonly keys: SubjectKeys | null;
}

/** Appends the finished ones of these records to the log, in their order. Returns how many were new. */
export async function archiveRecords(
  { log, keys }: Pick<ArchivePorts, 'log' | 'keys'>,
  records: readonly IssuanceRecord[],
  signal: AbortSignal,
): Promise<number> {
  const finished = records.filter(({ outcome }) => outcome !== 'started');
  return log.append(await entriesOf(keys, finished, signal), null, signal);
}

/** Slices of time that are read at once: longer ones where there is little, shorter ones where there is much. */
const FIRST_SLICE_MS = 3_600_000;
const LONGEST_SLICE_MS = 30 * 86_400_000;
const SHORTEST_SLICE_MS = 1_000;
/** Records of one read of the ledger. */
const PAGE = 1_000;

/**
 * Looks through the ledger from where the last sweep ended until five minutes ago, and appends whatever the log does
 * not have: what never finished, and what no stream brought (after an outage of more than a day DynamoDB has forgotten
 * it). Ends where it may not go on; the next sweep goes on. Returns how many were new.
 */
export async function sweepLedger(
  { log, queries, clock, keys }: ArchivePorts,
  { mayGoOn, unfinished }: SweepOptions,
  signal: AbortSignal,
): Promise<number> {
  const end = unfinishedUntil(clock.now());
  let from = await log.sweptTo(signal);
  let added = 0;
  let length = FIRST_SLICE_MS;
  while (from < end && mayGoOn()) {
    const to = epochMilliseconds(Math.min(from + length, end));
    const records = await slice(queries, from, to, to - from <= SHORTEST_SLICE_MS ? 'all' : 'a page', signal);
    if (records === 'too many') {
      length = Math.max(SHORTEST_SLICE_MS, Math.floor(length / 4));
      continue;
    }
    // Ends are inclusive: what lies at `from` was told of in the slice before.
    const open = records.filter(({ outcome, time }) => outcome === 'started' && time > from);
    if (open.length > 0) unfinished(open);
    added += await log.append(await entriesOf(keys, records, signal), to, signal);
    from = to;
    if (records.length < PAGE / 8) length = Math.min(LONGEST_SLICE_MS, length * 8);
  }
  return added;
}

/** The records of a slice of time, oldest first; `too many`: more than one read brings. */
async function slice(
  queries: LedgerQueries,
  from: EpochMilliseconds,
  to: EpochMilliseconds,
  much: 'a page' | 'all',
  signal: AbortSignal,
): Promise<readonly IssuanceRecord[] | 'too many'> {
  const records: IssuanceRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await queries.list({ from, to }, PAGE, cursor, signal);
    if (!page.ok) throw new Fault('bug', 'a page of the ledger has a cursor that is not its own');
    records.push(...page.value.issuances);
    cursor = page.value.next;
    if (cursor !== null && much === 'a page') return 'too many';
  } while (cursor !== null);
  return records.reverse();
}
