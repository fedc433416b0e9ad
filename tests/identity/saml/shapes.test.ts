/** The readers by themselves, each by its edges: without a signature, and without what stands in front of them. */
import { describe, expect, it } from '@jest/globals';
import { readAssertion } from '../../../lib/identity/saml/assertion.ts';
import { viewClaims } from '../../../lib/identity/saml/claims.ts';
import { listedModes } from '../../../lib/identity/saml/encrypted-assertion.ts';
import { readMetadata } from '../../../lib/identity/saml/metadata.ts';
import { outcomeOf, Refused } from '../../../lib/identity/saml/refused.ts';
import { readResponse } from '../../../lib/identity/saml/response.ts';
import { readSignature } from '../../../lib/identity/saml/signature-shape.ts';
import { MESSAGE_RULES, METADATA_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import { prefixesInScope, type XmlElement } from '../../../lib/identity/saml/xml-tree.ts';
import {
  type AssertionParts,
  attribute,
  attributes,
  audience,
  authn,
  bearer,
  bearerData,
  conditions,
  IDP,
  keyInfo,
  metadataOf,
  response,
  SP,
  signature,
  signedAssertion,
  unsignedAssertion,
} from './idp.ts';
import { CONNECTION, verdict } from './verifying.ts';

function xml(text: string, rules = MESSAGE_RULES, outer?: ReadonlyMap<string, string>): XmlElement {
  const read = readXml(text, rules, outer);
  if (!read.ok) throw new Error(`${read.refusal.reason}: ${read.refusal.log?.found}`);
  return read.value;
}

const assertion = (changes: Partial<AssertionParts> = {}) => readAssertion(xml(unsignedAssertion(changes)));

/** What a reader says, or why it refuses. */
function said<T>(read: () => T): T | string {
  const outcome = outcomeOf(read);
  return outcome.ok ? outcome.value : `${outcome.refusal.reason}: ${outcome.refusal.log?.found}`;
}

const UNKNOWN = 'saml_condition: a condition that is not known';

describe('an assertion', () => {
  it('may have no statement', () => {
    const shape = assertion({ authn: '', attributes: '' });
    expect([shape.authn, shape.attributes.size, shape.signature]).toEqual([[], 0, null]);
  });

  it('has its signature behind its issuer, where it has one', () => {
    const text = unsignedAssertion().replace('</saml:Issuer>', `</saml:Issuer>${signature('', '_a1')}`);
    expect(readAssertion(xml(text)).signature?.local).toBe('Signature');
  });

  const ONCE = '<saml:OneTimeUse></saml:OneTimeUse>';
  const PROXY = '<saml:ProxyRestriction></saml:ProxyRestriction>';
  it.each([
    ['one of each', audience(SP) + ONCE + PROXY, [[SP]]],
    ['blanks around them', `\n ${audience(SP)} \n`, [[SP]]],
    ['two restrictions', audience(SP) + audience('urn:a', 'urn:b'), [[SP], ['urn:a', 'urn:b']]],
    ['none', '', []],
    ['OneTimeUse twice', ONCE + ONCE, 'saml_schema: Conditions'],
    ['ProxyRestriction twice', PROXY + PROXY, 'saml_schema: Conditions'],
    ['text among them', `${audience(SP)}x`, 'saml_schema: Conditions'],
    ['one that is not known, first', `<saml:Condition></saml:Condition>${audience(SP)}`, UNKNOWN],
    ['one that is not known, last', `${audience(SP)}<saml:Condition></saml:Condition>`, UNKNOWN],
    ['one of another namespace', '<AudienceRestriction></AudienceRestriction>', UNKNOWN],
    ['a restriction without an audience', audience(), 'saml_schema: AudienceRestriction without Audience'],
  ])('has conditions: %s', (_name, inner, expected) => {
    expect(said(() => assertion({ conditions: conditions(inner) }).audiences)).toEqual(expected);
  });

  it('takes one NameID in a confirmation, and not two', () => {
    const presenter = '<saml:NameID>p</saml:NameID>';
    const read = (inner: string) => said(() => assertion({ confirmation: bearer(inner) }).confirmations.length);
    expect([read(presenter + bearerData()), read(presenter + presenter + bearerData())]).toEqual([
      1,
      'saml_schema: a child of SubjectConfirmation out of place',
    ]);
  });

  it.each([
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:entity', IDP],
    ['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', 'saml_schema: an Issuer of another format'],
    ['', 'saml_schema: an Issuer of another format'],
  ])('has an issuer of the format %j: %s', (format, expected) => {
    const text = unsignedAssertion().replace('<saml:Issuer>', `<saml:Issuer Format="${format}">`);
    expect(said(() => readAssertion(xml(text)).issuer)).toBe(expected);
  });

  it('has no attribute of which one value among others cannot be used', () => {
    const shape = assertion({ attributes: attributes(attribute('a', 'ok', 'not\tok'), attribute('b', 'ok')) });
    expect([[...shape.attributes.keys()], [...shape.unusable]]).toEqual([['b'], ['a']]);
  });

  it('has no class of authentication with a control character', () => {
    const text = authn().replace('</saml:AuthnContextClassRef>', '\n$&');
    expect(said(() => assertion({ authn: text }).authn)).toBe('saml_control_character: AuthnContextClassRef');
  });

  it('has no claim of what it does not say', () => {
    const { values } = viewClaims(assertion({ nameId: '', authn: '', attributes: '' }), CONNECTION);
    expect([...values]).toEqual([['issuer', IDP]]);
  });
});

describe('a signature', () => {
  const read = (change: (text: string) => string) => {
    const root = xml(change(signedAssertion({}, { keyInfo: keyInfo('stranger') })));
    const [, element] = root.children;
    return said(() => (element === undefined ? null : readSignature(element, root, 'refuse').reference.inclusive));
  };

  it.each([
    ['a KeyInfo, which is not read', '', '', []],
    ['no value', /<ds:SignatureValue>.*<\/ds:SignatureValue>/, '', 'Signature without SignatureValue'],
    ['an Object', '</ds:Signature>', '<ds:Object></ds:Object>$&', 'a child of Signature out of place'],
    ['no digest', /<ds:DigestValue>.*<\/ds:DigestValue>/, '', 'Reference without DigestValue'],
    ['a digest under no algorithm', /(<ds:DigestMethod) [^>]*/, '$1', 'DigestMethod without Algorithm'],
    ['one transform', /<ds:Transform Algorithm="[^"]*exc[^"]*"><\/ds:Transform>/, '', 'transforms'],
    ['a text in it', '<ds:SignedInfo>', 'x$&', 'text in Signature'],
  ])('may have, or may not: %s', (_name, from, to, expected) => {
    expect(read((text) => text.replace(from, to))).toEqual(
      typeof expected === 'string' ? `saml_signature_shape: ${expected}` : expected,
    );
  });
});

describe('a response', () => {
  const ENCRYPTED =
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>';
  it('has one assertion, encrypted or not', () => {
    expect(readResponse(xml(response(unsignedAssertion()))).assertion.local).toBe('Assertion');
    expect(readResponse(xml(response(ENCRYPTED))).assertion.local).toBe('EncryptedAssertion');
    expect(said(() => readResponse(xml(response(''))))).toBe('saml_schema: a Response without an assertion');
  });

  it('need not name its issuer', () => {
    const text = response(unsignedAssertion()).replace(/<saml:Issuer.*?<\/saml:Issuer>/, '');
    expect([readResponse(xml(text)).issuer, readResponse(xml(response(ENCRYPTED))).issuer]).toEqual([null, IDP]);
  });
});

it('a NameID alone is no message', async () => {
  const text = '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">alice</saml:NameID>';
  expect(await verdict(text)).toBe('saml_not_saml');
});

it('what a connection lists where it lists nothing is GCM', () => {
  const { encryption: _, ...plain } = CONNECTION;
  expect([listedModes(plain), listedModes({ ...plain, encryption: ['cbc'] })]).toEqual([['gcm'], ['cbc']]);
});

it('what is no refusal goes on as the fault that it is', () => {
  expect(outcomeOf(() => 1)).toEqual({ ok: true, value: 1 });
  expect(() =>
    outcomeOf(() => {
      throw new TypeError('a bug');
    }),
  ).toThrow(TypeError);
  expect(
    outcomeOf(() => {
      throw new Refused('saml_schema', 'x');
    }),
  ).toEqual({ ok: false, refusal: { reason: 'saml_schema', log: { found: 'x' } } });
});

describe('a document', () => {
  it('begins with its declaration, wherever else such a text stands', () => {
    const declaration = '<?xml version="1.0"?>';
    expect(xml(`${declaration}<a/>`).local).toBe('a');
    const inComment = `<a><!--${declaration}--></a>`;
    expect(xml(inComment, METADATA_RULES).local).toBe('a');
    const newer = declaration.replace('1.0', '1.1');
    expect(readXml(`${newer}${inComment}`, METADATA_RULES)).toMatchObject({ refusal: { reason: 'saml_not_xml' } });
  });

  it('has the prefixes of around it in scope, but for those that it declares itself', () => {
    const root = xml(
      '<p:a xmlns:p="urn:own"><q:b/></p:a>',
      MESSAGE_RULES,
      new Map([
        ['p', 'urn:p'],
        ['q', 'urn:q'],
      ]),
    );
    const [inner] = root.children;
    expect([root.namespace, inner?.namespace]).toEqual(['urn:own', 'urn:q']);
    expect(inner === undefined ? null : prefixesInScope(inner).get('p')).toBe('urn:own');
  });

  it('has the two namespaces of XML itself, which nothing else may be called', () => {
    const [lang] = xml('<a xml:lang="en"/>').attributes;
    expect(lang?.namespace).toBe('http://www.w3.org/XML/1998/namespace');
    for (const reserved of ['http://www.w3.org/XML/1998/namespace', 'http://www.w3.org/2000/xmlns/']) {
      expect(readXml(`<a xmlns:p="${reserved}"/>`, MESSAGE_RULES)).toMatchObject({
        refusal: { reason: 'saml_not_xml' },
      });
    }
  });

  it('has no prefix any more that only an element before it declared', () => {
    expect(readXml('<a><p:b xmlns:p="u"/><p:c/></a>', MESSAGE_RULES)).toMatchObject({
      refusal: { reason: 'saml_xml_forbidden' },
    });
  });

  it('may have every character of XML', () => {
    expect(xml('<a>\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{10ffff}</a>').text).toHaveLength(7);
    expect(readXml('<a>\u{fffe}</a>', MESSAGE_RULES)).toMatchObject({ refusal: { reason: 'saml_not_xml' } });
  });
});

describe('metadata', () => {
  const idp = metadataOf('idp');
  const problems = (text: string) => {
    const reading = readMetadata(text);
    return reading.ok ? [] : reading.problems;
  };

  it('names the line, of a document that begins with an empty one too', () => {
    expect(problems('\n<a/>')).toEqual([{ line: 2, message: 'is not an EntityDescriptor of SAML 2.0 metadata' }]);
  });

  it('is of no IdP where its role says no protocol', () => {
    const text = idp.replace(/ protocolSupportEnumeration="[^"]*"/, '');
    expect(problems(text)).toEqual([{ line: 1, message: 'has no IDPSSODescriptor for SAML 2.0' }]);
  });

  it.each([
    ['2027-02-01T00:00:00Z', '2027-03-01T00:00:00Z', '2027-02-01T00:00:00Z'],
    ['2027-03-01T00:00:00Z', '2027-02-01T00:00:00Z', '2027-02-01T00:00:00Z'],
    [null, '2027-02-01T00:00:00Z', '2027-02-01T00:00:00Z'],
    ['2027-02-01T00:00:00Z', null, '2027-02-01T00:00:00Z'],
  ])('ends with the first of its ends: %s and %s', (ofDocument, ofRole, first) => {
    const until = (time: string | null) => (time === null ? '' : `validUntil="${time}" `);
    const reading = readMetadata(
      idp
        .replace('entityID', `${until(ofDocument)}entityID`)
        .replace('protocolSupportEnumeration', `${until(ofRole)}protocolSupportEnumeration`),
    );
    expect(reading).toMatchObject({ ok: true, value: { validUntil: Date.parse(first) / 1000 } });
  });

  it.each(['AAAAA+==', 'AAAAAA+='])('reads every letter of base64 where a certificate stands: %s', (text) => {
    const certificate = idp.replace(/(<ds:X509Certificate>)[^<]*/, `$1${text}`);
    expect(problems(certificate)).toMatchObject([{ message: 'X509Certificate is not a certificate' }]);
  });
});
