import { describe, expect, it } from '@jest/globals';
import { decodeMessage } from '../../../lib/identity/saml/decode-message.ts';
import { claimedInResponseTo } from '../../../lib/identity/saml/read-message.ts';
import { element } from './element.ts';
import { response, signedAssertion } from './idp.ts';
import { logged, verifyEncoded } from './verifying.ts';

/** The text, or the reason with what the log says. */
function decoded(document: string): unknown {
  const outcome = decodeMessage(document);
  return outcome.ok ? outcome.value.text : [outcome.refusal.reason, outcome.refusal.log];
}

const encoded = (bytes: number): string => Buffer.alloc(bytes, 'x').toString('base64');

describe('an encoded message', () => {
  it.each([
    ['YQ==', 'a'],
    ['YQ', 'a'],
    ['YWI=', 'ab'],
    ['YWI', 'ab'],
    ['YWJj', 'abc'],
    ['Y\r\nW\nJ\rj\n', 'abc'],
    ['Pj4-Pz8_', '>>>???'],
    ['Pj4+Pz8/', '>>>???'],
    ['w6k', 'é'],
  ])('%j is %j', (document, text) => {
    expect(decoded(document)).toBe(text);
  });

  it('may not begin with a byte order mark, which parsers treat differently', () => {
    expect(decoded('77u/YQ')).toEqual(['saml_not_xml', { found: 'a byte order mark' }]);
  });

  it.each([
    ['', 'nothing'],
    ['\r\n', 'nothing'],
    ['Y', 'cut off, or padded wrongly'],
    ['YWJjY', 'cut off, or padded wrongly'],
    ['YQ=', 'cut off, or padded wrongly'],
    ['YQ===', 'a character of no alphabet, or of both'],
    ['YWI==', 'cut off, or padded wrongly'],
    ['YWJj=', 'cut off, or padded wrongly'],
    ['YWJj==', 'cut off, or padded wrongly'],
    ['====', 'a character of no alphabet, or of both'],
    ['YQ==YQ==', 'a character of no alphabet, or of both'],
    ['YW Jj', 'a blank: a + that was not sent as %2B'],
    ['YW\tJj', 'a character of no alphabet, or of both'],
    ['Pj4-Pz8/', 'a character of no alphabet, or of both'],
    ['Pj4+Pz8_', 'a character of no alphabet, or of both'],
    ['%3D', 'percent-encoding that is left'],
    ['<x/>', 'XML as it is'],
    [' <x/>', 'XML as it is'],
    ['YQ<x/>', 'a character of no alphabet, or of both'],
    ['YWJj!', 'a character of no alphabet, or of both'],
  ])('%j is not base64, but %s', (document, found) => {
    expect(decoded(document)).toEqual(['saml_encoding', { found }]);
  });

  it('is refused as that by the verification', async () => {
    expect(await verifyEncoded('!')).toMatchObject({ refusal: { reason: 'saml_encoding' } });
  });

  it.each([['/w'], ['w6nD'], ['7aCA']])('%j is not UTF-8', (document) => {
    expect(decoded(document)).toEqual(['saml_not_xml', { found: 'not UTF-8' }]);
  });

  it('is at most 100 KB of XML', () => {
    expect(decoded(encoded(102_400))).toBe('x'.repeat(102_400));
    expect(decoded(encoded(102_401))).toEqual(['saml_too_large', { bytes: 102_401 }]);
  });

  it('has room for line breaks, and is not decoded where it has more', () => {
    const full = encoded(102_400);
    expect(full.length).toBe(136_536);
    const most = Math.floor(136_536 * 1.05);
    expect(decoded(full + '\n'.repeat(most - full.length))).toBe('x'.repeat(102_400));
    expect(decoded(full + '\n'.repeat(most + 1 - full.length))).toEqual(['saml_too_large', { characters: most + 1 }]);
  });

  it('gives its octets beside its text', () => {
    const outcome = decodeMessage('w6k');
    expect(outcome.ok && Buffer.from(outcome.value.bytes)).toEqual(Buffer.from('é'));
  });
});

describe('the request that a message says it answers', () => {
  const of = (xml: string) => claimedInResponseTo(Buffer.from(xml).toString('base64'));

  it('is InResponseTo of the Response, whoever signed it', () => {
    expect(of(response(signedAssertion({}, { key: 'stranger' }), { inResponseTo: '_q1' }))).toEqual({
      ok: true,
      value: '_q1',
    });
  });

  it('is none where there is none, and of a bare assertion', () => {
    expect(of(response(signedAssertion()))).toEqual({ ok: true, value: null });
    expect(of(signedAssertion())).toEqual({ ok: true, value: null });
  });

  it('is not told of what cannot be read', () => {
    expect(claimedInResponseTo('!')).toMatchObject({ ok: false, refusal: { reason: 'saml_encoding' } });
    expect(of('<x/>')).toMatchObject({ ok: false, refusal: { reason: 'saml_not_saml' } });
  });
});

describe('identifiers and places that wrapping needs', () => {
  const extended = (inner: string): string =>
    response(signedAssertion(), { extensions: element('samlp:Extensions', {}, inner) });
  const SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature>';
  const assertion = (inner: string): string =>
    element('saml:Assertion', { 'xmlns:saml': 'urn:oasis:names:tc:SAML:2.0:assertion' }, inner);

  it.each([
    ['of 256 characters', 'a'.repeat(256), 'accepted'],
    ['of 257 characters', 'a'.repeat(257), 'saml_schema: an identifier that is no plain name'],
    ['that begins with a digit', '1-a.b_c', 'accepted'],
    ['that begins with a dot', '.a', 'saml_schema: an identifier that is no plain name'],
    ['that begins with a hyphen', '-a', 'saml_schema: an identifier that is no plain name'],
    ['that ends in a blank', 'a ', 'saml_schema: an identifier that is no plain name'],
    ['with a quote', "a'b", 'saml_schema: an identifier that is no plain name'],
    ['that is empty', '', 'saml_schema: an identifier that is no plain name'],
  ])('an ID %s', async (_rule, id, expected) => {
    expect(await logged(extended(`<x ID="${id}"/>`))).toBe(expected);
  });

  it.each(['ID', 'Id', 'id', 'AssertionID', 'x:ID', 'xml:id', 'x:AssertionID'])('%s counts as an ID', async (name) => {
    expect(await logged(extended(`<x xmlns:x="urn:x" ${name}="_a1"/>`))).toBe('saml_duplicate_id: an identifier twice');
  });

  it.each(['iD', 'Identifier', 'x:Ident'])('%s does not', async (name) => {
    expect(await logged(extended(`<x xmlns:x="urn:x" ${name}="_a1"/>`))).toBe('accepted');
  });

  it.each([
    [
      'in an assertion in something else',
      `<x>${assertion(SIGNATURE)}</x>`,
      'saml_signature_shape: a signature elsewhere',
    ],
    [
      'in an assertion in a response in something else',
      `<x>${response(assertion(SIGNATURE))}</x>`,
      'saml_signature_shape: a signature elsewhere',
    ],
    ['in a response in something else', `<x>${response(SIGNATURE)}</x>`, 'saml_signature_shape: a signature elsewhere'],
    [
      'in something that is called a response',
      `<Response>${SIGNATURE}</Response>`,
      'saml_signature_shape: a signature elsewhere',
    ],
    [
      'in something that is called an assertion',
      `<Assertion>${SIGNATURE}</Assertion>`,
      'saml_signature_shape: a signature elsewhere',
    ],
    ['by itself', SIGNATURE, 'saml_signature_shape: a signature elsewhere'],
    ['in an assertion', assertion(SIGNATURE), 'saml_schema: Assertion without Version'],
    ['in the assertion of a response', response(assertion(SIGNATURE)), 'saml_schema: Assertion without Version'],
  ])('a signature %s', async (_rule, xml, expected) => {
    expect(await logged(xml)).toBe(expected);
  });

  it.each([
    ['an assertion and one that is encrypted', `${assertion('')}<EncryptedAssertion/>`],
    ['two that are encrypted', '<EncryptedAssertion/><EncryptedAssertion/>'],
    ['three', '<Assertion/><Assertion/><Assertion/>'],
  ])('several assertions: %s', async (_rule, inner) => {
    expect(await logged(response(inner))).toMatch(/^saml_several_assertions: [23] assertions$/);
  });
});
