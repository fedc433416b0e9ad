/** The archive's records by the day of their time, as they lie for Athena. */
import { gunzipSync } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../json.ts';
import { Fault } from '../outcome.ts';
import type { Objects } from './objects.ts';
import { RECORDS } from './publish.ts';

const KEY = /^records\/day=(\d{4}-\d{2}-\d{2})\//;
const dayOf = (key: string): string => KEY.exec(key)?.[1] ?? '';

export interface DayFiles {
  /** `2026-11-25`, oldest first. */
  readonly days: readonly string[];
  /** The entries of a day, a file at a time, in the order of the log. */
  entriesOf(day: string): AsyncGenerator<readonly JsonObject[]>;
}

/** The days of the archive from `first` to `last`, both inclusive. Throws `Fault('archive')`. */
export async function dayFiles(
  objects: Pick<Objects, 'get' | 'list'>,
  { first = '', last = '~' }: { readonly first?: string | undefined; readonly last?: string | undefined },
  signal: AbortSignal,
): Promise<DayFiles> {
  const keys = (await objects.list(RECORDS, signal)).filter((key) => dayOf(key) >= first && dayOf(key) <= last);
  const byDay = Map.groupBy(keys, dayOf);
  return {
    days: [...byDay.keys()].sort(),
    entriesOf: async function* (day) {
      for (const key of byDay.get(day) ?? []) {
        const file = await objects.get(key, signal);
        if (file !== null) yield entriesIn(file.body);
      }
    },
  };
}

function entriesIn(body: Uint8Array): readonly JsonObject[] {
  try {
    const lines = gunzipSync(body).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map(entryOfLine);
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('archive', 'a day file of the archive is damaged', { cause });
  }
}

function entryOfLine(line: string): JsonObject {
  const json: unknown = JSON.parse(line);
  if (!isJsonObject(json)) throw new Fault('archive', 'a line of a day file is no record');
  const { leaf: _, ...entry } = json;
  return entry;
}
