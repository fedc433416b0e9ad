import { END_OF_TIME } from '../time.ts';

const EPOCH_SECONDS = /^(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,9}))?$/;
const TIME = '([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,9}))?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))';
const ISO_8601 = new RegExp(`^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:T${TIME})?)?$`, 'i');

/** 0000-01-01T00:00:00Z in epoch seconds: ISO 8601 years have four digits. */
const START_OF_TIME = -62_167_219_200;
const NANOSECONDS = 1_000_000_000n;

/**
 * Reads a date as IAM takes it: epoch seconds, or ISO 8601 in the W3C profile (RFC 3339, a day or a month; a time needs its zone).
 * Returns nanoseconds since the epoch, or null for anything else: days that the calendar lacks, hour 24, second 60, beyond year 9999.
 * Digits alone are epoch seconds, also four of them.
 */
export function parseInstant(text: string): bigint | null {
  const epoch = EPOCH_SECONDS.exec(text);
  if (epoch !== null) {
    const [, sign, whole = '', fraction = ''] = epoch;
    const size = Number(whole);
    return inRange(sign === '-' ? -size : size) ? nanoseconds(size, fraction) * (sign === '-' ? -1n : 1n) : null;
  }
  const iso = ISO_8601.exec(text);
  return iso === null ? null : calendarInstant(iso);
}

function calendarInstant(parts: RegExpExecArray): bigint | null {
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = ''] = parts;
  const [sign = '+', zoneHour = '00', zoneMinute = '00'] = parts.slice(8);
  const midnight = dayStart(Number(year), Number(month), Number(day));
  if (midnight === null || hour > '23' || minute > '59' || second > '59') return null;
  if (zoneHour > '23' || zoneMinute > '59') return null;
  const offset = (Number(zoneHour) * 3600 + Number(zoneMinute) * 60) * (sign === '-' ? -1 : 1);
  const time = midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  return inRange(time) ? nanoseconds(time, fraction) : null;
}

const inRange = (time: number): boolean => time >= START_OF_TIME && time <= END_OF_TIME;

const nanoseconds = (time: number, fraction: string): bigint =>
  BigInt(time) * NANOSECONDS + BigInt(fraction.padEnd(9, '0'));

/** Epoch seconds of that day's start, or null where the calendar has no such day. */
function dayStart(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : null;
}
