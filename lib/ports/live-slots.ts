/** What keeps no more alive at once than may be. Types only. */
import type { EpochSeconds, Seconds } from '../time.ts';

/** A set of slots that one kind of credential shares, such as those of one scope. */
export interface SlotSet {
  /** Its name: scope, and the identity whose slots they are, or `total`. */
  readonly set: string;
  /** 1 to 100. */
  readonly slots: number;
}

/** Who takes a slot, and how long it stays taken if nothing more is heard of it. */
export interface SlotHolder {
  readonly issuance: string;
  readonly until: EpochSeconds;
}

/** What an issuance has taken, one slot of each set. */
export interface HeldSlots {
  /** When they are free if nothing more is heard of them. */
  readonly until: EpochSeconds;
  /**
   * They are free from that second on. Throws `Fault('limits')` where that is later than was said first and cannot be
   * written; what is sooner is best effort.
   */
  keepUntil(expires: EpochSeconds, signal: AbortSignal): Promise<void>;
  /** Nothing came of it: they are free at once. Best effort; a slot that stays taken is free when its time is over. */
  giveBack(signal: AbortSignal): Promise<void>;
}

export type Taken =
  | { readonly taken: true; readonly held: HeldSlots }
  /** `full`: the set that had none free. `retryAfter`: until the first slot of it is free. */
  | { readonly taken: false; readonly full: string; readonly retryAfter: Seconds };

export interface LiveSlots {
  /**
   * One slot of each set, or of none. `endedAmong`: which of those that hold a slot were taken back before their time;
   * asked where all of a set are taken. Throws `Fault('limits')`.
   */
  take(
    sets: readonly SlotSet[],
    holder: SlotHolder,
    endedAmong: (issuances: readonly string[], signal: AbortSignal) => Promise<readonly string[]>,
    signal: AbortSignal,
  ): Promise<Taken>;
}
