import { listIssuances, type Result } from './api.ts';
import type { Issuance, IssuancePage } from './record.ts';
import type { Session } from './session.ts';
import type { Filter } from './view.ts';

export const PAGE = 100;
/** Indexes lag behind the table, and a record may still get its outcome: the last minute is read again. */
const OVERLAP_MS = 60_000;
/** Pages that one look at what is new reads at most. */
const MOST_PAGES = 5;
/** What a tail keeps on the page. */
const MOST_RECORDS = 2_000;

/** What the page has of a search: `next` is where its older ones begin, null where it has them all. */
export interface Kept {
  readonly issuances: readonly Issuance[];
  readonly next: string | null;
}

/** Both, newest first, each record once and as `newer` has it. */
export function merged(newer: readonly Issuance[], older: readonly Issuance[]): readonly Issuance[] {
  const known = new Set(newer.map(({ id }) => id));
  const all = [...newer, ...older.filter(({ id }) => !known.has(id))];
  return all.toSorted((a, b) => (a.time === b.time ? (a.id < b.id ? 1 : -1) : a.time < b.time ? 1 : -1));
}

/**
 * What the page has, with whatever came since its newest record. Where so much came that it does not meet what the page
 * has, the older ones are let go, so that no gap looks like none.
 */
export async function withNewer(
  session: Session,
  { filter, from }: { readonly filter: Filter; readonly from: number },
  kept: Kept,
  signal: AbortSignal,
): Promise<Result<Kept>> {
  const [newest] = kept.issuances;
  const since = newest === undefined ? from : Date.parse(newest.time) - OVERLAP_MS;
  let found: readonly Issuance[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const search = { filter, from: since, to: null, limit: PAGE, cursor: next };
    const page: Result<IssuancePage> = await listIssuances(session, search, signal);
    if (!page.ok) return page;
    found = [...found, ...page.value.issuances];
    next = page.value.next;
    if (next === null) break;
  }
  if (next !== null) return { ok: true, value: { issuances: found, next } };
  const all = merged(found, kept.issuances);
  return { ok: true, value: { issuances: all.slice(0, MOST_RECORDS), next: kept.next } };
}
