import { gunzipSync } from 'node:zlib';
import type { Objects } from '../../../lib/archive/objects.ts';
import { RECORDS } from '../../../lib/archive/publish.ts';
import { type IssuancePage, type IssuanceSearch, matches } from '../../../lib/ledger/filter.ts';
import { fromJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';

const KEY = /^records\/day=(\d{4}-\d{2}-\d{2})\//;
const dayOf = (key: string): string => KEY.exec(key)?.[1] ?? '';

/**
 * What the archive's day files have of a search, newest first. All entries of an issuance are of one day, and the last
 * one counts. There is no cursor: what is beyond `limit` is found with `--to`.
 */
export async function archivedIssuances(
  objects: Pick<Objects, 'get' | 'list'>,
  { filter, limit }: IssuanceSearch,
  signal: AbortSignal,
): Promise<IssuancePage> {
  const first = filter.from === undefined ? '' : new Date(filter.from).toISOString().slice(0, 10);
  const last = filter.to === undefined ? '~' : new Date(filter.to).toISOString().slice(0, 10);
  const keys = (await objects.list(RECORDS, signal)).filter((key) => dayOf(key) >= first && dayOf(key) <= last);
  const days = [...new Set(keys.map(dayOf))].sort().reverse();
  const issuances: IssuanceRecord[] = [];
  for (const day of days) {
    if (issuances.length >= limit) break;
    const records = await recordsOf(
      objects,
      keys.filter((key) => dayOf(key) === day),
      signal,
    );
    const found = records.filter((record) => matches(filter, record)).sort((one, other) => other.time - one.time);
    issuances.push(...found.slice(0, limit - issuances.length));
  }
  return { issuances, next: null };
}

/** The records of a day, each as its last entry has it. */
async function recordsOf(
  objects: Pick<Objects, 'get'>,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly IssuanceRecord[]> {
  const records = new Map<string, IssuanceRecord>();
  for (const key of keys) {
    const file = await objects.get(key, signal);
    const lines = file === null ? [] : gunzipSync(file.body).toString('utf8').split('\n');
    for (const line of lines) {
      if (line === '') continue;
      const { leaf: _, ...record } = JSON.parse(line);
      records.set(record.id, fromJson(record));
    }
  }
  return [...records.values()];
}
