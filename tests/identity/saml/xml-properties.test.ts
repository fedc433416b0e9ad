import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
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
