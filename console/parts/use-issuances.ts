import { useEffect, useRef, useState } from 'preact/hooks';
import { listIssuances, type Problem } from '../api.ts';
import type { Session } from '../session.ts';
import { type Kept, merged, PAGE, withNewer } from '../tail.ts';
import { instantsOf, type ListView } from '../view.ts';

const POLL_MS = 3_000;

interface Found extends Kept {
  /** The view that it was found for. */
  readonly of: string;
  /** Milliseconds: both ends of the search, which its cursor is bound to. */
  readonly from: number;
  readonly to: number | null;
  readonly problem: Problem | null;
  readonly state: 'loading' | 'more' | 'ready';
}

const NOTHING = { issuances: [], next: null, problem: null, state: 'loading', from: 0, to: null } as const;

/** The records of a view: its first page, older ones by `more`, and newer ones by themselves while it is live. */
export function useIssuances(session: Session, view: ListView) {
  const { filter, range, live } = view;
  const key = JSON.stringify([filter, range]);
  const [found, setFound] = useState<Found>({ of: key, ...NOTHING });
  const [round, setRound] = useState(0);
  const shown = found.of === key ? found : { of: key, ...NOTHING };
  const latest = useRef(shown);
  latest.current = shown;
  /** What was found for another view meanwhile is nobody's. */
  const change = (by: (old: Found) => Found): void => setFound((old) => (old.of === key ? by(old) : old));

  useEffect(() => {
    const ending = new AbortController();
    const { from, to: end } = instantsOf(range, Date.now());
    const to = 'last' in range ? null : end;
    setFound({ of: key, ...NOTHING, from, to });
    listIssuances(session, { filter, from, to, limit: PAGE, cursor: null }, ending.signal).then(
      (result) =>
        change((old) =>
          result.ok ? { ...old, ...result.value, state: 'ready' } : { ...old, problem: result.problem, state: 'ready' },
        ),
      ended,
    );
    return () => ending.abort();
  }, [session.token, key, round]);

  useEffect(() => {
    if (!live) return undefined;
    const ending = new AbortController();
    const poll = async (): Promise<void> => {
      const { state, from } = latest.current;
      if (document.hidden || state === 'loading') return;
      const result = await withNewer(session, { filter, from }, latest.current, ending.signal);
      change((old) => (result.ok ? { ...old, ...result.value, problem: null } : { ...old, problem: result.problem }));
    };
    const repeat = (): void => {
      poll().then(() => {
        timer = setTimeout(repeat, POLL_MS);
      }, ended);
    };
    let timer = setTimeout(repeat, POLL_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [session.token, key, live]);

  const more = async (): Promise<void> => {
    const { from, to, next: cursor } = shown;
    change((old) => ({ ...old, state: 'more' }));
    const result = await listIssuances(
      session,
      { filter, from, to, limit: PAGE, cursor },
      new AbortController().signal,
    );
    change((old) => {
      if (!result.ok) return { ...old, problem: result.problem, state: 'ready' };
      const { issuances, next } = result.value;
      return { ...old, issuances: merged(old.issuances, issuances), next, problem: null, state: 'ready' };
    });
  };

  const { issuances, next, problem, state } = shown;
  return {
    issuances,
    problem,
    state,
    hasMore: next !== null,
    more: () => void more(),
    again: () => setRound(round + 1),
  };
}

/** The question was ended here, by a newer one. */
const ended = (): void => undefined;
