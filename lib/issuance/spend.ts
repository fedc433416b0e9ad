/**
 * What a request uses up: proofs that may be used once, then room in the limits of its scopes. In one order by rule, in
 * as few round trips as the rule allows (ADR 34).
 */
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { Counted, LimitCount, Limits } from '../ports/limits.ts';
import type { Replays } from '../ports/replays.ts';
import { claimProofs, isLikely, releaseProofs, type SingleUse } from './single-use.ts';

export interface SpendPorts {
  readonly clock: Clock;
  readonly replays: Replays;
  readonly limits: Limits;
}

/** What a refused request gives back has as long as the request itself, and so long where that is over. */
const LEAST_GIVING_BACK_MS = 200;

/**
 * Claims the proofs, then counts against the limits. The first that is refused is the answer, in that order, and
 * uses up nothing that stands behind it: a proof that was used before counts against nobody's limit, and a limit that
 * refuses gives the proofs back. Throws `Fault` where a table cannot be reached; the proofs are given back then too.
 */
export async function spend(
  ports: SpendPorts,
  uses: readonly SingleUse[],
  limits: readonly LimitCount[],
  signal: AbortSignal,
): Promise<Outcome<null>> {
  try {
    const claimedAndCounted = await claimAndCount(ports, uses, limits, signal);
    if (!claimedAndCounted.ok) return claimedAndCounted;
    const counted = claimedAndCounted.value;
    if (counted.within) return accept(null);
    await releaseProofs(ports.replays, uses, givingBack(signal));
    return refuse('limit_reached', { retryAfter: counted.retryAfter });
  } catch (cause) {
    await releaseProofs(ports.replays, uses, givingBack(signal));
    throw cause;
  }
}

/**
 * Counting begins beside the claims where all of them are likely to hold: whoever presents a used proof again and again
 * to one process touches its owner's limit once.
 */
async function claimAndCount(
  { clock, replays, limits }: SpendPorts,
  uses: readonly SingleUse[],
  counts: readonly LimitCount[],
  signal: AbortSignal,
): Promise<Outcome<Counted>> {
  const canCountAhead = uses.length > 0 && counts.length > 0 && uses.every((use) => isLikely(replays, use));
  const claiming = claimProofs(replays, uses, signal);
  const ahead = canCountAhead ? limits.countAhead?.(counts, clock.now(), signal) : undefined;
  const claimed = await claiming.catch(async (cause: unknown) => {
    await ahead?.giveBack(givingBack(signal));
    throw cause;
  });
  if (!claimed.ok) {
    await ahead?.giveBack(givingBack(signal));
    return claimed;
  }
  return accept(await (ahead?.settle(signal) ?? limits.count(counts, clock.now(), signal)));
}

/** Aborts once the request's deadline and the least time are both over. */
function givingBack(deadline: AbortSignal): AbortSignal {
  const least = AbortSignal.timeout(LEAST_GIVING_BACK_MS);
  const both = new AbortController();
  const end = (): void => {
    if (deadline.aborted && least.aborted) both.abort();
  };
  for (const signal of [deadline, least]) signal.addEventListener('abort', end, { once: true });
  return both.signal;
}
