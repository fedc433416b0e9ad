import { describe, expect, it } from '@jest/globals';
import { parseInstant, parseXmlDuration } from '../../../lib/identity/saml/xml-time.ts';

describe('xs:dateTime', () => {
  it.each([
    ['2027-01-15T12:00:00Z', 1800014400],
    ['2027-01-15T12:00:00.5Z', 1800014400.5],
    ['1970-01-01T00:00:01Z', 1],
    ['9999-12-31T23:59:59Z', 253_402_300_799],
    ['1969-12-31T23:59:59Z', null],
    ['2027-01-15', null],
    ['2027-01-15t12:00:00Z', null],
    ['', null],
    ['2028-02-29T00:00:00Z', 1835395200],
    ['2027-02-29T00:00:00Z', null],
    ['2027-02-30T00:00:00Z', null],
    ['2027-01-15T24:00:00Z', null],
    ['2027-01-15T12:60:00Z', null],
    ['2027-01-15T12:00:60Z', null],
    ['2027-01-15T12:00:00', null],
    ['2027-01-15T12:00:00z', null],
    ['2027-01-15 12:00:00Z', null],
    ['2027-01-15T12:00:00+01:00', null],
    ['27-01-15T12:00:00Z', null],
    ['-2027-01-15T12:00:00Z', null],
    ['12027-01-15T12:00:00Z', null],
    ['2027-01-15T12:00:00.Z', null],
    [' 2027-01-15T12:00:00Z', null],
  ])('%s is %s', (text, time) => {
    expect(parseInstant(text)).toBe(time);
  });
});

describe('xs:duration', () => {
  const DAY = 86_400;
  it.each([
    ['PT0S', 0],
    ['PT1S', 1],
    ['PT1.999S', 1],
    ['PT1M', 60],
    ['PT1H', 3600],
    ['P1D', DAY],
    ['P1M', 28 * DAY],
    ['P1Y', 365 * DAY],
    ['P1Y2M3DT4H5M6.7S', (365 + 56 + 3) * DAY + 4 * 3600 + 5 * 60 + 6],
    [
      'P9999Y9999M999999DT999999H99999999M999999999S',
      (9999 * (365 + 28) + 999_999) * DAY + 999_999 * 3600 + 99_999_999 * 60 + 999_999_999,
    ],
    ['P10000Y', null],
    ['P10000M', null],
    ['P1000000D', null],
    ['PT1000000H', null],
    ['PT100000000M', null],
    ['PT1000000000S', null],
    ['PT.5S', null],
    ['PT1.S', null],
    ['PT1.5M', null],
    ['P1S', null],
    ['P1', null],
    ['P1W', null],
    ['1D', null],
    ['PT1M1H', null],
    ['PT5,5S', null],
    ['P1H', null],
    ['PT1D', null],
    ['P1DT', null],
    ['P', null],
    ['PT', null],
    ['-PT1H', null],
    ['xPT1H', null],
    ['PT1Hx', null],
    ['1h', null],
    ['', null],
  ])('%s is %s seconds', (text, length) => {
    expect(parseXmlDuration(text)).toBe(length);
  });
});
