/** What was taken back. Types only. */
import type { StandingRevocations } from '../revocation/revocation.ts';
import type { EpochSeconds } from '../time.ts';

/** All reads throw `Fault('revocations')` where that cannot be known. */
export interface Revocations {
  /** True if any of the token ids is revoked; known at most 10 s late elsewhere, at once where it was revoked. */
  anyRevoked(tokenIds: readonly string[], signal: AbortSignal): Promise<boolean>;
  /**
   * Those of up to 100 token ids that are revoked, as it was at most 3 s ago: one read, and none for those that were
   * just read. For a place that is taken until then; no proof is believed by it.
   */
  revokedAmong(tokenIds: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  revoke(tokenId: string, until: EpochSeconds, signal: AbortSignal): Promise<void>;
  /** Revocations of everything that a name stands for, known to be so at most 10 s ago. */
  standing(signal: AbortSignal): Promise<StandingRevocations>;
}
