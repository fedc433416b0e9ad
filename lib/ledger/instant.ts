import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';

/** RFC 3339 in UTC with milliseconds, as the ledger writes `time`: `2026-11-21T09:00:00.250Z`. */
export const toRfc3339Milliseconds = (time: EpochMilliseconds): string => new Date(time).toISOString();

/** The date and time of RFC 3339 section 5.6; a blank instead of `T` is an option there that this does not take. */
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,12}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * Reads an RFC 3339 instant of the years 1970 to 9999, with an offset or `Z`. A fraction finer than a millisecond is cut off (`down`) or counts as the
 * next millisecond (`up`). Leap seconds (`:60`) and days that the month does not have are null, like everything else that is no instant.
 */
export function parseRfc3339(text: string, rounding: 'down' | 'up' = 'down'): EpochMilliseconds | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(date).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return null;
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const ofDay = (Number(hour) * 60 + Number(minute) - offset) * 60_000 + Number(second) * 1000;
  const padded = fraction.padEnd(3, '0');
  const finer = rounding === 'up' && /[1-9]/.test(padded.slice(3)) ? 1 : 0;
  const time = date + ofDay + Number(padded.slice(0, 3)) + finer;
  return time < 0 || time > 253_402_300_799_999 ? null : epochMilliseconds(time);
}
