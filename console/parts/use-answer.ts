import { useEffect, useState } from 'preact/hooks';
import type { Problem, Result } from '../api.ts';

export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly again: () => void }
  | { readonly kind: 'value'; readonly value: T };

/** Asks when `key` changes and once more when `again` is called; what was under way for another key is ended. */
export function useAnswer<T>(key: string, question: (signal: AbortSignal) => Promise<Result<T>>): Loaded<T> {
  const [loaded, setLoaded] = useState<{ readonly of: string; readonly result: Result<T> } | null>(null);
  const [round, setRound] = useState(0);
  const asked = `${round} ${key}`;
  useEffect(() => {
    const ending = new AbortController();
    question(ending.signal).then(
      (result) => setLoaded({ of: asked, result }),
      () => {
        // It was ended here, by a newer question.
      },
    );
    return () => ending.abort();
  }, [asked]);
  if (loaded === null || loaded.of !== asked) return { kind: 'loading' };
  const { result } = loaded;
  if (result.ok) return { kind: 'value', value: result.value };
  return { kind: 'problem', problem: result.problem, again: () => setRound(round + 1) };
}
