import { Fault } from '../outcome.ts';

/**
 * Waits for a read that several callers share, no longer than this caller's signal allows; the read goes on for the
 * others.
 */
export function waitAtMost<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void =>
      reject(new Fault('configuration', 'the deadline passed while the configuration was being read'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
