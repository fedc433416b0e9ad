/** What keeps a proof from being used twice. Types only. */
import type { EpochSeconds } from '../time.ts';

export interface ReplayClaim {
  readonly issuer: string;
  readonly tokenId: string;
  readonly reuse: 'bind' | 'once';
  /** SHA-256 of (scope, duration, actor): what `bind` compares. */
  readonly binding: string;
  readonly issuance: string;
  readonly until: EpochSeconds;
}

export interface Replays {
  /** One conditional write. `replayed` where another use holds it. */
  claim(claim: ReplayClaim, signal: AbortSignal): Promise<'claimed' | 'replayed'>;
  /** That issuance failed: the proof may be claimed again. Best effort; a failure leaves it claimed. */
  release(claim: ReplayClaim, signal: AbortSignal): Promise<void>;
  /**
   * A guess from this process's own memory, without a call: `claim` will answer `claimed`. False for a proof that was
   * met here before, but for one of `bind` under the same binding. Absent: nothing is known.
   */
  isLikely?(claim: ReplayClaim): boolean;
}
