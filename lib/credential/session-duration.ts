import { accept, type Outcome, refuse } from '../outcome.ts';
import {
  type EpochMilliseconds,
  type EpochSeconds,
  epochSeconds,
  type Seconds,
  seconds,
  toEpochSeconds,
} from '../time.ts';
import type { GrantInput } from './grant.ts';

/** STS API reference, AssumeRole, DurationSeconds. */
const SHORTEST = seconds(900);
/** A session begins when STS makes it, up to this long after `now`. */
const STS_DELAY = seconds(5);

export interface SessionDuration {
  readonly duration: Seconds;
  /** The latest end that the session can have. */
  readonly expires: EpochSeconds;
}

/**
 * How long a session lasts: what the caller asked for, between 900 s and the grant's `maxDuration`, else the grant's
 * default. Out of range is `duration_out_of_range`, never clamped. Only a default gives way to `endsBy`; where that
 * leaves less than 900 s it is `proof_ends_too_soon`.
 */
export function sessionDuration(
  grant: { readonly duration: Seconds; readonly maxDuration: Seconds },
  { requestedDuration, now, endsBy }: Pick<GrantInput, 'requestedDuration' | 'now' | 'endsBy'>,
): Outcome<SessionDuration> {
  const asked = requestedDuration ?? grant.duration;
  if (!Number.isInteger(asked) || asked < SHORTEST || asked > grant.maxDuration) {
    return outOfRange(asked, grant.maxDuration);
  }
  const longest = endsBy === null ? asked : longestUntil(endsBy, now);
  if (longest < SHORTEST) return refuse('proof_ends_too_soon');
  if (requestedDuration !== null && requestedDuration > longest) return outOfRange(requestedDuration, longest);
  const duration = seconds(Math.min(asked, longest));
  return accept({ duration, expires: epochSeconds(toEpochSeconds(now) + duration + STS_DELAY) });
}

const outOfRange = (asked: number, longest: Seconds) =>
  refuse('duration_out_of_range', {
    detail: `The duration must be ${SHORTEST} to ${longest} seconds; it is ${asked}.`,
  });

function longestUntil(endsBy: EpochSeconds, now: EpochMilliseconds): Seconds {
  return seconds(Math.floor(endsBy - now / 1000 - STS_DELAY));
}
