import { describe, expect, it, test } from '@jest/globals';
import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { canonicalize } from '../../../lib/identity/saml/exclusive-c14n.ts';
import { Refused } from '../../../lib/identity/saml/refused.ts';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import type { XmlElement } from '../../../lib/identity/saml/xml-tree.ts';

function rootOf(text: string): XmlElement {
  const outcome = readXml(text, MESSAGE_RULES);
  if (!outcome.ok) throw new TypeError(`${text}: ${outcome.refusal.log?.['found']}`);
  return outcome.value;
}
const inner = (text: string): XmlElement => rootOf(text).children[0] ?? rootOf(text);
const canonical = (element: XmlElement, ...inclusive: string[]): string =>
  canonicalize(element, { inclusive, without: null });

describe('exclusive canonicalization (W3C xml-exc-c14n section 3)', () => {
  it.each([
    ['writes an empty element with both tags', '<a/>', '<a></a>'],
    ['drops blanks inside of tags', '<a  b = "1"\n></a >', '<a b="1"></a>'],
    ['writes double quotes', "<a b='\"'/>", '<a b="&quot;"></a>'],
    ['expands references, and escapes what must be', '<a>&#65;&gt;&quot;&amp;&#13;</a>', '<a>A&gt;"&amp;&#xD;</a>'],
    ['keeps tabs and line ends of text', '<a>\t\r\n</a>', '<a>\t\n</a>'],
    ['turns written tabs and line ends of attributes to blanks', '<a b="\t\r\n"/>', '<a b="  "></a>'],
    ['keeps those that are references', '<a b="&#9;&#10;&#13;"/>', '<a b="&#x9;&#xA;&#xD;"></a>'],
    ['leaves > in attributes', '<a b="&gt;&lt;&amp;"/>', '<a b=">&lt;&amp;"></a>'],
    ['drops a declaration that no name uses', '<a xmlns:p="u"/>', '<a></a>'],
    ['declares a prefix where it is used first', '<a xmlns:p="u"><p:b/></a>', '<a><p:b xmlns:p="u"></p:b></a>'],
    [
      'declares it again for each of several siblings',
      '<a xmlns:p="u"><p:b/><p:c/></a>',
      '<a><p:b xmlns:p="u"></p:b><p:c xmlns:p="u"></p:c></a>',
    ],
    [
      'declares it once for those below',
      '<p:a xmlns:p="u"><b><p:c xmlns:p="u"/></b></p:a>',
      '<p:a xmlns:p="u"><b><p:c></p:c></b></p:a>',
    ],
    [
      'declares it anew where it means something else, and again behind that',
      '<p:a xmlns:p="u"><p:b xmlns:p="v"><p:c xmlns:p="u"/></p:b><p:d/></p:a>',
      '<p:a xmlns:p="u"><p:b xmlns:p="v"><p:c xmlns:p="u"></p:c></p:b><p:d></p:d></p:a>',
    ],
    ['declares what an attribute uses', '<a xmlns:p="u" p:b="1"/>', '<a xmlns:p="u" p:b="1"></a>'],
    ['knows xml: without a declaration', '<a xml:lang="en"/>', '<a xml:lang="en"></a>'],
    ['takes back a default namespace', '<a xmlns="u"><b xmlns=""/></a>', '<a xmlns="u"><b xmlns=""></b></a>'],
    ['writes no empty default namespace at the top', '<a xmlns=""/>', '<a></a>'],
    [
      'sorts declarations by prefix, the default one first',
      '<q:a xmlns:q="u" xmlns:B="v" xmlns:p="w" p:x="1" B:y="2"><b xmlns="z" xmlns:a="u" a:c=""/></q:a>',
      '<q:a xmlns:B="v" xmlns:p="w" xmlns:q="u" B:y="2" p:x="1"><b xmlns="z" xmlns:a="u" a:c=""></b></q:a>',
    ],
    [
      'sorts attributes by namespace and name, those without one first',
      '<a xmlns:q="u1" xmlns:p="u2" p:a="1" q:b="2" z="3" y="4" q:a="5"/>',
      '<a xmlns:p="u2" xmlns:q="u1" y="4" z="3" q:a="5" q:b="2" p:a="1"></a>',
    ],
    [
      'keeps the namespace of an element whose attributes have none',
      '<a xmlns="u" b="1"><c d="2"/></a>',
      '<a xmlns="u" b="1"><c d="2"></c></a>',
    ],
    ['keeps text and elements in their order', '<a>1<b/>2<c/>3</a>', '<a>1<b></b>2<c></c>3</a>'],
  ])('%s', (_rule, text, expected) => {
    expect(canonical(rootOf(text))).toBe(expected);
  });

  const LISTED = '<r xmlns:p="u" xmlns:q="v" xmlns="d"><p:a><b xmlns:q="w"/><c/></p:a></r>';
  it.each<[string, string[], string]>([
    [
      'takes no prefix from around the element by itself',
      [],
      '<p:a xmlns:p="u"><b xmlns="d"></b><c xmlns="d"></c></p:a>',
    ],
    [
      'takes listed ones, and what is declared for them below',
      ['q', 'nobody'],
      '<p:a xmlns:p="u" xmlns:q="v"><b xmlns="d" xmlns:q="w"></b><c xmlns="d"></c></p:a>',
    ],
    ['takes #default as the default namespace', ['#default'], '<p:a xmlns="d" xmlns:p="u"><b></b><c></c></p:a>'],
    ['never declares xml', ['xml'], '<p:a xmlns:p="u"><b xmlns="d"></b><c xmlns="d"></c></p:a>'],
  ])('%s', (_rule, inclusive, expected) => {
    expect(canonical(inner(LISTED), ...inclusive)).toBe(expected);
  });

  it('leaves one child out, and the text around it in', () => {
    const root = rootOf('<a>1<b><c/></b>2<b/></a>');
    expect(canonicalize(root, { inclusive: [], without: root.children[0] ?? null })).toBe('<a>12<b></b></a>');
  });

  it('is at most 1 MB long', () => {
    const [most, element] = [1_048_576, '<a></a>'];
    const text = (length: number) => canonical(rootOf(`<a>${'x'.repeat(length - element.length)}</a>`)).length;
    expect(text(most)).toBe(most);
    expect(() => text(most + 1)).toThrow(Refused);
  });

  it('ends where the outcome is over 1 MB: a namespace comes again with every sibling', () => {
    const element = rootOf(`<a xmlns:p="urn:${'x'.repeat(1000)}">${'<p:b/>'.repeat(1100)}</a>`);
    expect(() => canonical(element)).toThrow(Refused);
    expect(canonical(rootOf(`<a xmlns:p="urn:${'x'.repeat(1000)}">${'<p:b/>'.repeat(900)}</a>`)).length).toBeLessThan(
      1 << 20,
    );
  });
});

/** Trees in which every prefix has one meaning: for others the library is not right itself. */
const NAMESPACES = { p: 'urn:p', q: 'urn:q', x: 'urn:x' } as const;
const prefix = fc.constantFrom('', 'p:', 'q:', 'x:');
const declared = fc.subarray(Object.keys(NAMESPACES) as (keyof typeof NAMESPACES)[]);
const content = fc.constantFrom('', 'text', ' \n', '&lt;&amp;&#13;', 'é𝒜', '"');
const attributes = fc.subarray(['b="1"', "c='&quot;&#9;'", 'p:d="&lt;"', 'q:d=""', 'x:e="é"']);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .tuple(
      prefix,
      fc.constantFrom('a', 'b'),
      declared,
      attributes,
      fc.array(fc.tuple(content, fc.oneof({ maxDepth: 4 }, fc.constant(''), tie('tree'))), { maxLength: 3 }),
      content,
    )
    .map(([ns, local, names, written, parts, last]) => {
      const start = [`${ns}${local}`, ...names.map((name) => `xmlns:${name}="${NAMESPACES[name]}"`), ...written].join(
        ' ',
      );
      return `<${start}>${parts.flat().join('')}${last}</${ns}${local}>`;
    }),
}));

test('makes what xml-crypto makes', () => {
  const outer = Object.entries(NAMESPACES)
    .map(([name, namespace]) => `xmlns:${name}="${namespace}"`)
    .join(' ');
  fc.assert(
    fc.property(tree, fc.subarray(['p', 'q', 'x']), (text, inclusive) => {
      const whole = `<r ${outer}>${text}</r>`;
      const node = new DOMParser().parseFromString(whole, 'text/xml').documentElement?.firstChild;
      const ancestorNamespaces = Object.entries(NAMESPACES).map(([name, namespaceURI]) => ({
        prefix: name,
        namespaceURI,
      }));
      const theirs = new ExclusiveCanonicalization().process(
        node as never,
        {
          inclusiveNamespacesPrefixList: inclusive,
          ancestorNamespaces,
        } as never,
      );
      expect(canonical(inner(whole), ...inclusive)).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});

test('is its own canonical form', () => {
  fc.assert(
    fc.property(tree, (text) => {
      const once = canonical(inner(`<r xmlns:p="urn:p" xmlns:q="urn:q" xmlns:x="urn:x">${text}</r>`));
      expect(canonical(rootOf(once))).toBe(once);
    }),
  );
});
