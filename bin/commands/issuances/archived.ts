import { type DayFiles, dayFiles } from '../../../lib/archive/day-files.ts';
import type { Objects } from '../../../lib/archive/objects.ts';
import { openedEntries } from '../../../lib/archive/seal.ts';
import type { SubjectKeyReader } from '../../../lib/archive/subject-keys.ts';
import { readCursor, writeCursor } from '../../../lib/ledger/cursor.ts';
import { type IssuanceFilter, type IssuancePage, type IssuanceSearch, matches } from '../../../lib/ledger/filter.ts';
import { idMovedTo, parseIssuanceId } from '../../../lib/ledger/id.ts';
import { fromJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../../lib/time.ts';

/** `2026-11-25`, in UTC. */
export const dayAt = (time: EpochMilliseconds | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().slice(0, 10);

/**
 * A page of what the archive's day files have of a search, newest first, as the ledger's own pages are: a cursor of one
 * goes on in the other. All entries of an issuance are of one day, and the last one counts; only days from the cursor
 * on are read, and none behind the one that fills the page. null: the cursor is of another search.
 */
export async function archivedIssuances(
  objects: Pick<Objects, 'get' | 'list'>,
  keys: SubjectKeyReader,
  { filter, limit, cursor }: IssuanceSearch,
  signal: AbortSignal,
): Promise<IssuancePage | null> {
  const before = cursor === null ? null : readCursor(filter, cursor);
  if (cursor !== null && before === null) return null;
  const files = await dayFiles(objects, { first: dayAt(filter.from), last: lastDay(filter, before) }, signal);
  const days = files.days.toReversed();
  const found: Placed[] = [];
  for (const [index, day] of days.entries()) {
    const records = await archivedRecords({ files, keys }, day, (record) => matches(filter, record), signal);
    const placed = records.map((record) => ({ record, place: idMovedTo(record.id, record.time) }));
    const behind = placed.filter(({ place }) => before === null || place < before);
    found.push(...behind.sort((one, other) => (one.place < other.place ? 1 : -1)));
    if (found.length > limit || (found.length === limit && index < days.length - 1)) {
      return pageOf(filter, found.slice(0, limit), 'more');
    }
  }
  return pageOf(filter, found, 'end');
}

interface Placed {
  readonly record: IssuanceRecord;
  /** In the order of time, as cursors have it (`lib/ledger/cursor.ts`). */
  readonly place: string;
}

function pageOf(filter: IssuanceFilter, found: readonly Placed[], then: 'more' | 'end'): IssuancePage {
  const last = found.at(-1);
  const next = then === 'end' || last === undefined ? null : writeCursor(filter, last.place);
  return { issuances: found.map(({ record }) => record), next };
}

function lastDay({ to }: IssuanceFilter, before: string | null): string | undefined {
  const times = [to, before === null ? undefined : parseIssuanceId(before)?.time].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : dayAt(epochMilliseconds(Math.min(...times)));
}

/** The archive's files, and what opens what is sealed in them. */
export interface Archived {
  readonly files: DayFiles;
  readonly keys: SubjectKeyReader;
}

/** The records of a day that are `wanted`, each as its last entry has it, in the order of their first. */
export async function archivedRecords(
  { files, keys }: Archived,
  day: string,
  wanted: (record: IssuanceRecord) => boolean,
  signal: AbortSignal,
): Promise<readonly IssuanceRecord[]> {
  const records = new Map<string, IssuanceRecord>();
  for await (const entries of files.entriesOf(day)) {
    const opened = await openedEntries(keys, entries, signal);
    for (const record of opened.map(fromJson)) if (wanted(record)) records.set(record.id, record);
  }
  return [...records.values()];
}
