import { describe, expect, it } from '@jest/globals';
import {
  attribute,
  descendants,
  hasControl,
  noText,
  one,
  onlyAttributes,
  onlyText,
  type Place,
  plain,
  requiredAttribute,
  sequence,
  textOf,
} from '../../../lib/identity/saml/element.ts';
import { outcomeOf } from '../../../lib/identity/saml/refused.ts';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

function element(xml: string) {
  const read = readXml(xml, MESSAGE_RULES);
  if (!read.ok) throw new Error(`${xml} is not XML here`);
  return read.value;
}

/** What `read` gives, or why it refuses. */
function read<T>(reader: () => T): T | string {
  const outcome = outcomeOf(reader);
  return outcome.ok ? outcome.value : `${outcome.refusal.reason}: ${outcome.refusal.log?.found}`;
}

describe('an attribute', () => {
  it('is found by its name where it has no namespace', () => {
    const of = element('<a xmlns:p="urn:p" p:b="1" c="2"/>');
    expect([attribute(of, 'b'), attribute(of, 'c'), attribute(of, 'd')]).toEqual([null, '2', null]);
  });

  it('that must be there is refused where it is missing or empty', () => {
    const of = element('<a b="1" c=""/>');
    expect(requiredAttribute(of, 'b')).toBe('1');
    expect(read(() => requiredAttribute(of, 'c'))).toBe('saml_schema: a without c');
    expect(read(() => requiredAttribute(of, 'd'))).toBe('saml_schema: a without d');
  });

  it.each([
    ['<a b="1"/>', undefined],
    [`<a xmlns:xsi="${XSI}" xsi:type="x"/>`, undefined],
    ['<a c="1"/>', 'saml_schema: an attribute of a that the schema does not have'],
    ['<a xmlns:p="urn:p" p:b="1"/>', 'saml_schema: an attribute of a that the schema does not have'],
  ])('of %s may stand there: %s', (xml, refused) => {
    expect(read(() => onlyAttributes(element(xml), ['b']))).toBe(refused);
  });
});

describe('a text', () => {
  it.each(['\t', '\n', '\u007f', '\u0085'])('with %j in it is no value that is used', (control) => {
    expect(hasControl(`a${control}b`)).toBe(true);
    expect(read(() => plain(`a${control}b`, 'NameID'))).toBe('saml_control_character: NameID');
  });

  it('is the whole of its element', () => {
    expect(textOf(element('<a> b </a>'))).toBe(' b ');
    expect(hasControl(' b ')).toBe(false);
    expect(read(() => onlyText(element('<a>b<c/></a>')))).toBe('saml_schema: an element in the text of a');
    expect(read(() => textOf(element('<a>b\nc</a>')))).toBe('saml_control_character: a');
  });

  it('does not stand beside children, but for blanks', () => {
    expect(read(() => noText(element('<a> \n\t<b/> </a>')))).toBeUndefined();
    expect(read(() => noText(element('<a>x<b/></a>')))).toBe('saml_schema: text in a');
  });
});

describe('a sequence', () => {
  const PLACES: readonly Place[] = [
    ['b', 'urn:n', '1'],
    ['c', 'urn:n', '?'],
    ['d', 'urn:n', '*'],
    ['e', 'urn:n', '+'],
  ];
  const counts = (inner: string) =>
    read(() => sequence(element(`<a xmlns="urn:n">${inner}</a>`), PLACES).map(({ length }) => length));

  it.each([
    ['<b/><e/>', [1, 0, 0, 1]],
    ['<b/><c/><d/><d/><e/><e/>', [1, 1, 2, 2]],
    ['<e/>', 'saml_schema: a without b'],
    ['<b/>', 'saml_schema: a without e'],
    ['<b/><b/><e/>', 'saml_schema: a without e'],
    ['<b/><c/><c/><e/>', 'saml_schema: a without e'],
    ['<c/><b/><e/>', 'saml_schema: a without b'],
    ['<b/><e/><d/>', 'saml_schema: a child of a out of place'],
    ['<b/><e/><f/>', 'saml_schema: a child of a out of place'],
    ['<b xmlns="urn:other"/><e/>', 'saml_schema: a without b'],
    ['<b/>x<e/>', 'saml_schema: text in a'],
  ])('of %s is %j', (inner, expected) => {
    expect(counts(inner)).toEqual(expected);
  });

  it('is refused for another reason where that is asked for', () => {
    const refused = (inner: string) =>
      read(() => sequence(element(`<a>${inner}</a>`), [['b', '', '1']], 'saml_signature_shape'));
    expect(['', 'x<b/>', '<b/><b/>'].map(refused)).toEqual([
      'saml_signature_shape: a without b',
      'saml_signature_shape: text in a',
      'saml_signature_shape: a child of a out of place',
    ]);
  });

  it('gives the first of a place, which must be there', () => {
    const [b] = element('<a><b/><b/></a>').children;
    expect(one(element('<a><b/></a>').children).local).toBe('b');
    expect(b === undefined ? [] : one([b])).toBe(b);
    expect(read(() => one([]))).toBe('saml_schema: an element missing');
  });
});

it('names every element of a tree, in the order of the document', () => {
  const tree = element('<a><b><c/></b><d/></a>');
  expect([...descendants(tree)].map(({ local }) => local)).toEqual(['a', 'b', 'c', 'd']);
});
