import type { EpochSeconds } from '../time.ts';
import type { ApprovalState } from './approvals.ts';

/**
 * How a request stands now. `none`: nobody waits, so that the next request asks anew. `expired`: the same, and nobody
 * decided in time. `busy`: all of it is taken up by issuances that may still give it back.
 */
export type Standing = 'none' | 'pending' | 'expired' | 'open' | 'busy' | 'denied';

/** An issuance that took it up has ended by then, whatever became of it. */
const LONGEST_ISSUANCE_SECONDS = 60;

/** Pure. Every end is exclusive: what ends now has ended. */
export function standingOf(state: ApprovalState | null, now: EpochSeconds): Standing {
  if (state === null) return 'none';
  const isOver = state.ends <= now;
  if (state.status === 'denied') return isOver ? 'none' : 'denied';
  if (state.status === 'pending') return isOver ? 'expired' : 'pending';
  if (isOver) return 'none';
  // Not recorded, not approved: whoever approved is told to try again, and writes the record then.
  if (!state.recorded) return 'pending';
  if (state.left > 0) return 'open';
  const mayComeBack = state.takers.length > 0 && (state.taken ?? 0) + LONGEST_ISSUANCE_SECONDS > now;
  return mayComeBack ? 'busy' : 'none';
}
