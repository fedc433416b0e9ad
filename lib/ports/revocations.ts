/** What was taken back. Types only. */
import type { StandingRevocations } from '../revocation/revocation.ts';
import type { EpochSeconds } from '../time.ts';

/** Both reads throw `Fault('revocations')` where that cannot be known. */
export interface Revocations {
  /** True if any of the token ids is revoked; known at most 10 s late elsewhere, at once where it was revoked. */
  anyRevoked(tokenIds: readonly string[], signal: AbortSignal): Promise<boolean>;
  revoke(tokenId: string, until: EpochSeconds, signal: AbortSignal): Promise<void>;
  /** Revocations of everything that a name stands for, known to be so at most 10 s ago. */
  standing(signal: AbortSignal): Promise<StandingRevocations>;
}
