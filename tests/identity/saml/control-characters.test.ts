import { describe, expect, it } from '@jest/globals';
import { refuseControlCharacters } from '../../../lib/identity/saml/control-characters.ts';
import { DS, SAML, SAMLP, XENC } from '../../../lib/identity/saml/names.ts';
import { outcomeOf } from '../../../lib/identity/saml/refused.ts';
import { MESSAGE_RULES, readXml } from '../../../lib/identity/saml/xml.ts';

/** What the log is told of a document with this in its root, which is nobody's; `accepted` where nothing is refused. */
function found(inner: string): string {
  const reading = readXml(`<r xmlns:s="${SAML}" xmlns:p="${SAMLP}">${inner}</r>`, MESSAGE_RULES);
  const outcome = reading.ok ? outcomeOf(() => refuseControlCharacters(reading.value)) : reading;
  return outcome.ok ? 'accepted' : `${outcome.refusal.reason}: ${outcome.refusal.log?.found}`;
}

describe.each([
  ...['ID', 'Version', 'IssueInstant', 'Destination', 'InResponseTo', 'Value', 'Name', 'Format', 'Method', 'Recipient'],
  ...['NotBefore', 'NotOnOrAfter', 'AuthnInstant', 'SessionIndex', 'SessionNotOnOrAfter'],
])('in the attribute %s', (name) => {
  it.each(['a&#9;b', 'a&#10;b', 'a\tb', 'a\nb', 'a\u0085b'])('of SAML %j is refused', (value) => {
    for (const prefix of ['s', 'p']) {
      expect(found(`<${prefix}:x ${name}="${value}"/>`)).toBe(`saml_control_character: attribute ${name}`);
    }
  });

  it('of another element, or of another namespace, a line end is no fault', () => {
    expect(found(`<x ${name}="a&#10;b"/>`)).toBe('accepted');
    expect(found(`<s:x xmlns:y="urn:y" y:${name}="a&#10;b"/>`)).toBe('accepted');
  });
});

it.each(['FriendlyName', 'Consent'])('in the attribute %s, which decides nothing, layout is no fault', (name) => {
  expect(found(`<s:x ${name}="a&#10;&#9;&#13;b"/>`)).toBe('accepted');
  expect(found(`<s:x ${name}="a\u0085b"/>`)).toBe(`saml_control_character: attribute ${name}`);
});

it.each([
  ['Issuer', (text: string) => `<s:Issuer>${text}</s:Issuer>`],
  ['Audience', (text: string) => `<s:Audience>${text}</s:Audience>`],
  ['NameID', (text: string) => `<s:Subject><s:NameID>${text}</s:NameID></s:Subject>`],
])('in the text of %s, which names somebody, each is refused', (name, written) => {
  for (const text of ['a&#9;b', 'a\nb', '&#13;', 'a\u0085b']) {
    expect(found(written(text))).toBe(`saml_control_character: ${name}`);
  }
  expect(found(written('a b'))).toBe('accepted');
});

it.each([
  ['an element of others of that name', '<Issuer>a\nb</Issuer><Audience>a\nb</Audience>'],
  ['a NameID that is not of the subject', '<s:NameID>a\nb</s:NameID>'],
  ['what is of the subject and no NameID', '<s:Subject><s:BaseID>a\nb</s:BaseID></s:Subject>'],
  ['any other element', '<s:AttributeValue>a\n\t&#13;b</s:AttributeValue>'],
  ['a signature, whatever is in it', `<x xmlns="${DS}">\u0085</x>`],
  ['what is encrypted, whatever is in it', `<x xmlns="${XENC}">\u0085</x>`],
])('in the text of %s layout is no fault', (_, inner) => {
  expect(found(inner)).toBe('accepted');
});

it('in any other text one that is no layout is refused', () => {
  expect(found('<x>\u0085</x>')).toBe('saml_control_character: x');
});
