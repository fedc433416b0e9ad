import { isBlank } from '../blank.ts';
import type { IssuanceRequest } from '../issue.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type Seconds, seconds } from '../time.ts';
import type { HttpRequest } from './http-request.ts';
import { invalidParameter, readWholeSeconds } from './parameters.ts';

/**
 * No control character, no line or paragraph separator, and none that turns the direction of what a ledger shows
 * beside it.
 */
const INTENT = /^[^\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]{1,256}$/u;

/** `intent`: why, up to 256 printable characters; recorded. Nothing but blanks says nothing. */
export function readIntent(text: string | null): Outcome<string | null> {
  if (text === null || isBlank(text)) return accept(null);
  return INTENT.test(text) ? accept(text) : invalidParameter('intent is up to 256 printable characters.');
}

/** A duration in whole seconds; its range is the grant's business. */
export function readDuration(text: string | null, name: 'duration' | 'DurationSeconds'): Outcome<Seconds | null> {
  if (text === null) return accept(null);
  const value = readWholeSeconds(text);
  if (value === null) return refuse('duration_out_of_range', { detail: `${name} is a whole number of seconds.` });
  return accept(seconds(value));
}

/** Where a request came from, for conditions and the ledger. */
export const callerOf = ({ id, sourceIp, userAgent }: HttpRequest): IssuanceRequest['caller'] => ({
  id,
  sourceIp,
  userAgent,
});
