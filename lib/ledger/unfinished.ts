import { type EpochMilliseconds, epochMilliseconds, type Milliseconds, milliseconds } from '../time.ts';
import type { IssuanceFilter } from './filter.ts';

/** So old, what is still `started` has no outcome, and gets none: no function runs for half as long. */
export const UNFINISHED_AFTER: Milliseconds = milliseconds(5 * 60_000);

/** What began then, or before, and is still `started`, is unfinished at `now`. */
export const unfinishedUntil = (now: EpochMilliseconds): EpochMilliseconds =>
  epochMilliseconds(Math.max(0, now - UNFINISHED_AFTER));

/** Of what a filter finds, what is unfinished at `now`. */
export function onlyUnfinished(filter: IssuanceFilter, now: EpochMilliseconds): IssuanceFilter {
  const until = unfinishedUntil(now);
  return { ...filter, outcome: 'started', to: epochMilliseconds(Math.min(until, filter.to ?? until)) };
}
