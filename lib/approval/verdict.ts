import { isBlank } from '../blank.ts';
import { parseStrictJson } from '../identity/strict-json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { PRINTABLE } from '../printable.ts';
import type { Verdict } from './review.ts';

/** Longest body of a verdict, in bytes. */
export const MAX_VERDICT_BYTES = 8_192;
/** Longest reason, in UTF-16 code units. */
const MAX_REASON = 1_000;

const MEMBERS: ReadonlySet<string> = new Set(['decision', 'reason']);

/** Reads `{"decision":"approve"|"deny","reason"}`. Refuses with `malformed_request` and `parameter_invalid`. */
export function readVerdict(body: Uint8Array): Outcome<Verdict> {
  const verdict = parseStrictJson(body, { maxBytes: MAX_VERDICT_BYTES });
  if (verdict === null) return refuse('malformed_request');
  if (Object.keys(verdict).some((name) => !MEMBERS.has(name))) {
    return invalid('A member is not known here. Known: decision, reason.');
  }
  const { decision, reason = null } = verdict;
  if (decision !== 'approve' && decision !== 'deny') return invalid('decision must be approve or deny.');
  if (typeof reason !== 'string' && reason !== null) return invalid('reason must be text.');
  return verdictOf(decision, reason);
}

/** Of a text in lines. */
const LAYOUT = /[\t\r\n]/g;

/** A reason in which there is nothing to read is none. Others read it, in records and on a terminal. */
export function verdictOf(decision: Verdict['decision'], reason: string | null): Outcome<Verdict> {
  if (reason === null || isBlank(reason)) return accept({ decision, reason: null });
  if (reason.length > MAX_REASON) return invalid(`reason has at most ${MAX_REASON} characters.`);
  if (!PRINTABLE.test(reason.replaceAll(LAYOUT, ' '))) {
    return invalid('reason has printable characters alone, in lines: none that turns the direction of text.');
  }
  return accept({ decision, reason });
}

const invalid = (detail: string) => refuse('parameter_invalid', { detail });
