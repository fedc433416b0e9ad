import { describe, expect, it } from '@jest/globals';
import { parseRfc3339, toRfc3339Milliseconds } from '../../lib/ledger/instant.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { NINE } from './a-record.ts';

it('is written in UTC with milliseconds', () => {
  expect(toRfc3339Milliseconds(NINE)).toBe('2026-11-21T09:00:00.250Z');
  expect(toRfc3339Milliseconds(epochMilliseconds(NINE - 250))).toBe('2026-11-21T09:00:00.000Z');
});

describe('an instant of RFC 3339', () => {
  it.each([
    ['in UTC', '2026-11-21T09:00:00.250Z', NINE],
    ['in lower case', '2026-11-21t09:00:00.250z', NINE],
    ['east of Greenwich', '2026-11-21T10:30:00.250+01:30', NINE],
    ['west of Greenwich', '2026-11-20T22:00:00.250-11:00', NINE],
    ['without a fraction', '2026-11-21T09:00:00Z', NINE - 250],
    ['with tenths', '2026-11-21T09:00:00.2Z', NINE - 50],
    ['on a leap day', '2028-02-29T00:00:00Z', 1_835_395_200_000],
    ['at the epoch', '1970-01-01T00:00:00Z', 0],
    ['at the end of time', '9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('is read %s', (_, text, time) => {
    expect(parseRfc3339(text)).toBe(time);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((digit) => [3, 8, 11].map((place) => [digit, place] as const)))(
    'counts as the next millisecond by a %d in place %d of its fraction',
    (digit, place) => {
      const fraction = `250${'0'.repeat(place - 3)}${digit}`;
      expect(parseRfc3339(`2026-11-21T09:00:00.${fraction}Z`, 'up')).toBe(NINE + 1);
      expect(parseRfc3339(`2026-11-21T09:00:00.${fraction}Z`, 'down')).toBe(NINE);
      expect(parseRfc3339(`2026-11-21T09:00:00.${fraction}Z`)).toBe(NINE);
    },
  );

  it.each(['2', '25', '250', '257', '2500', '257000000000'])(
    'is itself up and down with the fraction %s',
    (fraction) => {
      const whole = NINE - 250 + Number(fraction.slice(0, 3).padEnd(3, '0'));
      expect(parseRfc3339(`2026-11-21T09:00:00.${fraction}Z`, 'up')).toBe(whole);
      expect(parseRfc3339(`2026-11-21T09:00:00.${fraction}Z`, 'down')).toBe(whole);
    },
  );

  it('finer than a millisecond is cut off, or counts as the next one', () => {
    expect(parseRfc3339('2026-11-21T09:00:00.250001Z', 'down')).toBe(NINE);
    expect(parseRfc3339('2026-11-21T09:00:00.250001Z', 'up')).toBe(NINE + 1);
    expect(parseRfc3339('2026-11-21T09:00:00.250000Z', 'up')).toBe(NINE);
  });

  it.each([
    ['a date', '2026-11-21'],
    ['no offset', '2026-11-21T09:00:00'],
    ['a blank for T', '2026-11-21 09:00:00Z'],
    ['a blank where a plus was decoded', '2026-11-21T09:00:00 01:00'],
    ['the thirtieth of February', '2026-02-30T00:00:00Z'],
    ['a leap day of a common year', '2026-02-29T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['hour 24', '2026-11-21T24:00:00Z'],
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['offset hour 24', '2026-11-21T09:00:00+24:00'],
    ['an empty fraction', '2026-11-21T09:00:00.Z'],
    ['five digits of a year', '12026-11-21T09:00:00Z'],
    ['before the epoch', '1969-12-31T23:59:59Z'],
    ['beyond year 9999 in UTC', '9999-12-31T23:59:59-01:00'],
    ['epoch seconds', '1795251600'],
    ['a final newline', '2026-11-21T09:00:00Z\n'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(parseRfc3339(text)).toBeNull();
  });
});
