/**
 * What a request uses up: proofs that may be used once, then slots of what may be alive at once, then room in the
 * limits of its scopes. In one order by rule, in as few round trips as the rule allows (ADR 34, ADR 59).
 */
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { Counted, CountedAhead, LimitCount, Limits } from '../ports/limits.ts';
import type { HeldSlots, Taken } from '../ports/live-slots.ts';
import type { Replays } from '../ports/replays.ts';
import { limitOf } from './budgets.ts';
import { claimProofs, isLikely, releaseProofs, type SingleUse } from './single-use.ts';

export interface SpendPorts {
  readonly clock: Clock;
  readonly replays: Replays;
  readonly limits: Limits;
}

/** What may be spent, in the order by rule. */
export interface Spending {
  readonly uses: readonly SingleUse[];
  /** Takes the slots that the scopes ask for; null: they ask for none. */
  readonly takeSlots: ((signal: AbortSignal) => Promise<Taken>) | null;
  readonly limits: readonly LimitCount[];
}

/** What a refused request gives back has as long as the request itself, and so long where that is over. */
const LEAST_GIVING_BACK_MS = 200;

/**
 * Claims the proofs, takes the slots, then counts against the limits; comes back with the slots, null for none. The
 * first that is refused is the answer, in that order, and uses up nothing that stands behind it: a proof that was used
 * before takes nobody's slot and counts against nobody's limit, and whatever refuses gives back what stands before it.
 * Throws `Fault` where a table cannot be reached; the proofs and slots are given back then too.
 */
export async function spend(
  ports: SpendPorts,
  spending: Spending,
  signal: AbortSignal,
): Promise<Outcome<HeldSlots | null>> {
  const { uses } = spending;
  try {
    const claimedAndCounted = await claimAndCount(ports, spending, signal);
    if (!claimedAndCounted.ok) return claimedAndCounted;
    const { counted, slots } = claimedAndCounted.value;
    if (counted.within) return accept(slots);
    const { full, retryAfter, kind } = counted;
    await Promise.all([releaseProofs(ports.replays, uses, givingBack(signal)), slots?.giveBack(givingBack(signal))]);
    const limit = limitOf(full, kind);
    return refuse('limit_reached', { limit, retryAfter, detail: `The limit ${limit} of this scope is reached.` });
  } catch (cause) {
    await releaseProofs(ports.replays, uses, givingBack(signal));
    throw cause;
  }
}

/** `kind`: of what the limit is that had no room. */
type Room = Extract<Counted, { within: true }> | (Extract<Counted, { within: false }> & Kind);
interface Kind {
  readonly kind: 'window' | 'live';
}

interface Spent {
  readonly counted: Room;
  readonly slots: HeldSlots | null;
}

/**
 * Counting begins beside the claims where all of them are likely to hold: whoever presents a used proof again and again
 * to one process touches its owner's limit once.
 */
async function claimAndCount(
  { clock, replays, limits }: SpendPorts,
  { uses, takeSlots, limits: counts }: Spending,
  signal: AbortSignal,
): Promise<Outcome<Spent>> {
  const countAhead = (): CountedAhead | undefined => limits.countAhead?.(counts, clock.now(), signal);
  const isAhead = uses.length > 0 && counts.length > 0 && uses.every((use) => isLikely(replays, use));
  const claiming = claimProofs(replays, uses, signal);
  const ahead = isAhead ? countAhead() : undefined;
  const claimed = await orGiveBack(claiming, ahead, signal);
  if (!claimed.ok) {
    await ahead?.giveBack(givingBack(signal));
    return claimed;
  }
  if (takeSlots === null) {
    const counted = await (ahead?.settle(signal) ?? limits.count(counts, clock.now(), signal));
    return accept({ counted: { ...counted, kind: 'window' }, slots: null });
  }
  const taking = takeSlots(signal);
  const beside = ahead ?? (counts.length === 0 ? undefined : countAhead());
  const taken = await orGiveBack(taking, beside, signal);
  if (!taken.taken) {
    await beside?.giveBack(givingBack(signal));
    const { full, retryAfter } = taken;
    return accept({ counted: { within: false, full, retryAfter, kind: 'live' }, slots: null });
  }
  try {
    const counted = await (beside?.settle(signal) ?? limits.count(counts, clock.now(), signal));
    return accept({ counted: { ...counted, kind: 'window' }, slots: taken.held });
  } catch (cause) {
    await taken.held.giveBack(givingBack(signal));
    throw cause;
  }
}

/** What is under way; where it fails, what was counted ahead of it is given back before that is said. */
async function orGiveBack<T>(under: Promise<T>, ahead: CountedAhead | undefined, signal: AbortSignal): Promise<T> {
  try {
    return await under;
  } catch (cause) {
    await ahead?.giveBack(givingBack(signal));
    throw cause;
  }
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
