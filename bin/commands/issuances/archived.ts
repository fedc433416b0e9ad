import { type DayFiles, dayFiles } from '../../../lib/archive/day-files.ts';
import type { Objects } from '../../../lib/archive/objects.ts';
import { openedEntries } from '../../../lib/archive/seal.ts';
import type { SubjectKeyReader } from '../../../lib/archive/subject-keys.ts';
import { type IssuancePage, type IssuanceSearch, matches } from '../../../lib/ledger/filter.ts';
import { fromJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { EpochMilliseconds } from '../../../lib/time.ts';

/** `2026-11-25`, in UTC. */
export const dayAt = (time: EpochMilliseconds | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().slice(0, 10);

/**
 * What the archive's day files have of a search, newest first. All entries of an issuance are of one day, and the last
 * one counts. There is no cursor: what is beyond `limit` is found with `--to`.
 */
export async function archivedIssuances(
  objects: Pick<Objects, 'get' | 'list'>,
  keys: SubjectKeyReader,
  { filter, limit }: IssuanceSearch,
  signal: AbortSignal,
): Promise<IssuancePage> {
  const files = await dayFiles(objects, { first: dayAt(filter.from), last: dayAt(filter.to) }, signal);
  const issuances: IssuanceRecord[] = [];
  for (const day of files.days.toReversed()) {
    if (issuances.length >= limit) break;
    const records = await archivedRecords({ files, keys }, day, () => true, signal);
    const found = records.filter((record) => matches(filter, record)).sort((one, other) => other.time - one.time);
    issuances.push(...found.slice(0, limit - issuances.length));
  }
  return { issuances, next: null };
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
