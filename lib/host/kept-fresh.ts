import type { Fault } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { EpochMilliseconds } from '../time.ts';
import { awaitShared, type SharedRead } from './shared-read.ts';

/** It is read again beside a request after this long, ahead of need: under steady traffic nobody waits for it. */
const AHEAD_MS = 2_500;
/** And a request waits for it where nobody came for this long. */
const REFRESH_MS = 5_000;
/** And without a successful read for this long, nobody is served: what was switched off would still be handed out. */
const LIMIT_MS = 10_000;
/** One read serves every caller that waits for it, so it has a deadline of its own. */
export const READ_MS = 1_200;

interface Known<T> {
  readonly value: T;
  /** When the read began that found it: it was so then. */
  readonly readAt: EpochMilliseconds;
}

export interface KeptFreshOptions<T> {
  readonly clock: Clock;
  /** A consistent read of what is so now; `last` is what was found before, to be kept where nothing changed. */
  read(last: T | null): Promise<T>;
  /** What is thrown where a caller's signal ends its wait. */
  late(cause: unknown): Fault;
  /** What is thrown where it cannot be read and what is known is too old. */
  unreadable(cause: unknown): Fault;
}

/**
 * Something small that every request needs, and that is in force everywhere within 10 s: as a read found it that began
 * at most 5 s ago; where reads fail, at most 10 s ago; else it throws. From 2.5 s on a request has it read again beside
 * itself. One read is under way at a time, apart from one that a frozen process left.
 */
export function keptFresh<T>(options: KeptFreshOptions<T>): { current(signal: AbortSignal): Promise<T> } {
  const { clock } = options;
  let known: Known<T> | null = null;
  let refresh: { readonly read: Promise<Known<T>>; readonly readAt: EpochMilliseconds } | null = null;

  const startRefresh = (): SharedRead<Known<T>> => {
    const readAt = clock.now();
    // One that began before the process was frozen ends with its own deadline, and is nobody's to wait for.
    if (refresh !== null && isYounger(refresh, readAt, READ_MS)) return { result: refresh.read, whose: 'joined' };
    const read = options.read(known?.value ?? null).then((value) => {
      if (known === null || known.readAt <= readAt) known = { value, readAt };
      return known;
    });
    const started = { read, readAt };
    refresh = started;
    const ended = (): void => {
      if (refresh === started) refresh = null;
    };
    read.then(ended, ended);
    return { result: read, whose: 'own' };
  };

  return {
    current: async (signal) => {
      if (known !== null && isYounger(known, clock.now(), REFRESH_MS)) {
        // Its failure is told to whoever comes once it is needed.
        if (!isYounger(known, clock.now(), AHEAD_MS)) startRefresh().result.catch(() => undefined);
        return known.value;
      }
      try {
        return (await awaitShared(startRefresh, signal, options.late)).value;
      } catch (cause) {
        if (known !== null && isYounger(known, clock.now(), LIMIT_MS)) return known.value;
        throw options.unreadable(cause);
      }
    },
  };
}

/** A clock that went back says nothing of the age: then it is read again. */
function isYounger({ readAt }: Pick<Known<unknown>, 'readAt'>, now: EpochMilliseconds, limitMs: number): boolean {
  return now >= readAt && now - readAt < limitMs;
}
