import type { Principal } from '../identity/principal.ts';
import type { EpochSeconds } from '../time.ts';

/** An approver signed in here for as long. */
export const SESSION_SECONDS = 1_800;

/** People who signed in to approve: kept under the hash of a secret that their browser alone has. Throws `Fault`. */
export interface ApproverSessions {
  begin(secret: string, principal: Principal, expires: EpochSeconds, signal: AbortSignal): Promise<void>;
  /** null: there is none, or it has ended. */
  find(secret: string, now: EpochSeconds, signal: AbortSignal): Promise<Principal | null>;
}
