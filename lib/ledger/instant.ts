import { RFC_3339, readDateTime } from '../date-time.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';

/** RFC 3339 in UTC with milliseconds, as the ledger writes `time`: `2026-11-21T09:00:00.250Z`. */
export const toRfc3339Milliseconds = (time: EpochMilliseconds): string => new Date(time).toISOString();

const END_MS = 253_402_300_799_999;

/**
 * Reads an RFC 3339 instant of the years 1970 to 9999, with an offset or `Z`; null for anything else (`readDateTime`).
 * A fraction finer than a millisecond is cut off (`down`) or counts as the next millisecond (`up`).
 */
export function parseRfc3339(text: string, rounding: 'down' | 'up' = 'down'): EpochMilliseconds | null {
  const read = readDateTime(text, RFC_3339);
  if (read === null) return null;
  const fraction = read.fraction.padEnd(3, '0');
  const finer = rounding === 'up' && /[1-9]/.test(fraction.slice(3)) ? 1 : 0;
  const time = read.seconds * 1000 + Number(fraction.slice(0, 3)) + finer;
  return time > END_MS ? null : epochMilliseconds(time);
}
