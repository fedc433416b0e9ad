import { isBlank } from '../blank.ts';
import type { IssuanceRequest } from '../issue.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { PRINTABLE } from '../printable.ts';
import { type Seconds, seconds } from '../time.ts';
import type { HttpRequest } from './http-request.ts';
import { invalidParameter, readWholeSeconds } from './parameters.ts';

/** Characters, as people count them. */
const LONGEST_INTENT = 256;

/** `intent`: why, up to 256 printable characters; recorded. Nothing but blanks says nothing. */
export function readIntent(text: string | null): Outcome<string | null> {
  if (text === null || isBlank(text)) return accept(null);
  const fits = PRINTABLE.test(text) && [...text].length <= LONGEST_INTENT;
  return fits ? accept(text) : invalidParameter('intent is up to 256 printable characters.');
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
