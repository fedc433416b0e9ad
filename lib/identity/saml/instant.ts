import { type EpochSeconds, epochSeconds } from '../../time.ts';

const INSTANT = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?Z$/;

/**
 * Reads an xs:dateTime as SAML writes it (core section 1.3.3): UTC with a `Z`, at most nine decimals, a day that the calendar has, no leap
 * second, no hour 24. Returns null for anything else.
 */
export function parseInstant(text: string): EpochSeconds | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (year < 1970 || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return epochSeconds(date.getTime() / 1000 + Number(`0${match[7] ?? ''}`));
}
