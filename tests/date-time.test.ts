import { describe, expect, it } from '@jest/globals';
import { IAM_DATE, RFC_3339, readDateTime, SAML_DATE_TIME } from '../lib/date-time.ts';

const NINE = 1_795_251_600;
const seconds = (text: string) => [RFC_3339, SAML_DATE_TIME, IAM_DATE].map((form) => readDateTime(text, form)?.seconds);

describe('a date and time', () => {
  it.each([
    ['2026-11-21T09:00:00Z', NINE],
    ['2026-11-21T09:00:00.1Z', NINE],
    ['2026-11-21T09:00:00.123456789012Z', NINE],
    ['2028-02-29T00:00:00Z', 1_835_395_200],
    ['2000-02-29T00:00:00Z', 951_782_400],
    ['1970-01-01T00:00:00Z', 0],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799],
  ])('is read alike by everybody: %s', (text, time) => {
    expect(seconds(text)).toEqual([time, time, time]);
  });

  it.each([
    ['the thirtieth of February', '2026-02-30T00:00:00Z'],
    ['a leap day of a common year', '2026-02-29T00:00:00Z'],
    ['a leap day of 1900', '1900-02-29T00:00:00Z'],
    ['the 31st of April', '2026-04-31T00:00:00Z'],
    ['day 0', '2026-11-00T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['hour 24', '2026-11-21T24:00:00Z'],
    ['minute 60', '2026-11-21T09:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['a time without its zone', '2026-11-21T09:00:00'],
    ['an offset of 24 hours', '2026-11-21T09:00:00+24:00'],
    ['an offset of 60 minutes', '2026-11-21T09:00:00+01:60'],
    ['an offset without a colon', '2026-11-21T09:00:00+0100'],
    ['beyond year 9999 in UTC', '9999-12-31T23:59:59-00:01'],
    ['five digits of a year', '12026-11-21T09:00:00Z'],
    ['a year before 0000', '-0001-11-21T09:00:00Z'],
    ['an empty fraction', '2026-11-21T09:00:00.Z'],
    ['a comma', '2026-11-21T09:00:00,1Z'],
    ['13 decimals', '2026-11-21T09:00:00.1234567890123Z'],
    ['a blank for T', '2026-11-21 09:00:00Z'],
    ['a week', '2026-W47-6'],
    ['a line end', '2026-11-21T09:00:00Z\n'],
    ['a blank in front', ' 2026-11-21T09:00:00Z'],
    ['other digits', '2026-11-21T09:00:0\u0660Z'],
    ['RFC 1123', 'Sat, 21 Nov 2026 09:00:00 GMT'],
    ['nothing', ''],
  ])('is not, for anybody, %s', (_name, text) => {
    expect(seconds(text)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['an offset', '2026-11-21T10:30:00+01:30', [NINE, undefined, NINE]],
    ['an unknown local offset (RFC 3339 section 4.3)', '2026-11-21T09:00:00-00:00', [NINE, undefined, NINE]],
    ['a small t', '2026-11-21t09:00:00Z', [NINE, undefined, NINE]],
    ['a small z', '2026-11-21T09:00:00z', [NINE, undefined, NINE]],
    ['no seconds', '2026-11-21T09:00Z', [undefined, undefined, NINE]],
    ['a day', '2026-11-21', [undefined, undefined, NINE - 32_400]],
    ['a month', '2026-11', [undefined, undefined, 1_793_491_200]],
    ['before the epoch', '1969-12-31T23:59:59Z', [undefined, undefined, -1]],
    ['before the epoch by its offset', '1970-01-01T00:59:59+01:00', [undefined, undefined, -1]],
    ['the first year', '0000-01-01T00:00:00Z', [undefined, undefined, -62_167_219_200]],
    ['before the first year by its offset', '0000-01-01T00:00:00+00:01', [undefined, undefined, undefined]],
  ])('is read by some only: %s', (_name, text, expected) => {
    expect(seconds(text)).toEqual(expected);
  });

  it('keeps the decimals as they were written', () => {
    expect(readDateTime('2026-11-21T09:00:00.250Z', RFC_3339)?.fraction).toBe('250');
    expect(readDateTime('2026-11-21T09:00:00Z', RFC_3339)?.fraction).toBe('');
  });
});
