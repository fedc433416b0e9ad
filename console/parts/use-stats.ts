import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api.ts';
import type { Session } from '../session.ts';
import { countIssuances, type Stats } from '../stats.ts';
import { instantsOf, type ListView } from '../view.ts';

/** A count is work for the broker: a live view asks for it less often than for records. */
const LIVE_MS = 15_000;

interface Counted {
  readonly of: string;
  readonly stats: Stats | null;
  readonly problem: Problem | null;
}

/** The counts of a view; while it is live the last ones stay until there are newer ones. */
export function useStats(session: Session, { filter, range, live }: ListView): Omit<Counted, 'of'> {
  const key = JSON.stringify([filter, range]);
  const [counted, setCounted] = useState<Counted>({ of: key, stats: null, problem: null });
  useEffect(() => {
    const ending = new AbortController();
    let timer = 0;
    const count = async (): Promise<void> => {
      const { from, to } = instantsOf(range, Date.now());
      const result = document.hidden ? null : await countIssuances(session, { filter, from, to }, ending.signal);
      if (result !== null) {
        setCounted({
          of: key,
          stats: result.ok ? result.value : null,
          problem: result.ok ? null : result.problem,
        });
      }
      if (live) timer = window.setTimeout(repeat, LIVE_MS);
    };
    const repeat = (): void => {
      count().catch(() => {
        // It was ended here, by a newer question.
      });
    };
    repeat();
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [session.token, key, live]);
  return counted.of === key ? counted : { stats: null, problem: null };
}
