import { describe, expect, it } from '@jest/globals';
import { element } from './element.ts';
import {
  attribute,
  attributes,
  audience,
  bearer,
  conditions,
  IDP,
  response,
  SP,
  signature,
  signedAssertion,
  TOKEN_ENDPOINT,
  unsignedAssertion,
} from './idp.ts';
import { atAcs, logged, verifyXml } from './verifying.ts';

const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const QUALIFIERS = { NameQualifier: 'n', SPNameQualifier: 's', SPProvidedID: 'p' };
const CLASS = 'urn:oasis:names:tc:SAML:2.0:ac:classes:X509';

const LOCALITY = element('saml:SubjectLocality', { Address: '192.0.2.1' });
const CONTEXT = element(
  'saml:AuthnContext',
  {},
  element('saml:AuthnContextClassRef', {}, CLASS),
  element('saml:AuthnContextDecl', {}, '<x></x>'),
  element('saml:AuthnContextDeclRef', {}, 'urn:x'),
  element('saml:AuthenticatingAuthority', {}, 'urn:one'),
  element('saml:AuthenticatingAuthority', {}, 'urn:two'),
);

/**
 * An assertion with every part that SAML 2.0 has and that is read or passed over here, in canonical form, without its
 * signature.
 */
const FULL = unsignedAssertion({
  nameId: element('saml:NameID', { Format: 'urn:f', ...QUALIFIERS }, 'alice@example.com'),
  confirmation: bearer(
    element('saml:NameID', {}, 'presenter') +
      element('saml:SubjectConfirmationData', {
        Address: '192.0.2.1',
        NotOnOrAfter: '2027-01-15T12:05:00Z',
        Recipient: TOKEN_ENDPOINT,
      }),
  ),
  conditions: conditions(
    audience(SP, 'urn:other') + element('saml:OneTimeUse') + element('saml:ProxyRestriction', { Count: '0' }),
  ),
  advice: element('saml:Advice', {}, '<x></x>'),
  authn: element(
    'saml:AuthnStatement',
    { AuthnInstant: '2027-01-15T11:59:00Z', SessionIndex: '_s1', SessionNotOnOrAfter: '2027-01-15T18:00:00Z' },
    LOCALITY,
    CONTEXT,
  ),
  attributes: attributes(attribute('memberOf', 'deployers'), attribute('none'), attribute('memberOf', 'admins')),
}).replace('<saml:Issuer>', `<saml:Issuer Format="${ENTITY}" NameQualifier="n" SPNameQualifier="s" SPProvidedID="p">`);

/** The assertion signed as it is. */
function signed(text: string): string {
  const behind = /^.*?<\/saml:Issuer>|^<[^>]*>/.exec(text)?.[0].length ?? 0;
  return text.slice(0, behind) + signature(text, '_a1') + text.slice(behind);
}

const STATUS = element(
  'samlp:Status',
  {},
  element(
    'samlp:StatusCode',
    { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' },
    element('samlp:StatusCode', { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' }),
  ),
  element('samlp:StatusMessage', {}, 'signed in'),
  element('samlp:StatusDetail', {}, '<x></x>'),
);
const RESPONSE = response(signedAssertion(), {
  status: STATUS,
  extensions: element('samlp:Extensions', {}, '<x></x>'),
})
  .replace(' ID="_r1"', ' Consent="urn:c" ID="_r1"')
  .replace(
    '<saml:Issuer xmlns:saml',
    `<saml:Issuer Format="${ENTITY}" NameQualifier="n" SPNameQualifier="s" SPProvidedID="p" xmlns:saml`,
  );

const inTag = (name: string, written: string) => (text: string) => text.replace(`<${name}`, `<${name} ${written}`);
const without = (name: string) => (text: string) => text.replace(new RegExp(`<${name}[ >].*?</${name}>`), '');
const twice = (name: string) => (text: string) => text.replace(new RegExp(`(<${name}[ >].*?</${name}>)`), '$1$1');
const begun = (name: string, inner: string) => (text: string) =>
  text.replace(new RegExp(`(<${name}(?: [^>]*)?>)`), `$1${inner}`);
const swapped = (from: string, to: string) => (text: string) => text.replace(from, to);

describe('an assertion', () => {
  it('may have every part that SAML 2.0 has', async () => {
    expect(await logged(response(signed(FULL)))).toBe('accepted');
  });

  it.each([
    ['another Format of the Issuer', swapped(ENTITY, 'urn:other'), 'saml_schema: an Issuer of another format'],
    ['no Issuer', without('saml:Issuer'), 'saml_schema: Assertion without Issuer'],
    ['two Issuers', twice('saml:Issuer'), 'saml_schema: Assertion without Subject'],
    ['no Subject', without('saml:Subject'), 'saml_schema: Assertion without Subject'],
    ['two Subjects', twice('saml:Subject'), 'saml_schema: Assertion without Conditions'],
    ['two Conditions', twice('saml:Conditions'), 'saml_schema: a child of Assertion out of place'],
    ['two Advices', twice('saml:Advice'), 'saml_schema: a child of Assertion out of place'],
    [
      'a statement that is not known behind the others',
      swapped('</saml:Assertion>', '<saml:AuthzDecisionStatement></saml:AuthzDecisionStatement></saml:Assertion>'),
      'saml_schema: a statement that is not known',
    ],
    [
      'a statement of another namespace',
      swapped('</saml:Assertion>', '<AuthnStatement></AuthnStatement></saml:Assertion>'),
      'saml_schema: a statement that is not known',
    ],
    ['text', swapped('</saml:Issuer>', '</saml:Issuer>text'), 'saml_schema: text in Assertion'],
    ['no ID', swapped(' ID="_a1"', ''), 'saml_schema: Assertion without ID'],
    ['an empty ID', swapped(' ID="_a1"', ' ID=""'), 'saml_schema: an identifier that is no plain name'],
    ['no Version', swapped(' Version="2.0"', ''), 'saml_schema: Assertion without Version'],
    [
      'no IssueInstant',
      swapped(' IssueInstant="2027-01-15T11:59:30Z"', ''),
      'saml_schema: Assertion without IssueInstant',
    ],
    ['two NameIDs', twice('saml:NameID'), 'saml_schema: a child of Subject out of place'],
    [
      'another name for somebody',
      swapped('<saml:Subject>', '<saml:Subject><saml:BaseID></saml:BaseID>'),
      'saml_schema: a child of Subject out of place',
    ],
    [
      'an encrypted NameID beside the plain one',
      begun('saml:Subject', '<saml:EncryptedID></saml:EncryptedID>'),
      'saml_encrypted_part: EncryptedID',
    ],
    [
      'two SubjectConfirmationData',
      twice('saml:SubjectConfirmationData'),
      'saml_schema: a child of SubjectConfirmation out of place',
    ],
    [
      'no Method',
      swapped(' Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"', ''),
      'saml_schema: SubjectConfirmation without Method',
    ],
    [
      'data of another type',
      (text: string) =>
        text.replace(/(<saml:SubjectConfirmationData) ([^>]*)>/, `$1 xmlns:xsi="${XSI}" $2 xsi:type="x">`),
      'saml_confirmation: bearer data of another type',
    ],
    [
      'data with something else of that namespace',
      (text: string) =>
        text.replace(/(<saml:SubjectConfirmationData) ([^>]*)>/, `$1 xmlns:xsi="${XSI}" $2 xsi:nil="x">`),
      'accepted',
    ],
    [
      'an element in the data',
      begun('saml:SubjectConfirmationData', '<x></x>'),
      'saml_confirmation: bearer data of another type',
    ],
    ['two OneTimeUse', twice('saml:OneTimeUse'), 'saml_schema: Conditions'],
    ['two ProxyRestrictions', twice('saml:ProxyRestriction'), 'saml_schema: Conditions'],
    [
      'a condition of another namespace',
      begun('saml:Conditions', '<OneTimeUse></OneTimeUse>'),
      'saml_condition: a condition that is not known',
    ],
    ['text in the Conditions', begun('saml:Conditions', 'text'), 'saml_schema: Conditions'],
    ['blanks in the Conditions', begun('saml:Conditions', '\n '), 'accepted'],
    [
      'a restriction to nobody',
      (text: string) => text.replace(audience(SP, 'urn:other'), audience()),
      'saml_schema: AudienceRestriction without Audience',
    ],
    [
      'an element in the audience',
      swapped(`>${SP}<`, `>${SP}<x></x><`),
      'saml_schema: an element in the text of Audience',
    ],
    [
      'no AuthnInstant',
      swapped(' AuthnInstant="2027-01-15T11:59:00Z"', ''),
      'saml_schema: AuthnStatement without AuthnInstant',
    ],
    ['two SubjectLocality', twice('saml:SubjectLocality'), 'saml_schema: AuthnStatement without AuthnContext'],
    ['two AuthnContext', twice('saml:AuthnContext'), 'saml_schema: a child of AuthnStatement out of place'],
    [
      'two classes of authentication',
      twice('saml:AuthnContextClassRef'),
      'saml_schema: a child of AuthnContext out of place',
    ],
    ['two declarations of it', twice('saml:AuthnContextDecl'), 'saml_schema: a child of AuthnContext out of place'],
    ['two references to one', twice('saml:AuthnContextDeclRef'), 'saml_schema: a child of AuthnContext out of place'],
    [
      'an element in the class of authentication',
      begun('saml:AuthnContextClassRef', '<x></x>'),
      'saml_schema: an element in the text of AuthnContextClassRef',
    ],
    [
      'a statement without attributes, as AWS IAM Identity Center has it where it has nothing to say',
      (text: string) => text.replace(/<saml:Attribute .*<\/saml:Attribute>/, ''),
      'accepted',
    ],
    [
      'something else among attributes',
      swapped('</saml:AttributeStatement>', '<x></x></saml:AttributeStatement>'),
      'saml_schema: a child of AttributeStatement out of place',
    ],
    [
      'an encrypted attribute among others',
      swapped(
        '</saml:AttributeStatement>',
        '<saml:EncryptedAttribute></saml:EncryptedAttribute></saml:AttributeStatement>',
      ),
      'saml_encrypted_part: EncryptedAttribute',
    ],
    [
      'something else in an attribute',
      begun('saml:Attribute', '<x></x>'),
      'saml_schema: a child of Attribute out of place',
    ],
    [
      'an attribute without a name',
      swapped('<saml:Attribute Name="none">', '<saml:Attribute>'),
      'saml_schema: Attribute without Name',
    ],
  ])('with %s', async (_rule, change, expected) => {
    const text = change(FULL);
    expect(text).not.toBe(FULL);
    expect(await logged(response(signed(text)))).toBe(expected);
  });

  it.each([
    'Assertion',
    'Issuer',
    'NameID',
    'SubjectConfirmation',
    'SubjectConfirmationData',
    'Conditions',
    'AuthnStatement',
  ])('with an attribute of %s that SAML does not have', async (name) => {
    const text = FULL.replace(new RegExp(`(<saml:${name}(?: [^>]*)?)>`), '$1 zzz="">');
    expect(await logged(response(signed(text)))).toBe(
      `saml_schema: an attribute of ${name} that the schema does not have`,
    );
    const foreign = FULL.replace(new RegExp(`<saml:${name}((?: [^>]*)?)>`), (_all, written: string) => {
      const [declared, rest] =
        name === 'Assertion'
          ? [' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', written.replace(/ xmlns:saml="[^"]*"/, '')]
          : ['', written];
      return `<saml:${name}${declared} xmlns:x="urn:x"${rest} x:Version="">`;
    });
    expect(await logged(response(signed(foreign)))).toBe(
      `saml_schema: an attribute of ${name} that the schema does not have`,
    );
  });

  it('is refused for its shape before it is for its signature, where its shape is what selects the connection', async () => {
    expect(await logged(response(FULL.replace(' Version="2.0"', ' Version="1.1"')))).toBe(
      'saml_schema: Assertion of another version',
    );
    expect(await logged(response(FULL.replace('<saml:Conditions', '<saml:Conditions zzz=""')))).toBe(
      'saml_schema: an attribute of Conditions that the schema does not have',
    );
  });

  it('gives values in order, of several attributes of one name too, and none for one without', async () => {
    const outcome = await verifyXml(response(signed(FULL)));
    const values = outcome.ok ? outcome.value.claims.values : new Map();
    expect(Object.fromEntries(values)).toEqual({
      memberOf: ['deployers', 'admins'],
      groups: ['deployers', 'admins'],
      nameId: 'alice@example.com',
      nameIdFormat: 'urn:f',
      sessionIndex: '_s1',
      authnContext: CLASS,
      authnInstant: '2027-01-15T11:59:00Z',
      issuer: IDP,
    });
  });

  it('gives the format of a NameID that names none as unspecified (core section 2.2.2)', async () => {
    const outcome = await verifyXml(response(signed(FULL.replace('<saml:NameID Format="urn:f"', '<saml:NameID'))));
    expect(outcome.ok && outcome.value.claims.values.get('nameIdFormat')).toBe(
      'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    );
  });
});

describe('a response', () => {
  it('may have every part that SAML 2.0 has', async () => {
    expect(await logged(RESPONSE)).toBe('accepted');
  });

  it.each([
    ['another Format of the Issuer', swapped(ENTITY, 'urn:other'), 'saml_schema: an Issuer of another format'],
    ['no ID', swapped(' ID="_r1"', ''), 'saml_schema: Response without ID'],
    ['no Version', swapped(' Version="2.0"', ''), 'saml_schema: Response without Version'],
    [
      'no IssueInstant',
      swapped(' IssueInstant="2027-01-15T11:59:31Z"', ''),
      'saml_schema: Response without IssueInstant',
    ],
    ['no Issuer', without('saml:Issuer'), 'accepted'],
    ['two Issuers', twice('saml:Issuer'), 'saml_schema: Response without Status'],
    ['two Extensions', twice('samlp:Extensions'), 'saml_schema: Response without Status'],
    ['no Extensions', without('samlp:Extensions'), 'accepted'],
    ['no assertion', without('saml:Assertion'), 'saml_schema: a Response without an assertion'],
    [
      'no StatusCode',
      (text: string) => text.replace(/<samlp:StatusCode.*<\/samlp:StatusCode>/, ''),
      'saml_schema: Status without StatusCode',
    ],
    [
      'a StatusCode without Value',
      swapped('<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success">', '<samlp:StatusCode>'),
      'saml_schema: StatusCode without Value',
    ],
    ['two StatusMessages', twice('samlp:StatusMessage'), 'saml_schema: a child of Status out of place'],
    ['two StatusDetails', twice('samlp:StatusDetail'), 'saml_schema: a child of Status out of place'],
    [
      'something in a StatusCode',
      begun('samlp:StatusCode', '<x></x>'),
      'saml_schema: a child of StatusCode out of place',
    ],
    [
      'two codes in a StatusCode',
      begun('samlp:StatusCode', '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>'),
      'saml_schema: a child of StatusCode out of place',
    ],
    [
      'an attribute that SAML does not have',
      inTag('samlp:Response', 'zzz=""'),
      'saml_schema: an attribute of Response that the schema does not have',
    ],
    [
      'one of its Issuer',
      inTag('saml:Issuer', 'zzz=""'),
      'saml_schema: an attribute of Issuer that the schema does not have',
    ],
    [
      'one of its StatusCode',
      inTag('samlp:StatusCode', 'zzz=""'),
      'saml_schema: an attribute of StatusCode that the schema does not have',
    ],
    ['text', begun('samlp:Response', 'text'), 'saml_schema: text in Response'],
    [
      'something behind the assertion',
      swapped('</samlp:Response>', '<x/></samlp:Response>'),
      'saml_schema: a child of Response out of place',
    ],
    [
      'a long status',
      swapped('status:Success', `status:${'x'.repeat(200)}`),
      `saml_status: urn:oasis:names:tc:SAML:2.0:status:${'x'.repeat(65)} urn:oasis:names:tc:SAML:2.0:status:Success`,
    ],
  ])('with %s', async (_rule, change, expected) => {
    const text = change(RESPONSE);
    expect(text).not.toBe(RESPONSE);
    expect(await logged(text)).toBe(expected);
  });

  it('that is encrypted says whose it is by its own Issuer, or by none, at the ACS', async () => {
    const xml = response(element('saml:EncryptedAssertion', { 'xmlns:saml': 'urn:oasis:names:tc:SAML:2.0:assertion' }));
    const at = atAcs(null);
    expect(await logged(xml, { at })).toBe('saml_schema: not one EncryptedData');
    expect(await logged(xml.replace(/<saml:Issuer.*?<\/saml:Issuer>/, ''), { at })).toBe(
      'saml_schema: not one EncryptedData',
    );
    expect(await logged(xml.replace(`>${IDP}<`, '>https://other.example.com<'), { at })).toBe(
      'saml_issuer_mismatch: the issuer is https://other.example.com',
    );
  });
});
