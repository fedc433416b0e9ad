import { END_OF_TIME } from './time.ts';

/** What one kind of document may write. All else is the same for every one: see `readDateTime`. */
interface DateTimeForm {
  /** `second`: all of it. `month`: a time, a day and the seconds may be left out, from behind. */
  readonly least: 'second' | 'month';
  /** `Z`: UTC only. `offset`: also `+01:00`. */
  readonly zone: 'Z' | 'offset';
  /** Of `T` and `Z`. */
  readonly letters: 'upper' | 'any';
  /** In UTC; the last year is 9999. */
  readonly firstYear: 0 | 1970;
}

/** RFC 3339 section 5.6, with a `T` (a blank in its place is an option there). */
export const RFC_3339: DateTimeForm = { least: 'second', zone: 'offset', letters: 'any', firstYear: 1970 };
/** An xs:dateTime as SAML writes it: in UTC (SAML core section 1.3.3), with the letters of XML Schema. */
export const SAML_DATE_TIME: DateTimeForm = { least: 'second', zone: 'Z', letters: 'upper', firstYear: 1970 };
/** The W3C profile of ISO 8601, which IAM's date conditions take; rules may name any year. */
export const IAM_DATE: DateTimeForm = { least: 'month', zone: 'offset', letters: 'any', firstYear: 0 };

/** A point in time. */
export interface DateTime {
  /** Whole seconds since 1970-01-01T00:00:00Z, without leap seconds; of an earlier one less than 0. */
  readonly seconds: number;
  /** Decimals of the second, as written: 0 to 12 digits. */
  readonly fraction: string;
}

const TIME = '([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,12}))?)?(Z|z|([+-])([0-9]{2}):([0-9]{2}))';
const DATE_TIME = new RegExp(`^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:(T|t)${TIME})?)?$`);

/**
 * Reads a date and time in the given form, the one reader of every calendar here. null for what is not of the form, and
 * whatever the form for days that the month does not have, hour 24, second 60 (a leap second has no place in epoch
 * seconds), a time without its zone, an offset of 24 hours or more, and anything beyond year 9999 in UTC.
 */
export function readDateTime(text: string, form: DateTimeForm): DateTime | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day = '01', t, hour = '00', minute = '00', second, fraction = ''] = match;
  const [zone = 'Z', sign, zoneHour = '00', zoneMinute = '00'] = match.slice(9);
  if (form.least === 'second' && second === undefined) return null;
  if (form.zone === 'Z' && sign !== undefined) return null;
  if (form.letters === 'upper' && (t === 't' || zone === 'z')) return null;
  const midnight = startOfDay(Number(year), Number(month), Number(day));
  if (midnight === null || hour > '23' || minute > '59' || (second ?? '00') > '59') return null;
  if (zoneHour > '23' || zoneMinute > '59') return null;
  const offset = (Number(zoneHour) * 3600 + Number(zoneMinute) * 60) * (sign === '-' ? -1 : 1);
  const seconds = midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0) - offset;
  return seconds >= startOf(form.firstYear) && seconds <= END_OF_TIME ? { seconds, fraction } : null;
}

const startOf = (year: 0 | 1970): number => (year === 0 ? START_OF_TIME : 0);

/** 0000-01-01T00:00:00Z: ISO 8601 years have four digits. */
export const START_OF_TIME = -62_167_219_200;

/** Epoch seconds of that day's start, or null where the calendar has no such day. */
function startOfDay(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : null;
}
