import { IAM_DATE, readDateTime, START_OF_TIME } from '../date-time.ts';
import { END_OF_TIME } from '../time.ts';

const EPOCH_SECONDS = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]{1,12}))?$/;

const PICOSECONDS = 1_000_000_000_000n;

/**
 * Reads a date as IAM takes it: epoch seconds, or ISO 8601 in the W3C profile (RFC 3339, a day or a month; a time needs
 * its zone). Returns picoseconds since the epoch, or null for anything else, as `readDateTime` has it. Digits alone are
 * epoch seconds, also four of them.
 */
export function parseInstant(text: string): bigint | null {
  const epoch = EPOCH_SECONDS.exec(text);
  if (epoch !== null) {
    const [, sign, whole = '', fraction = ''] = epoch;
    const size = Number(whole);
    if (!inRange(sign === '-' ? -size : size)) return null;
    return sign === '-' ? -picoseconds(size, fraction) : picoseconds(size, fraction);
  }
  const date = readDateTime(text, IAM_DATE);
  return date === null ? null : picoseconds(date.seconds, date.fraction);
}

const inRange = (time: number): boolean => time >= START_OF_TIME && time <= END_OF_TIME;

const picoseconds = (time: number, fraction: string): bigint =>
  BigInt(time) * PICOSECONDS + BigInt(fraction.padEnd(12, '0'));
