/** What the domain asks of the machine that it runs on. Types only. */
import type { EpochMilliseconds, Milliseconds } from '../time.ts';

export interface Clock {
  /** Milliseconds since the epoch; never goes back by more than the host's own clock does. */
  now(): EpochMilliseconds;
}

/** Randomness behind a port, so that tests can fix it. Cryptographically strong in `lib/aws/`. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Waits. Behind a port, so that tests need not. */
export interface Pauses {
  /** True after that long; false, at once, when the signal ends the wait. Never throws. */
  wait(length: Milliseconds, signal: AbortSignal): Promise<boolean>;
}
