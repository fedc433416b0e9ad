import type { Fault } from '../outcome.ts';

/** A read that several callers wait for. `joined`: it was under way when this one came. */
export interface SharedRead<T> {
  readonly result: Promise<T>;
  readonly whose: 'own' | 'joined';
}

/**
 * Waits for a shared read, no longer than this caller's signal allows (then `late` is thrown); it goes on for the
 * others. One that was joined may have begun in an outage that is over by now: where it fails, `read` is asked once
 * more, so that nobody hears of a failure that is older than its request.
 */
export async function awaitShared<T>(
  read: () => SharedRead<T>,
  signal: AbortSignal,
  late: (cause: unknown) => Fault,
): Promise<T> {
  const { result, whose } = read();
  try {
    return await waitAtMost(result, signal, late);
  } catch (error) {
    if (whose === 'own' || signal.aborted) throw error;
    return waitAtMost(read().result, signal, late);
  }
}

function waitAtMost<T>(shared: Promise<T>, signal: AbortSignal, late: (cause: unknown) => Fault): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(late(signal.reason));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
