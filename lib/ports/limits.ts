/** What counts issuances in windows of time. Types only. */
import type { EpochMilliseconds, Seconds } from '../time.ts';

export interface LimitCount {
  /** Counter's name: scope, and the principal's identity or `total`. */
  readonly counter: string;
  readonly count: number;
  readonly window: Seconds;
}

export type Counted =
  | { readonly within: true }
  /** `full`: the counter that had no room. */
  | { readonly within: false; readonly full: string; readonly retryAfter: Seconds };

export interface Limits {
  /**
   * Counts one in each, or says how long until the first window that is full ends. In a window behind that one nothing
   * stays counted. Throws `Fault('limits')`.
   */
  count(limits: readonly LimitCount[], now: EpochMilliseconds, signal: AbortSignal): Promise<Counted>;
  /**
   * Begins to count before it is known whether the request comes so far; only in windows that have so much room that
   * nobody else is refused for it (ADR 34). One of the two must follow. Absent: it cannot.
   */
  countAhead?(limits: readonly LimitCount[], now: EpochMilliseconds, signal: AbortSignal): CountedAhead;
}

export interface CountedAhead {
  /** The request comes so far: the rest of `count`. */
  settle(signal: AbortSignal): Promise<Counted>;
  /** It does not: nothing stays counted. Best effort; a failure leaves it counted. Never throws. */
  giveBack(signal: AbortSignal): Promise<void>;
}
