import { describe, expect, it } from '@jest/globals';
import { canonicalize } from '../../../lib/identity/saml/exclusive-c14n.ts';
import { MESSAGE_RULES, METADATA_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import { prefixesInScope } from '../../../lib/identity/saml/xml-tree.ts';

/** The document in canonical form, or the reason why it is not read, in words of the log, and where reading ended. */
function read(text: string, rules = MESSAGE_RULES, outer?: ReadonlyMap<string, string>): string {
  const reading = readXml(text, rules, outer);
  if (reading.ok) return canonicalize(reading.value, { inclusive: [], without: null });
  return `${reading.refusal.reason}: ${reading.refusal.log?.found} @${reading.at}`;
}

describe('a document is read', () => {
  it.each([
    ['<a/>', '<a></a>'],
    ['<a />', '<a></a>'],
    ['<a\n\t b\r=\n"1"/>', '<a b="1"></a>'],
    ["<a b='1'/>", '<a b="1"></a>'],
    ['<a></a \n>', '<a></a>'],
    [' \t\r\n<a/>\n ', '<a></a>'],
    ['<a-b.c_1é xmlns:p-1="u" p-1:x=""/>', '<a-b.c_1é xmlns:p-1="u" p-1:x=""></a-b.c_1é>'],
    ['<𐀀/>', '<𐀀></𐀀>'],
    ['<a>&lt;&gt;&amp;&quot;&apos;</a>', '<a>&lt;&gt;&amp;"\'</a>'],
    ['<a b="&lt;&gt;&amp;&quot;&apos;"/>', '<a b="&lt;>&amp;&quot;\'"></a>'],
    ['<a>&#65;&#x42;&#x43;&#0068;&#x10ffff;&#1114111;&#x9;</a>', '<a>ABCD\u{10ffff}\u{10ffff}\t</a>'],
    ['<a>x&amp;y&lt;z</a>', '<a>x&amp;y&lt;z</a>'],
    ['<a>\r\n\r\u2028</a>', '<a>\n\n\u2028</a>'],
    ['<a>]]&gt; ] ]></a>', '<a>]]&gt; ] ]&gt;</a>'],
    ['<a b="]]>"/>', '<a b="]]>"></a>'],
    ['<?xml version="1.0"?><a/>', '<a></a>'],
    ["<?xml\tversion = '1.0' encoding\n=\n'utf-8' standalone = \"no\" ?>\n<a/>", '<a></a>'],
    ['<?xml version="1.0" standalone="yes"?><a/>', '<a></a>'],
    ['<a xmlns="u"><b xmlns=""/><c/></a>', '<a xmlns="u"><b xmlns=""></b><c></c></a>'],
    ['<a><p:b xmlns:p="1"/><p:b xmlns:p="2"/></a>', '<a><p:b xmlns:p="1"></p:b><p:b xmlns:p="2"></p:b></a>'],
    [
      '<p:a xmlns:p="1"><p:b xmlns:p="2"><p:c/></p:b><p:d/></p:a>',
      '<p:a xmlns:p="1"><p:b xmlns:p="2"><p:c></p:c></p:b><p:d></p:d></p:a>',
    ],
    ['<p:a xmlns:p="1"><b xmlns:p="2"/><p:c/></p:a>', '<p:a xmlns:p="1"><b></b><p:c></p:c></p:a>'],
    ['<a xmlns:p="u" p:x="1" x="2"/>', '<a xmlns:p="u" x="2" p:x="1"></a>'],
    [`<a xmlns="${'u'.repeat(1024)}"/>`, `<a xmlns="${'u'.repeat(1024)}"></a>`],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('in which prefixes are in scope that are declared around it', () => {
    const outer = new Map([
      ['p', 'urn:p'],
      ['q', 'urn:q'],
    ]);
    expect(read('<p:a q:b=""/>', MESSAGE_RULES, outer)).toBe('<p:a xmlns:p="urn:p" xmlns:q="urn:q" q:b=""></p:a>');
    expect(read('<p:a xmlns:p="urn:own"/>', MESSAGE_RULES, outer)).toBe('<p:a xmlns:p="urn:own"></p:a>');
    expect(read('<r:a/>', MESSAGE_RULES, outer)).toBe('saml_xml_forbidden: an undeclared prefix @4');
  });

  it('with comments where people write them', () => {
    const text = '<!-- a -- ><!----><a><!-- - -->1<!--<b>&c;-->2</a><!-- c -->';
    expect(read(text.replace('<!-- a -- >', ''), METADATA_RULES)).toBe('<a>12</a>');
    expect(read(text, METADATA_RULES)).toBe('saml_not_xml: a comment that does not end @0');
  });

  it('with what is in scope of each element', () => {
    const reading = readXml('<a xmlns:p="1" xmlns:q="2" xmlns="3"><b xmlns:p="4"/></a>', MESSAGE_RULES);
    const inner = reading.ok ? reading.value.children[0] : undefined;
    expect(inner === undefined ? null : Object.fromEntries(prefixesInScope(inner))).toEqual({
      p: '4',
      q: '2',
      '': '3',
    });
  });
});

describe('a document is refused, with the place', () => {
  it.each([
    ['', 'saml_not_xml: no element @0'],
    ['a', 'saml_not_xml: no element @0'],
    ['<', 'saml_not_xml: not a name @1'],
    ['<1a/>', 'saml_not_xml: not a name @1'],
    ['<:a/>', 'saml_not_xml: not a name @1'],
    ['<a:/>', 'saml_not_xml: not a name @2'],
    ['<a:b:c/>', 'saml_not_xml: not a name @4'],
    ['<a b/>', 'saml_not_xml: = missing @4'],
    ['<a b=/>', 'saml_not_xml: an attribute without quotes @5'],
    ['<a b=1/>', 'saml_not_xml: an attribute without quotes @5'],
    ['<a b="1/>', 'saml_not_xml: an attribute that does not end @5'],
    ['<a b="1\'/>', 'saml_not_xml: an attribute that does not end @5'],
    ['<a b="<"/>', 'saml_not_xml: < in an attribute @6'],
    ['<a b="1"c="2"/>', 'saml_not_xml: > missing @8'],
    ['<a b="" b=""/>', 'saml_not_xml: an attribute twice @9'],
    ['<a xmlns:p="u" xmlns:p="v"/>', 'saml_not_xml: an attribute twice @22'],
    ['<a xmlns:p="u" xmlns:q="u" p:x="" q:x=""/>', 'saml_not_xml: an attribute twice @40'],
    ['<a', 'saml_not_xml: > missing @2'],
    ['<a/', 'saml_not_xml: > missing @3'],
    ['<a/ >', 'saml_not_xml: > missing @3'],
    ['<a>', 'saml_not_xml: an element that does not end @3'],
    ['<a>x', 'saml_not_xml: an element that does not end @3'],
    ['<a></b>', 'saml_not_xml: an end tag of another name @6'],
    ['<a></a', 'saml_not_xml: > missing @6'],
    ['<a></>', 'saml_not_xml: not a name @5'],
    ['<a><b></a></b>', 'saml_not_xml: an end tag of another name @9'],
    ['<a>]]></a>', 'saml_not_xml: ]]> in text @3'],
    ['<a/><b/>', 'saml_not_xml: text behind the root element @4'],
    ['<a/>x', 'saml_not_xml: text behind the root element @4'],
    ['<a/></a>', 'saml_not_xml: text behind the root element @4'],
    ['<a>x\u0001</a>', 'saml_not_xml: a character that XML 1.0 does not have @4'],
    ['<a>\uFFFE</a>', 'saml_not_xml: a character that XML 1.0 does not have @3'],
    ['<a>\uFFFF</a>', 'saml_not_xml: a character that XML 1.0 does not have @3'],
    ['<a>\uD800</a>', 'saml_not_xml: a character that XML 1.0 does not have @3'],
    ['<a>\u001F</a>', 'saml_not_xml: a character that XML 1.0 does not have @3'],
    ['<a b="1\u0000"/>', 'saml_not_xml: a character that XML 1.0 does not have @7'],
    ['<a>&#0;</a>', 'saml_not_xml: a reference to a character that XML 1.0 does not have @7'],
    ['<a>&#xD800;</a>', 'saml_not_xml: a reference to a character that XML 1.0 does not have @11'],
    ['<a>&#x110000;</a>', 'saml_not_xml: a reference to a character that XML 1.0 does not have @13'],
    ['<a>&#1114112;</a>', 'saml_not_xml: a reference to a character that XML 1.0 does not have @13'],
    ['<a>&#x0000041;</a>', 'saml_xml_forbidden: an entity @14'],
    ['<a>&#00000065;</a>', 'saml_xml_forbidden: an entity @14'],
    ['<a>&#x;</a>', 'saml_xml_forbidden: an entity @7'],
    ['<a>&#X41;</a>', 'saml_xml_forbidden: an entity @9'],
    ['<a>&nbsp;</a>', 'saml_xml_forbidden: an entity @9'],
    ['<a>& </a>', 'saml_xml_forbidden: an entity @5'],
    ['<a b="&x;"/>', 'saml_xml_forbidden: an entity @10'],
    ['<!DOCTYPE a><a/>', 'saml_xml_forbidden: <!DOCTYPE @0'],
    ['<a><!DOCTYPE a></a>', 'saml_xml_forbidden: <!DOCTYPE @3'],
    ['<a><!-- --></a>', 'saml_xml_forbidden: <!-- @3'],
    ['<!-- --><a/>', 'saml_xml_forbidden: <!-- @0'],
    ['<a/><!-- -->', 'saml_xml_forbidden: <!-- @4'],
    ['<a><![CDATA[x]]></a>', 'saml_xml_forbidden: <![CDATA[ @3'],
    ['<a><!ELEMENT b></a>', 'saml_xml_forbidden: <! @3'],
    ['<a><?x y?></a>', 'saml_xml_forbidden: <? @3'],
    ['<?x y?><a/>', 'saml_xml_forbidden: <? @0'],
    [' <?xml version="1.0"?><a/>', 'saml_xml_forbidden: <? @1'],
    ['<a><?xml version="1.0"?></a>', 'saml_xml_forbidden: <? @3'],
    ['<?xml version="1.1"?><a/>', 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0'],
    ['<?xml version="1x0"?><a/>', 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0'],
    ['<?xml version="1.0\'?><a/>', 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0'],
    [
      '<?xml version="1.0" encoding="utf-16"?><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    [
      '<?xml version="1.0" encoding="utf-8\'?><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    [
      '<?xml version="1.0" encoding="utf-8"standalone="no"?><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    [
      '<?xml version="1.0" standalone="maybe"?><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    [
      '<?xml version="1.0" standalone="no\'?><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    ['<?xmlversion="1.0"?><a/>', 'saml_xml_forbidden: <? @0'],
    ['<?xml encoding="utf-8"?><a/>', 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0'],
    [
      '<?xml version="1.0" encoding="utf-8" ><a/>',
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0',
    ],
    ['<?xml?><a/>', 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8 @0'],
    ['<p:a/>', 'saml_xml_forbidden: an undeclared prefix @4'],
    ['<a p:b=""/>', 'saml_xml_forbidden: an undeclared prefix @9'],
    ['<xmlns:a/>', 'saml_xml_forbidden: an undeclared prefix @8'],
    ['<a><b xmlns:p="u"/><p:c/></a>', 'saml_xml_forbidden: an undeclared prefix @23'],
    ['<a><b xmlns:p="u"></b><p:c/></a>', 'saml_xml_forbidden: an undeclared prefix @26'],
    ['<a xmlns:p=""/>', 'saml_not_xml: a namespace declaration @13'],
    ['<a xmlns:xml="urn:x"/>', 'saml_not_xml: a namespace declaration @20'],
    ['<a xmlns:xmlns="urn:x"/>', 'saml_not_xml: a namespace declaration @22'],
    ['<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', 'saml_not_xml: a namespace declaration @49'],
    ['<a xmlns="http://www.w3.org/2000/xmlns/"/>', 'saml_not_xml: a namespace declaration @40'],
    [`<a xmlns="${'u'.repeat(1025)}"/>`, 'saml_too_large: a namespace name @1036'],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['<!--x', 'saml_not_xml: a comment that does not end @0'],
    ['<!--x--y--><a/>', 'saml_not_xml: a comment that does not end @0'],
    ['<!--->', 'saml_not_xml: a comment that does not end @0'],
    ['<!--x\u0000--><a/>', 'saml_not_xml: a character that XML 1.0 does not have @5'],
    ['<!-- --><?x?><a/>', 'saml_xml_forbidden: <? @8'],
    ['<a/><!-- --><!DOCTYPE a>', 'saml_xml_forbidden: <!DOCTYPE @12'],
  ])('of metadata: %j', (text, expected) => {
    expect(read(text, METADATA_RULES)).toBe(expected);
  });

  const levels = (count: number): string => '<a>'.repeat(count) + '</a>'.repeat(count);
  const wide = (count: number): string => `<a${Array.from({ length: count }, (_, at) => ` b${at}=""`).join('')}/>`;
  const long = (count: number): string => `<a>${'<b></b>'.repeat(count - 1)}</a>`;
  const rulesOf = { 'a message': MESSAGE_RULES, metadata: METADATA_RULES };

  it.each([
    ['a message', 'levels', 100, levels, 'deeper than 100 levels @300'],
    ['metadata', 'levels', 100, levels, 'deeper than 100 levels @300'],
    ['a message', 'attributes', 256, wide, 'more than 256 attributes @1948'],
    ['metadata', 'attributes', 256, wide, 'more than 256 attributes @1948'],
    ['a message', 'elements', 5_000, long, 'more than 5000 elements @34996'],
    ['metadata', 'elements', 50_000, long, 'more than 50000 elements @349996'],
  ] as const)('of %s that has more %s than %d', (kind, _what, most, written, reason) => {
    expect(readXml(written(most), rulesOf[kind]).ok).toBe(true);
    expect(read(written(most + 1), rulesOf[kind])).toBe(`saml_too_large: ${reason}`);
  });
});
