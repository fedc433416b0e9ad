import { listIssuances, type Result } from './api.ts';
import type { Issuance } from './record.ts';
import type { Session } from './session.ts';
import type { Filter } from './view.ts';

const EACH_SIDE = 5;
/** How far ahead is looked at most for what came next: a quarter of an hour, a day, a month. */
const AHEAD_MS = [900_000, 86_400_000, 2_592_000_000];
const PAGE = 100;
const MOST_PAGES = 5;

export interface Neighbours {
  /** Newest first, those right before. */
  readonly before: readonly Issuance[];
  /** Newest first, those right after. */
  readonly after: readonly Issuance[];
}

/** The same principal's records around this one. The ledger is read from its end: what came next is searched for. */
export async function neighboursOf(
  session: Session,
  { id, time, principal, connection, client }: Issuance,
  signal: AbortSignal,
): Promise<Result<Neighbours>> {
  const source: Filter = { ...(connection === null ? {} : { connection }), ...(client === null ? {} : { client }) };
  const filter: Filter = { principal, ...source };
  const at = Date.parse(time);
  const before = await listIssuances(
    session,
    { filter, from: null, to: at, limit: EACH_SIDE + 1, cursor: null },
    signal,
  );
  if (!before.ok) return before;
  const after = await nextOf(session, filter, at, signal);
  if (!after.ok) return after;
  const others = (of: readonly Issuance[]): readonly Issuance[] => of.filter((each) => each.id !== id);
  return {
    ok: true,
    value: { before: others(before.value.issuances).slice(0, EACH_SIDE), after: others(after.value).slice(-EACH_SIDE) },
  };
}

async function nextOf(
  session: Session,
  filter: Filter,
  from: number,
  signal: AbortSignal,
): Promise<Result<readonly Issuance[]>> {
  for (const ahead of AHEAD_MS) {
    const to = from + ahead;
    let cursor: string | null = null;
    let found: readonly Issuance[] = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page: Awaited<ReturnType<typeof listIssuances>> = await listIssuances(
        session,
        { filter, from, to, limit: PAGE, cursor },
        signal,
      );
      if (!page.ok) return page;
      found = [...found, ...page.value.issuances];
      cursor = page.value.next;
      if (cursor === null) break;
    }
    // The record itself is one of them.
    if (found.length > 1 && cursor === null) return { ok: true, value: found };
    if (cursor !== null) return { ok: true, value: [] };
  }
  return { ok: true, value: [] };
}
