import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../lib/identity/principal.ts';
import { element } from './element.ts';
import {
  type AssertionParts,
  attribute,
  attributes,
  audience,
  authn,
  conditions,
  nameId,
  response,
  SP,
  signedAssertion,
  unsignedAssertion,
} from './idp.ts';
import { logged, type Setting, verdict, verifyXml } from './verifying.ts';

const statement = (...inner: string[]) => ({ attributes: attributes(...inner) });

async function principalOf(changes: Partial<AssertionParts>, setting: Setting = {}): Promise<Principal> {
  const outcome = await verifyXml(response(signedAssertion(changes)), setting);
  if (!outcome.ok) throw new TypeError(outcome.refusal.reason);
  return outcome.value;
}

describe('several AuthnStatements (contract section 2)', () => {
  const second = authn('2027-01-15T11:58:00Z').replace('_s1', '_s2').replace('PasswordProtectedTransport', 'X509');

  it('give the claims of the first', async () => {
    const { claims } = await principalOf({ authn: second + authn() });
    expect(['sessionIndex', 'authnContext', 'authnInstant'].map((name) => claims.values.get(name))).toEqual([
      '_s2',
      'urn:oasis:names:tc:SAML:2.0:ac:classes:X509',
      '2027-01-15T11:58:00Z',
    ]);
  });

  it('give no claim that the first does not have', async () => {
    const context = element('saml:AuthnContext');
    const bare = element('saml:AuthnStatement', { AuthnInstant: '2027-01-15T11:59:00Z' }, context);
    const { claims } = await principalOf({ authn: bare + authn() });
    expect(['sessionIndex', 'authnContext'].map((name) => claims.values.has(name))).toEqual([false, false]);
  });
});

describe('a control character', () => {
  it.each<[string, Partial<AssertionParts>]>([
    ['a line end in the NameID', { nameId: nameId('alice\n@example.com') }],
    ['a tab in the NameID', { nameId: nameId('alice\t@example.com') }],
    ['a carriage return in the NameID', { nameId: nameId('alice&#xD;@example.com') }],
    ['a line end in the audience', { conditions: conditions(audience(`\n${SP}`)) }],
    ['a tab in the issuer', { issuer: 'https://idp.example.com/metadata\t' }],
    ['a line end in the name of an attribute', statement(attribute('mem&#xA;berOf', 'x'))],
    ['a line end that is written as such there', statement(attribute('mem\nberOf', 'x'))],
    ['a tab in the SessionIndex', { authn: authn().replace('_s1', '_s&#x9;1') }],
    ['a tab in the format of the NameID', { nameId: nameId('alice', 'urn:x&#x9;') }],
    [
      'a line end in the class of the authentication',
      { authn: authn().replace('PasswordProtectedTransport', 'Password\n') },
    ],
    ['another one in a value that nobody uses', statement(attribute('note', 'a\u0085b'))],
    ['another one in an XML attribute that nobody uses', { advice: '<saml:Advice><x y="\u007f"></x></saml:Advice>' }],
    ['another one in a text that nobody uses', { advice: '<saml:Advice><x>\u009f</x></saml:Advice>' }],
  ])('is refused: %s', async (_rule, changes) => {
    expect(await verdict(response(signedAssertion(changes)))).toBe('saml_control_character');
  });

  it.each([
    ...[
      'ID',
      'Version',
      'IssueInstant',
      'Destination',
      'InResponseTo',
      'Value',
      'Name',
      'Format',
      'Method',
      'Recipient',
    ],
    ...['NotBefore', 'NotOnOrAfter', 'AuthnInstant', 'SessionIndex', 'SessionNotOnOrAfter'],
  ])('is refused in %s of an element of SAML, whichever that is, as a character or by reference', async (name) => {
    for (const written of ['\n', '\t', '&#xA;', '&#x85;']) {
      for (const tag of ['saml:x xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', 'samlp:x']) {
        const extensions = `<samlp:Extensions><${tag} ${name}="a${written}b"/></samlp:Extensions>`;
        expect(await logged(response(signedAssertion(), { extensions }))).toBe(
          `saml_control_character: attribute ${name}`,
        );
      }
    }
  });

  it.each([
    ['of an element of others', '<x Name="a&#xA;b"/>'],
    ['of another namespace', '<samlp:x xmlns:y="urn:y" y:Name="a&#xA;b"/>'],
    ['in the text of an element of others that is called as ours', '<Issuer>a\nb</Issuer><Audience>a\nb</Audience>'],
    [
      'in a NameID that is not of the subject',
      '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">a\nb</saml:NameID>',
    ],
  ])('that is a line end is no fault in an attribute of that name %s', async (_rule, inner) => {
    const extensions = `<samlp:Extensions>${inner}</samlp:Extensions>`;
    expect(await verdict(response(signedAssertion(), { extensions }))).toBe('accepted');
  });

  it.each([
    ['Issuer', '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">a\nb</saml:Issuer>'],
    ['Audience', '<saml:Audience xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">a\nb</saml:Audience>'],
    [
      'NameID',
      '<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:NameID>a\nb</saml:NameID></saml:Subject>',
    ],
    ['x', '<x>\u0085</x>'],
    ['attribute y', '<x y="\u0085"/>'],
  ])('is refused before any signature: %s', async (where, inner) => {
    const extensions = `<samlp:Extensions>${inner}</samlp:Extensions>`;
    expect(await logged(response(unsignedAssertion(), { extensions }))).toBe(`saml_control_character: ${where}`);
  });

  it.each(['http://www.w3.org/2000/09/xmldsig#', 'http://www.w3.org/2001/04/xmlenc#'])(
    'is passed over in texts of %s, which are not read as text',
    async (namespace) => {
      const extensions = `<samlp:Extensions><x xmlns="${namespace}">\u0085</x></samlp:Extensions>`;
      expect(await verdict(response(signedAssertion(), { extensions }))).toBe('accepted');
    },
  );

  const LINES = 'Main Street 1\nSpringfield\t&#xD;';
  it.each<[string, Partial<AssertionParts>]>([
    ['in a value', statement(attribute('address', LINES), attribute('mail', 'alice@example.com'))],
    ['in one of several values', statement(attribute('address', 'x', LINES), attribute('mail', 'alice@example.com'))],
    ['in an attribute of Advice', { advice: '<saml:Advice><x y="&#xA;&#x9;"></x></saml:Advice>' }],
    ['in a text of Advice', { advice: '<saml:Advice><x>\n\t</x></saml:Advice>' }],
    [
      'in the friendly name of an attribute',
      statement('<saml:Attribute FriendlyName="e&#xA;mail" Name="mail"></saml:Attribute>'),
    ],
    [
      'in the class of a second authentication',
      { authn: authn() + authn().replace('PasswordProtectedTransport', 'Password\n') },
    ],
  ])('that is a tab or a line end is no fault where nothing uses it: %s', async (_rule, changes) => {
    expect(await verdict(response(signedAssertion(changes)))).toBe('accepted');
  });

  const address = statement(attribute('address', LINES), attribute('mail', 'alice@example.com'));

  it('withholds the claim, also under an alias, with the reason', async () => {
    const { claims } = await principalOf(address, { connection: { claims: { home: 'address' } } });
    expect([claims.values.has('address'), claims.values.has('home')]).toEqual([false, false]);
    expect(Object.fromEntries(claims.unavailable)).toEqual({
      address: 'saml_control_character',
      home: 'saml_control_character',
    });
  });

  it('in an attribute that an alias or a derived name hides changes nothing', async () => {
    const hidden = statement(attribute('email', LINES), attribute('issuer', LINES), attribute('mail', 'alice'));
    const { claims } = await principalOf(hidden);
    expect([claims.values.get('email'), claims.unavailable.size]).toEqual(['alice', 0]);
  });

  it('in an attribute that has elements too leaves it out as before', async () => {
    const { claims } = await principalOf(statement(attribute('x', LINES, '<y></y>')));
    expect([claims.values.has('x'), claims.unavailable.size]).toEqual([false, 0]);
  });

  it.each<[string, Setting['connection'], string]>([
    ['the principal', { principal: '${claims.address}' }, 'principal_invalid'],
    ['require', { require: [{ StringLike: { 'claims.address': ['*'] } }] }, 'requirement_not_met'],
  ])('refuses what uses it: %s', async (_rule, connection, reason) => {
    expect(await verdict(response(signedAssertion(address)), { connection: connection ?? {} })).toBe(reason);
  });
});

describe('a NameID that can be nobody is refused, with the reason', () => {
  const principal = '${claims.email}';
  it.each([
    ['missing', '', 'There is no NameID; it is the subject, also where principal is made of an attribute.'],
    ['empty', nameId(''), 'The NameID is empty.'],
    ['blank', nameId('  '), 'The NameID is empty.'],
    ['with a blank in front', nameId(' alice'), 'The NameID has blanks around it; it is not cut to fit.'],
    ['with a blank behind', nameId('alice '), 'The NameID has blanks around it; it is not cut to fit.'],
    ['of 1025 characters', nameId('a'.repeat(1025)), 'The NameID has more than 1024 characters.'],
  ])('%s', async (_rule, name, detail) => {
    for (const connection of [{}, { principal }]) {
      const outcome = await verifyXml(response(signedAssertion({ nameId: name })), { connection });
      expect(outcome).toEqual({ ok: false, refusal: { reason: 'saml_subject', detail } });
    }
  });

  it('but one of 1024 characters is somebody', async () => {
    const { subject } = await principalOf({ nameId: nameId('a'.repeat(1024)) }, { connection: { principal } });
    expect(subject.length).toBe(1024);
  });

  it('only once `require` is met', async () => {
    const require = [{ StringEquals: { 'claims.email': ['bob@example.com'] } }];
    const xml = response(signedAssertion({ nameId: nameId(' alice') }));
    expect(await verdict(xml, { connection: { require } })).toBe('requirement_not_met');
  });
});
