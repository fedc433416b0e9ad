import { expect, it } from '@jest/globals';
import { element } from './element.ts';
import { attribute, attributes, ENVELOPED, EXCLUSIVE_C14N, response, signedAssertion, transform } from './idp.ts';
import { verdict } from './verifying.ts';
import { counted } from './work.ts';

const times = (count: number, part: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => part(at)).join('');
const filled = (bytes: number, part: string): string => part.repeat(Math.floor(bytes / part.length));
const prefixes = (count: number): string => times(count, (at) => ` xmlns:p${at}="urn:p"`);
const advice = (inner: string) => ({ advice: `<saml:Advice>${inner}</saml:Advice>` });
const extended = (inner: string) => ({ extensions: `<samlp:Extensions>${inner}</samlp:Extensions>` });
/** The same document with prefixes declared around all that is in it. */
const declaring = (count: number, xml: string): string =>
  xml.replace('<samlp:Response ', `<samlp:Response${prefixes(count)} `);
const wide = (name: string, count: number): string => times(count, (at) => ` ${name}a${1000 + at}=""`);
const LONG = `urn:${'x'.repeat(1000)}`;

/** Each makes a document of about so many bytes that is expensive in one way. */
const SHAPES: readonly (readonly [string, (bytes: number) => string])[] = [
  [
    'values',
    (bytes) =>
      response(
        signedAssertion({
          attributes: attributes(
            attribute('memberOf', ...Array.from({ length: bytes / 60 }, (_, at) => `group-${at}`)),
          ),
        }),
      ),
  ],
  ['references', (bytes) => response(signedAssertion(advice(`<x>${filled(bytes, '&amp;')}</x>`)))],
  ['elements', (bytes) => response(signedAssertion(advice(filled(bytes / 2, '<x></x>'))))],
  ['levels', (bytes) => response(signedAssertion(advice(filled(bytes / 2, '<x>'.repeat(80) + '</x>'.repeat(80)))))],
  ['attributes', (bytes) => response(signedAssertion(advice(filled(bytes, `<x${wide('', 200)}></x>`))))],
  [
    'default namespaces, with many prefixes in scope',
    (bytes) => declaring(220, response(signedAssertion(advice(filled(bytes / 2, '<x xmlns="b"></x>'))))),
  ],
  [
    'default namespaces outside of what is signed',
    (bytes) => declaring(220, response(signedAssertion(), extended(filled(bytes / 2, '<x xmlns="b"/>')))),
  ],
  [
    'prefixes declared level by level',
    (bytes) =>
      response(
        signedAssertion(
          advice(
            filled(bytes, times(80, (at) => `<p${at}:x xmlns:p${at}="u">`) + times(80, (at) => `</p${79 - at}:x>`)),
          ),
        ),
      ),
  ],
  [
    'a long list of prefixes, and attributes with prefixes',
    (bytes) =>
      response(
        signedAssertion(advice(`<x:x xmlns:x="u">${filled(bytes / 2, `<y${wide('x:', 200)}></y>`)}</x:x>`), {
          transforms:
            ENVELOPED +
            transform(
              EXCLUSIVE_C14N,
              element('ec:InclusiveNamespaces', {
                'xmlns:ec': EXCLUSIVE_C14N,
                PrefixList: filled(bytes / 2, 'a ').trim(),
              }),
            ),
        }),
      ),
  ],
  [
    'a long namespace of many attributes',
    (bytes) =>
      response(signedAssertion(advice(`<x:x xmlns:x="${LONG}">${filled(bytes, `<y${wide('x:', 200)}></y>`)}</x:x>`))),
  ],
];

const cost = async (document: string) => counted(() => verdict(document));

it.each(SHAPES)('%s: a document of twice the size costs twice the work', async (_name, document) => {
  await cost(document(1000));
  const [small, large] = [await cost(document(30_000)), await cost(document(60_000))];
  expect([small.value, large.value]).toEqual(['accepted', 'accepted']);
  expect(large.operations / small.operations).toBeLessThan(2.2);
});

it.each(SHAPES)('%s: a character costs few operations', async (_name, document) => {
  const xml = document(60_000);
  const { operations } = await cost(xml);
  expect(operations / xml.length).toBeLessThan(12);
});
