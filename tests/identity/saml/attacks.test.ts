import { describe, expect, it } from '@jest/globals';
import { seconds } from '../../../lib/time.ts';
import { element } from './element.ts';
import {
  assertionHalves,
  authn,
  bearer,
  bearerData,
  conditions,
  ENVELOPED,
  EXCLUSIVE,
  EXCLUSIVE_C14N,
  keyInfo,
  nameId,
  response,
  responseHalves,
  signature,
  signedAssertion,
  signedResponse,
  transform,
  unsignedAssertion,
} from './idp.ts';
import { logged } from './verifying.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const GOOD = signedAssertion();
const EVIL = unsignedAssertion({ id: '_evil', nameId: nameId('mallory@example.com') });
const [before, behind] = assertionHalves();
const SIGNATURE = signature(before + behind, '_a1');
const UNSIGNED = before + behind;
const [evilBefore, evilBehind] = assertionHalves({ id: '_evil', nameId: nameId('mallory@example.com') });
const evilWith = (inner: string): string => evilBefore + inner + evilBehind;
const object = (inner: string): string =>
  SIGNATURE.replace('</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`);
const [rBefore, rBehind] = responseHalves(UNSIGNED);
const RESPONSE_SIGNATURE = signature(rBefore + rBehind, '_r1');
const [eBefore, eBehind] = responseHalves(EVIL, { id: '_evilr' });

describe('signature wrapping (Somorovsky et al., "On Breaking SAML")', () => {
  it.each([
    [
      'XSW1: the signed response inside the signature of a forged one',
      eBefore +
        RESPONSE_SIGNATURE.replace('</ds:Signature>', `<ds:Object>${rBefore}${rBehind}</ds:Object></ds:Signature>`) +
        eBehind,
    ],
    [
      'XSW2: the signed response before the signature of a forged one',
      `${eBefore}${rBefore}${rBehind}${RESPONSE_SIGNATURE}${eBehind}`,
    ],
    ['XSW3: a forged assertion before the signed one', response(EVIL + GOOD)],
    [
      'XSW4: a forged assertion around the signed one',
      response(evilWith('').replace('</saml:Assertion>', `${GOOD}</saml:Assertion>`)),
    ],
    ['XSW5: the signature in the forged assertion, the original behind', response(evilWith(SIGNATURE) + UNSIGNED)],
    [
      'XSW6: the original in the signature of the forged assertion',
      response(evilWith(SIGNATURE.replace('</ds:Signature>', `${UNSIGNED}</ds:Signature>`))),
    ],
    [
      'XSW7: a forged assertion in Extensions',
      response(GOOD, { extensions: `<samlp:Extensions>${EVIL}</samlp:Extensions>` }),
    ],
    ['XSW8: the original in an Object of the signature', response(evilWith(object(UNSIGNED)))],
    ['a second assertion in Advice', response(signedAssertion({ advice: `<saml:Advice>${EVIL}</saml:Advice>` }))],
    ['a second assertion under another namespace', response(`${GOOD}<x:Assertion xmlns:x="urn:x"></x:Assertion>`)],
  ])('%s is refused as several assertions', async (_rule, xml) => {
    expect(await logged(xml)).toBe('saml_several_assertions: 2 assertions');
    expect(await logged(xml, { connection: { signed: 'response' } })).toBe('saml_several_assertions: 2 assertions');
  });

  it.each([
    ['two elements of one ID', response(GOOD, { id: '_a1' }), 'saml_duplicate_id: an identifier twice'],
    [
      'one ID as ID and as Id',
      response(GOOD, { extensions: '<samlp:Extensions><x:e xmlns:x="urn:x" Id="_a1"></x:e></samlp:Extensions>' }),
      'saml_duplicate_id: an identifier twice',
    ],
    [
      'one ID as ID and as xml:id',
      response(GOOD, { extensions: '<samlp:Extensions><x:e xmlns:x="urn:x" xml:id="_a1"></x:e></samlp:Extensions>' }),
      'saml_duplicate_id: an identifier twice',
    ],
    [
      'a signature in Extensions',
      response(UNSIGNED, { extensions: `<samlp:Extensions>${SIGNATURE}</samlp:Extensions>` }),
      'saml_signature_shape: a signature elsewhere',
    ],
    [
      'a signature of another namespace',
      response(before + SIGNATURE.replaceAll(DS, 'urn:x') + behind),
      'saml_signature_shape: a signature elsewhere',
    ],
    [
      'a signature at the end of the assertion',
      response(before + behind.replace('</saml:Assertion>', `${SIGNATURE}</saml:Assertion>`)),
      'saml_schema: a statement that is not known',
    ],
    [
      'two signatures of the assertion',
      response(before + SIGNATURE + SIGNATURE + behind),
      'saml_schema: Assertion without Subject',
    ],
    [
      'the assertion of one response in another of its IdP, its signature moved to the response',
      `${rBefore}${SIGNATURE}${rBehind}`,
      'saml_unsigned',
    ],
    [
      'an Object in the signature',
      response(before + object('x') + behind),
      'saml_signature_shape: a child of Signature out of place',
    ],
    [
      'a reference to the response',
      response(before + signature(rBefore + rBehind, '_r1') + behind),
      'saml_signature_shape: a reference to another element than the parent',
    ],
    [
      'an empty reference',
      response(signedAssertion({}, { reference: '' })),
      'saml_signature_shape: a reference to another element than the parent',
    ],
    [
      'an XPointer',
      response(signedAssertion({}, { reference: "#xpointer(id('_a1'))" })),
      'saml_signature_shape: a reference to another element than the parent',
    ],
    [
      'two references',
      response(before + SIGNATURE.replace(/(<ds:Reference.*<\/ds:Reference>)/, '$1$1') + behind),
      'saml_signature_shape: a child of SignedInfo out of place',
    ],
    [
      'two SignedInfo (CVE-2025-29774)',
      response(before + SIGNATURE.replace(/(<ds:SignedInfo>.*<\/ds:SignedInfo>)/, '$1$1') + behind),
      'saml_signature_shape: Signature without SignatureValue',
    ],
    [
      'two DigestValue',
      response(before + SIGNATURE.replace(/(<ds:DigestValue>.*<\/ds:DigestValue>)/, '$1$1') + behind),
      'saml_signature_shape: a child of Reference out of place',
    ],
    [
      'a comment in DigestValue (CVE-2025-29775)',
      response(before + SIGNATURE.replace('<ds:DigestValue>', '<ds:DigestValue><!--x-->') + behind),
      'saml_xml_forbidden: <!--',
    ],
    [
      'an element in DigestValue',
      response(before + SIGNATURE.replace('<ds:DigestValue>', '<ds:DigestValue><x></x>') + behind),
      'saml_signature_shape: DigestValue is not base64',
    ],
  ])('%s', async (_rule, xml, reason) => {
    expect(await logged(xml)).toBe(reason);
  });
});

describe('the signature', () => {
  const rsa = element(
    'ds:KeyInfo',
    {},
    '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQ==</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>',
    '</ds:KeyValue>',
  );
  const foreign = keyInfo('stranger');
  it.each([
    ['is missing', response(UNSIGNED), 'saml_unsigned'],
    [
      'is on the response only (a signed response around an unsigned assertion)',
      signedResponse(UNSIGNED),
      'saml_unsigned',
    ],
    ['is by another key', response(signedAssertion({}, { key: 'stranger' })), 'signature_invalid: the signature'],
    [
      'is by the key in KeyInfo (certificate swap)',
      response(signedAssertion({}, { key: 'stranger', keyInfo: foreign })),
      'signature_invalid: the signature',
    ],
    [
      'is by another key, with a key value in KeyInfo',
      response(signedAssertion({}, { key: 'stranger', keyInfo: rsa })),
      'signature_invalid: the signature',
    ],
    [
      'is an HMAC with the public certificate as key (key confusion)',
      response(signedAssertion({}, { method: `${DS}hmac-sha1` })),
      'algorithm_not_allowed: the signature method',
    ],
    ['is RSA-SHA1', response(signedAssertion({}, { method: `${DS}rsa-sha1` })), 'saml_sha1: the signature method'],
    ['has a SHA-1 digest', response(signedAssertion({}, { digest: `${DS}sha1` })), 'saml_sha1: the digest method'],
    [
      'is by an EC key under an RSA method',
      response(signedAssertion({}, { key: 'ec' })),
      'signature_invalid: the signature',
    ],
    [
      'has an MD5 digest',
      response(signedAssertion({}, { digest: 'http://www.w3.org/2001/04/xmldsig-more#md5' })),
      'algorithm_not_allowed: the digest method',
    ],
    [
      'is canonicalized with comments',
      response(signedAssertion({}, { canonicalization: `${EXCLUSIVE_C14N}WithComments` })),
      'algorithm_not_allowed: the canonicalization',
    ],
    [
      'is canonicalized inclusively',
      response(signedAssertion({}, { canonicalization: C14N })),
      'algorithm_not_allowed: the canonicalization',
    ],
    [
      'has no transforms that take it out',
      response(signedAssertion({}, { transforms: EXCLUSIVE + EXCLUSIVE })),
      'saml_signature_shape: transforms',
    ],
    [
      'has an XPath transform',
      response(
        signedAssertion({}, { transforms: ENVELOPED + transform('http://www.w3.org/TR/1999/REC-xpath-19991116') }),
      ),
      'algorithm_not_allowed: the canonicalization',
    ],
    [
      'has an XSLT transform',
      response(
        signedAssertion(
          {},
          { transforms: `${ENVELOPED}${EXCLUSIVE}${transform('http://www.w3.org/TR/1999/REC-xslt-19991116')}` },
        ),
      ),
      'saml_signature_shape: transforms',
    ],
    [
      'covers the hash of nothing (void canonicalization)',
      response(signedAssertion({}, { digested: '' })),
      'saml_void_canonicalization: the digest of nothing',
    ],
    [
      'is by a certificate that has expired',
      response(signedAssertion({}, { key: 'ended' })),
      'saml_certificate_expired',
    ],
    ['does not cover what was changed', response(GOOD.replace('alice@', 'mallory@')), 'signature_invalid: the digest'],
    [
      'has another value',
      response(GOOD.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA')),
      'signature_invalid: the signature',
    ],
    [
      'has a value that is not base64',
      response(GOOD.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>A*AA')),
      'saml_signature_shape: SignatureValue is not base64',
    ],
  ])('%s', async (_rule, xml, reason) => {
    expect(await logged(xml)).toBe(reason);
  });

  it('of the response does not count for a bare assertion', async () => {
    expect(await logged(signedAssertion(), { connection: { signed: 'response' } })).toBe('saml_unsigned');
  });

  it('of a weak key is never looked for', async () => {
    const { metadataOf } = await import('./idp.ts');
    const metadata = metadataOf('weak');
    expect(await logged(response(signedAssertion({}, { key: 'weak' })), { connection: { metadata } })).toBe(
      'saml_metadata_invalid: line 1 has no certificate for signing with an EC key or an RSA key of 2048 bits or more',
    );
  });
});

describe('the shape of a signature (core section 5.4)', () => {
  const changed = (from: string | RegExp, to: string): string => {
    const xml = GOOD.replace(from, to);
    expect(xml).not.toBe(GOOD);
    return response(xml);
  };
  const LIST = `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE_C14N}" PrefixList="xs"></ec:InclusiveNamespaces>`;
  const method = (name: string, inner: string): string => changed(`></ds:${name}>`, `>${inner}</ds:${name}>`);
  it.each([
    [
      'text in the canonicalization',
      () => method('CanonicalizationMethod', 'x'),
      'saml_schema: text in CanonicalizationMethod',
    ],
    ['blanks in it', () => method('CanonicalizationMethod', '\n '), 'signature_invalid: the signature'],
    ['a list of prefixes in it', () => method('CanonicalizationMethod', LIST), 'signature_invalid: the signature'],
    [
      'two lists',
      () => method('CanonicalizationMethod', LIST + LIST),
      'saml_signature_shape: parameters of the canonicalization',
    ],
    [
      'a list of another namespace',
      () => method('CanonicalizationMethod', LIST.replaceAll(EXCLUSIVE_C14N, 'urn:x')),
      'saml_signature_shape: parameters of the canonicalization',
    ],
    [
      'another parameter',
      () => method('CanonicalizationMethod', LIST.replaceAll('InclusiveNamespaces', 'Other')),
      'saml_signature_shape: parameters of the canonicalization',
    ],
    [
      'a parameter of the signature method',
      () => method('SignatureMethod', '<ds:HMACOutputLength>0</ds:HMACOutputLength>'),
      'algorithm_not_allowed: parameters of the signature method',
    ],
    [
      'a parameter of the digest method',
      () => method('DigestMethod', '<x></x>'),
      'algorithm_not_allowed: the digest method',
    ],
    [
      'a parameter of the enveloped signature',
      () => changed('></ds:Transform>', '><x></x></ds:Transform>'),
      'saml_signature_shape: transforms',
    ],
    [
      'a method without a name',
      () => changed(/<ds:SignatureMethod [^>]*>/, '<ds:SignatureMethod>'),
      'saml_signature_shape: SignatureMethod without Algorithm',
    ],
    [
      'a transform without a name',
      () => changed(/<ds:Transform [^>]*>/, '<ds:Transform>'),
      'saml_signature_shape: Transform without Algorithm',
    ],
    [
      'one transform',
      () => response(signedAssertion({}, { transforms: ENVELOPED })),
      'saml_signature_shape: transforms',
    ],
    [
      'three transforms',
      () => response(signedAssertion({}, { transforms: ENVELOPED + EXCLUSIVE + EXCLUSIVE })),
      'saml_signature_shape: transforms',
    ],
    [
      'no transform',
      () => response(signedAssertion({}, { transforms: '' })),
      'saml_signature_shape: Transforms without Transform',
    ],
    [
      'no reference',
      () => changed(/<ds:Reference.*<\/ds:Reference>/, ''),
      'saml_signature_shape: SignedInfo without Reference',
    ],
    [
      'no URI',
      () => changed(/ URI="[^"]*"/, ''),
      'saml_signature_shape: a reference to another element than the parent',
    ],
    [
      'no SignedInfo',
      () => changed(/<ds:SignedInfo>.*<\/ds:SignedInfo>/, ''),
      'saml_signature_shape: Signature without SignedInfo',
    ],
    [
      'no value',
      () => changed(/<ds:SignatureValue>.*<\/ds:SignatureValue>/, ''),
      'saml_signature_shape: Signature without SignatureValue',
    ],
    [
      'an empty value',
      () => changed(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>'),
      'saml_signature_shape: SignatureValue is not base64',
    ],
    [
      'an empty digest',
      () => changed(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>'),
      'saml_signature_shape: DigestValue is not base64',
    ],
    [
      'a value without its padding',
      () => changed(/==<\/ds:SignatureValue>/, '</ds:SignatureValue>'),
      'saml_signature_shape: SignatureValue is not base64',
    ],
    [
      'two KeyInfo',
      () => response(signedAssertion({}, { keyInfo: keyInfo('idp') + keyInfo('idp') })),
      'saml_signature_shape: a child of Signature out of place',
    ],
    [
      'line ends in its values',
      () => changed(/<ds:SignatureValue>(....)/, '<ds:SignatureValue>\n$1\r\n\t '),
      'accepted',
    ],
    [
      'more prefixes in its canonical form than an element may have',
      () => {
        const names = Array.from({ length: 200 }, (_, at) => `p${at}`);
        const [first, second] = ['urn:1', 'urn:2'].map((uri, at) =>
          names.map((name) => ` xmlns:${name}${at}="${uri}"`).join(''),
        );
        const list = names.flatMap((name) => [`${name}0`, `${name}1`]).join(' ');
        return method('CanonicalizationMethod', LIST.replace('"xs"', `"${list}"`))
          .replace('<samlp:Response ', `<samlp:Response${first} `)
          .replace('<saml:Assertion ', `<saml:Assertion${second} `);
      },
      'saml_signature_shape: SignedInfo',
    ],
  ])('%s', async (_rule, xml, expected) => {
    expect(await logged(xml())).toBe(expected);
  });

  it.each([
    ['xs', 'accepted'],
    ['  xs\n\tnobody ', 'accepted'],
    ['nobody', 'signature_invalid: the digest'],
    ['', 'signature_invalid: the digest'],
  ])('the list of prefixes that are canonicalized inclusively: %j', async (list, expected) => {
    const digested = (before + behind).replace(' ID=', ' xmlns:xs="urn:xs" ID=');
    const written = list.replaceAll('\n', '&#xA;').replaceAll('\t', '&#x9;');
    const inclusive = transform(EXCLUSIVE_C14N, LIST.replace('"xs"', `"${written}"`));
    const xml = response(signedAssertion({}, { digested, transforms: ENVELOPED + inclusive }));
    expect(await logged(xml.replace('<samlp:Response ', '<samlp:Response xmlns:xs="urn:xs" '))).toBe(expected);
  });

  it('of which the canonical form would be over 1 MB is refused, also where its digest is signed', async () => {
    const long = `urn:${'x'.repeat(1000)}`;
    const advice = `<saml:Advice>${`<p:b xmlns:p="${long}"></p:b>`.repeat(1100)}</saml:Advice>`;
    const [start, end] = assertionHalves({ advice });
    const short = `${start}${signature(start + end, '_a1')}${end.replaceAll(` xmlns:p="${long}"`, '')}`;
    const xml = response(short).replace('<samlp:Response ', `<samlp:Response xmlns:p="${long}" `);
    expect(await logged(xml)).toBe('saml_too_large: the canonical form');
  });

  it.each([
    ['2026-11-22T09:59:18Z', 'accepted'],
    ['2026-11-22T09:59:19Z', 'saml_certificate_expired'],
    ['2026-11-21T09:58:18Z', 'accepted'],
    ['2026-11-21T09:58:17Z', 'saml_certificate_expired'],
  ])('counts while its certificate is in its time, with the tolerance: at %s', async (now, expected) => {
    const away = (minutes: number): string => new Date(Date.parse(now) + minutes * 60_000).toISOString();
    const parts = {
      issueInstant: away(-1),
      authn: authn(away(-1)),
      conditions: conditions(undefined, ''),
      confirmation: bearer(bearerData({ notOnOrAfter: away(5) })),
    };
    const xml = response(signedAssertion(parts, { key: 'ended' }), { issueInstant: away(-1) });
    expect(await logged(xml, { now, connection: { clockTolerance: seconds(30) } })).toBe(expected);
  });
});

describe('XML that parsers disagree about', () => {
  const XML = response(GOOD);
  const deep = (levels: number): string => '<x:e xmlns:x="urn:x">'.repeat(levels) + '</x:e>'.repeat(levels);
  const extended = (inner: string): string =>
    response(GOOD, { extensions: `<samlp:Extensions>${inner}</samlp:Extensions>` });
  const wide = (count: number): string =>
    extended(`<x:e xmlns:x="urn:x"${Array.from({ length: count }, (_, at) => ` a${at}=""`).join('')}></x:e>`);
  it.each([
    [
      'a comment in the NameID (CVE-2017-11427)',
      XML.replace('alice@example.com</saml:NameID>', 'alice@example.com<!---->.evil.com</saml:NameID>'),
      'saml_xml_forbidden: <!--',
    ],
    ['a comment between elements', XML.replace('<saml:Subject>', '<!-- --><saml:Subject>'), 'saml_xml_forbidden: <!--'],
    [
      'a CDATA section',
      XML.replace('alice@example.com</saml:NameID>', '<![CDATA[alice@example.com]]></saml:NameID>'),
      'saml_xml_forbidden: <![CDATA[',
    ],
    ['a processing instruction', XML.replace('<saml:Subject>', '<?x y?><saml:Subject>'), 'saml_xml_forbidden: <?'],
    ['an empty document type', `<!DOCTYPE x>${XML}`, 'saml_xml_forbidden: <!DOCTYPE'],
    [
      'an internal subset with attribute defaults (CVE-2025-25291)',
      `<!DOCTYPE r [<!ATTLIST Response ID CDATA "x">]>${XML}`,
      'saml_xml_forbidden: <!DOCTYPE',
    ],
    [
      'entity expansion',
      `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${XML.replace('alice@', '&b;@')}`,
      'saml_xml_forbidden: <!DOCTYPE',
    ],
    ['an external entity', `<!DOCTYPE r SYSTEM "file:///etc/passwd">${XML}`, 'saml_xml_forbidden: <!DOCTYPE'],
    ['an entity that nobody declared', XML.replace('alice@', '&nbsp;@'), 'saml_xml_forbidden: an entity'],
    [
      'an undeclared prefix (CVE-2025-25292)',
      XML.replace('<saml:Subject>', '<ns:x></ns:x><saml:Subject>'),
      'saml_xml_forbidden: an undeclared prefix',
    ],
    ['a second root (CVE-2022-41912)', XML + XML, 'saml_not_xml: text behind the root element'],
    ['text before the root', `x${XML}`, 'saml_not_xml: no element'],
    ['text behind the root', `${XML}x`, 'saml_not_xml: text behind the root element'],
    ['a byte order mark', `\uFEFF${XML}`, 'saml_not_xml: a byte order mark'],
    ['XML 1.1', `<?xml version="1.1"?>${XML}`, 'saml_not_xml: an XML declaration other than version 1.0 and UTF-8'],
    [
      'another encoding',
      `<?xml version="1.0" encoding="UTF-7"?>${XML}`,
      'saml_not_xml: an XML declaration other than version 1.0 and UTF-8',
    ],
    ['an attribute twice', XML.replace('ID="_a1"', 'ID="_a1" ID="_a2"'), 'saml_not_xml: an attribute twice'],
    [
      'an attribute twice by namespace',
      XML.replace('<saml:Subject>', '<saml:Subject xmlns:a="urn:a" xmlns:b="urn:a" a:x="" b:x="">'),
      'saml_not_xml: an attribute twice',
    ],
    [
      'an end tag of another name',
      XML.replace('</saml:Subject>', '</saml:Subjects>'),
      'saml_not_xml: an end tag of another name',
    ],
    ['cut off', XML.slice(0, -5), 'saml_not_xml: an end tag of another name'],
    [
      'a redefined xml prefix',
      XML.replace('<saml:Subject>', '<saml:Subject xmlns:xml="urn:x">'),
      'saml_not_xml: a namespace declaration',
    ],
    [
      'a reference to a character that XML does not have',
      XML.replace('alice@', '&#0;@'),
      'saml_not_xml: a reference to a character that XML 1.0 does not have',
    ],
    ['a null character', XML.replace('alice@', '\0@'), 'saml_not_xml: a character that XML 1.0 does not have'],
    ['a control character by reference', XML.replace('alice@', '&#x85;@'), 'saml_control_character: NameID'],
    ['a line end in a value', XML.replace('alice@', 'alice\n@'), 'saml_control_character: NameID'],
    [
      'a tab in an attribute value',
      XML.replace('SessionIndex="_s1"', 'SessionIndex="_s&#9;1"'),
      'saml_control_character: attribute SessionIndex',
    ],
    ['100 levels', extended(deep(98)), 'accepted'],
    ['101 levels', extended(deep(99)), 'saml_too_large: deeper than 100 levels'],
    ['256 attributes', wide(255), 'accepted'],
    ['257 attributes', wide(256), 'saml_too_large: more than 256 attributes'],
    [
      '100 KB',
      extended(`<x:e xmlns:x="urn:x">${'x'.repeat(102_400 - extended('<x:e xmlns:x="urn:x"></x:e>').length)}</x:e>`),
      'accepted',
    ],
    [
      'a byte more than 100 KB',
      extended(`<x:e xmlns:x="urn:x">${'x'.repeat(102_401 - extended('<x:e xmlns:x="urn:x"></x:e>').length)}</x:e>`),
      'saml_too_large: bytes 102401',
    ],
    [
      'an element in the NameID',
      response(signedAssertion({ nameId: nameId('<x></x>alice@example.com') })),
      'saml_schema: an element in the text of NameID',
    ],
    [
      'SAML 1.1',
      '<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"></Response>',
      'saml_not_saml: the root is neither Response nor Assertion',
    ],
    ['another document', '<html></html>', 'saml_not_saml: the root is neither Response nor Assertion'],
    ['no XML', 'hello', 'saml_not_xml: no element'],
  ])('%s', async (_rule, xml, reason) => {
    expect(await logged(xml)).toBe(reason);
  });

  it('bytes that are not UTF-8', async () => {
    expect(await logged(Buffer.from(XML.replace('alice@', 'ë@'), 'latin1'))).toBe('saml_not_xml: not UTF-8');
  });

  it.each([['!!!!'], [''], ['AAAAA'], ['AA+_'], ['AAA==']])('refuses %j, which is not base64', async (document) => {
    const { verifyEncoded } = await import('./verifying.ts');
    expect(await verifyEncoded(document)).toMatchObject({ ok: false, refusal: { reason: 'saml_encoding' } });
  });
});
