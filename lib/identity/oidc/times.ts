import type { JsonObject, JsonValue } from '../../json.ts';
import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import { END_OF_TIME, type EpochSeconds, epochSeconds, type Seconds } from '../../time.ts';
import { claimType, publicClaim } from './public-text.ts';

/** What a token's times are held against. */
interface TimeRules {
  readonly now: EpochSeconds;
  /** How far the clocks may be apart; applied once to each comparison with `now`. */
  readonly tolerance: Seconds;
  /** null: any age. Else `iat` is required. */
  readonly maxAge: Seconds | null;
}

export interface TokenTimes {
  readonly expires: EpochSeconds;
  readonly issuedAt: EpochSeconds | null;
  readonly notBefore: EpochSeconds | null;
}

/**
 * Reads and checks `exp` (required), `nbf` and `iat`: numbers of seconds up to the end of year 9999; `exp` is
 * after now and not before `nbf` or `iat` (those two are one clock's, so without tolerance); `nbf` and `iat` are not
 * after now; `iat` is at most `maxAge` ago. Refuses, in this order: `claims_invalid`, `expired`, `not_yet_valid`,
 * `too_old`. The detail says by how many seconds, so it is for callers whose token is genuine. RFC 7519 sections 4.1.4
 * to 4.1.6.
 */
export function checkTimes(claims: JsonObject, rules: TimeRules): Outcome<TokenTimes> {
  const read = readTimes(claims);
  if (!read.ok) return read;
  const { expires, issuedAt, notBefore } = read.value;
  const { now, tolerance, maxAge } = rules;
  if (maxAge !== null && issuedAt === null) return refuse('claims_invalid', { detail: 'The token needs an iat.' });
  if (now >= expires + tolerance) {
    return refuse('expired', { detail: `The token has expired: exp is ${at(expires, now)}; ${clock(rules)}.` });
  }
  if (notBefore !== null && notBefore > now + tolerance) {
    return refuse('not_yet_valid', { detail: `nbf is ${at(notBefore, now)}; ${clock(rules)}.` });
  }
  if (issuedAt !== null && issuedAt > now + tolerance) {
    return refuse('not_yet_valid', { detail: `iat is ${at(issuedAt, now)}; ${clock(rules)}.` });
  }
  if (maxAge !== null && issuedAt !== null && now - issuedAt > maxAge + tolerance) {
    return refuse('too_old', {
      detail: `iat is ${at(issuedAt, now)}, where at most ${maxAge} seconds are accepted; ${clock(rules)}.`,
    });
  }
  return read;
}

function readTimes(claims: JsonObject): Outcome<TokenTimes> {
  const read = allOf(time(claims, 'exp'), time(claims, 'iat'), time(claims, 'nbf'));
  if (!read.ok) return read;
  const [expires, issuedAt, notBefore] = read.value;
  if (expires === null) return refuse('claims_invalid', { detail: 'The token needs an exp.' });
  if (expires < Math.max(issuedAt ?? expires, notBefore ?? expires)) {
    const detail = `exp (${expires}) is before nbf (${notBefore ?? 'absent'}) or iat (${issuedAt ?? 'absent'}).`;
    return refuse('claims_invalid', { detail });
  }
  return accept({ expires, issuedAt, notBefore });
}

type TimeClaim = 'exp' | 'nbf' | 'iat';

function time(claims: JsonObject, name: TimeClaim): Outcome<EpochSeconds | null> {
  if (!Object.hasOwn(claims, name)) return accept(null);
  const value = claims[name];
  if (typeof value !== 'number' || value > END_OF_TIME || value < -END_OF_TIME) {
    const came =
      typeof value === 'number' ? value : isWritten(value) ? `the text ${publicClaim(value)}` : claimType(value);
    const detail = `${name} must be a number of seconds up to the end of year 9999; it is ${came}.`;
    return refuse('claims_invalid', { detail });
  }
  return accept(epochSeconds(value));
}

/** A number in quotes reads like one. */
const isWritten = (value: JsonValue | undefined): boolean => typeof value === 'string' && value !== '';

function at(time: EpochSeconds, now: EpochSeconds): string {
  const difference = Math.round(Math.abs(now - time));
  return `${time}, ${difference} seconds ${time > now ? 'in the future' : 'ago'}`;
}

const clock = ({ now, tolerance }: TimeRules): string =>
  `the clock here says ${now} and the tolerance is ${tolerance} seconds`;
