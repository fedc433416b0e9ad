import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import { parseInstant, parseXmlDuration } from '../../../lib/identity/saml/xml-time.ts';
import { signedAssertion } from './idp.ts';
import { verifyXml } from './verifying.ts';

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const xmlText = fc
  .string({ unit: 'binary' })
  .filter((text) => !/[^\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text));

test('reads back whatever text was written, line ends in an attribute as blanks (XML 1.0 §3.3.3)', () => {
  fc.assert(
    fc.property(xmlText, xmlText, (text, value) => {
      const outcome = readXml(`<e a="${escaped(value)}">${escaped(text)}</e>`, MESSAGE_RULES);
      expect(outcome.ok && [outcome.value.text, outcome.value.attributes[0]?.value]).toEqual([
        text,
        value.replaceAll('\n', ' '),
      ]);
    }),
  );
});

test('reads a tab or a line end that stands in an attribute as a blank, and says so (XML 1.0 section 3.3.3)', () => {
  const outcome = readXml('<e a="1\t2\r\n3\r4\n5&#9;6" b=" "/>', MESSAGE_RULES);
  const read = outcome.ok ? outcome.value.attributes.map(({ value, folded }) => [value, folded]) : [];
  expect(read).toEqual([
    ['1 2 3 4 5\t6', true],
    [' ', false],
  ]);
});

test('answers whatever it is given, and never throws', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    "'",
    '=',
    ' ',
    'a',
    'xmlns',
    ':',
    '<a>',
    '</a>',
    '<!--',
    '-->',
    ']]>',
    '<?xml version="1.0"?>',
    '&#x41;',
    '&lt;',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      expect(typeof readXml(parts.join(''), MESSAGE_RULES).ok).toBe('boolean');
    }),
    { numRuns: 2000 },
  );
});

test('no single changed character of a signed assertion names somebody else', async () => {
  const xml = signedAssertion();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(xml.length - 1),
      fc.constantFrom('x', '<', '>', '"', ' ', '0', '&', '/'),
      async (at, character) => {
        const outcome = await verifyXml(xml.slice(0, at) + character + xml.slice(at + 1));
        if (outcome.ok)
          expect([outcome.value.subject, outcome.value.proof.tokenId]).toEqual(['alice@example.com', '_a1']);
      },
    ),
    { numRuns: 300 },
  );
});

describe('xs:dateTime', () => {
  it.each([
    ['2027-01-15T12:00:00Z', 1800014400],
    ['2027-01-15T12:00:00.5Z', 1800014400.5],
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
