import { Fault } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { LiveSlots } from '../ports/live-slots.ts';
import type { Revocations } from '../ports/revocations.ts';
import { markOf, type StandingRevocations } from '../revocation/revocation.ts';
import { epochSeconds, seconds, toEpochSeconds } from '../time.ts';
import type { Authorized } from './authorize.ts';
import type { Spending } from './spend.ts';

/** Of a credential whose end somebody else decides on: until that is known, and where the process dies before. */
const LONGEST_CREDENTIAL = seconds(86_400);
/** What is minted ends that much later than was thought when its slot was taken, at most: the request is over then. */
const LONGEST_REQUEST = seconds(60);

export interface SlotTakerPorts {
  readonly clock: Clock;
  readonly live?: LiveSlots;
  readonly revocations: Pick<Revocations, 'revokedAmong'>;
}

/**
 * Takes a slot of each set that the scopes ask for, until the credential's end as far as it is known; null: they ask
 * for none. One that was revoked holds its slot no more: by its issuance, or as a token (RFC 7009), which only the
 * broker's own can be and costs one read for all of them, every 3 s at most in one process. Throws `Fault('limits')`
 * and `Fault('revocations')`.
 */
export function slotTaker(
  { clock, live, revocations }: SlotTakerPorts,
  issuance: string,
  { live: sets, duration, mintedBy }: Pick<Authorized, 'live' | 'duration' | 'mintedBy'>,
  standing: StandingRevocations,
): Spending['takeSlots'] {
  if (sets.length === 0) return null;
  // Where it was lifted, the session is alive again; of a token that cannot be.
  const isRevoked = (holder: string): boolean => standing.inForce([markOf('issuance', holder)]) !== null;
  const endedAmong = async (holders: readonly string[], signal: AbortSignal): Promise<readonly string[]> => {
    const ended = holders.filter(isRevoked);
    // One is enough for who asks, and costs nothing.
    return ended.length > 0 || mintedBy !== 'broker' ? ended : revocations.revokedAmong(holders, signal);
  };
  return async (signal) => {
    if (live === undefined) throw new Fault('bug', 'nothing here keeps slots');
    const until = epochSeconds(toEpochSeconds(clock.now()) + (duration ?? LONGEST_CREDENTIAL) + LONGEST_REQUEST);
    return live.take(sets, { issuance, until }, endedAmong, signal);
  };
}
