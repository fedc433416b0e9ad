/** What a refused assertion is told in words, and the edges of what is read. */
import { describe, expect, it } from '@jest/globals';
import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../../../lib/identity/saml/algorithms.ts';
import { decodeMessage } from '../../../lib/identity/saml/decode-message.ts';
import { contentCiphers } from '../../../lib/identity/saml/encrypted-assertion.ts';
import { QNAME } from '../../../lib/identity/saml/xml-text.ts';
import { parseInstant, parseXmlDuration } from '../../../lib/identity/saml/xml-time.ts';
import { seconds } from '../../../lib/time.ts';
import {
  ACS,
  type AssertionParts,
  attribute,
  attributes,
  audience,
  authn,
  bearer,
  bearerData,
  conditions,
  IDP,
  nameId,
  type ResponseParts,
  response,
  SP,
  signedAssertion,
  TOKEN_ENDPOINT,
} from './idp.ts';
import { atAcs, type Setting, verifyXml } from './verifying.ts';

const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

describe('the algorithms', () => {
  it('of signatures are these', () => {
    expect(Object.fromEntries(SIGNATURE_ALGORITHMS)).toEqual({
      [`${XMLDSIG}rsa-sha1`]: { hash: 'sha1', key: 'rsa' },
      [`${MORE}rsa-sha256`]: { hash: 'sha256', key: 'rsa' },
      [`${MORE}rsa-sha384`]: { hash: 'sha384', key: 'rsa' },
      [`${MORE}rsa-sha512`]: { hash: 'sha512', key: 'rsa' },
      [`${MORE_2007}sha256-rsa-MGF1`]: { hash: 'sha256', key: 'rsa-pss' },
      [`${MORE_2007}sha384-rsa-MGF1`]: { hash: 'sha384', key: 'rsa-pss' },
      [`${MORE_2007}sha512-rsa-MGF1`]: { hash: 'sha512', key: 'rsa-pss' },
      [`${MORE}ecdsa-sha256`]: { hash: 'sha256', key: 'ec' },
      [`${MORE}ecdsa-sha384`]: { hash: 'sha384', key: 'ec' },
      [`${MORE}ecdsa-sha512`]: { hash: 'sha512', key: 'ec' },
    });
  });

  it('of digests are these', () => {
    expect(Object.fromEntries(DIGEST_ALGORITHMS)).toEqual({
      [`${XMLDSIG}sha1`]: 'sha1',
      [`${XENC}sha256`]: 'sha256',
      [`${MORE}sha384`]: 'sha384',
      [`${XENC}sha384`]: 'sha384',
      [`${XENC}sha512`]: 'sha512',
    });
  });

  it('of content are these, by their mode', () => {
    const gcm = [256, 192, 128].map((bits) => `${XENC11}aes${bits}-gcm`);
    const cbc = [256, 192, 128].map((bits) => `${XENC}aes${bits}-cbc`);
    expect(contentCiphers(['gcm'])).toEqual(gcm);
    expect(contentCiphers(['cbc'])).toEqual(cbc);
    expect(contentCiphers(['gcm', 'cbc'])).toEqual([...gcm, ...cbc]);
    expect(contentCiphers([])).toEqual([]);
  });
});

const told = async (
  changes: Partial<AssertionParts>,
  parts: Partial<ResponseParts> = {},
  setting: Setting = {},
): Promise<string> => {
  const outcome = await verifyXml(response(signedAssertion(changes), parts), setting);
  return outcome.ok ? 'accepted' : `${outcome.refusal.reason}: ${outcome.refusal.detail ?? ''}`;
};
const CLOCK = 'the clock here says 2027-01-15T12:00:00Z and the tolerance is 0 seconds';
const tolerant = { connection: { clockTolerance: seconds(30) } };
const window = (from: string, to: string) =>
  conditions(audience(SP), `NotBefore="2027-01-15T${from}Z" NotOnOrAfter="2027-01-15T${to}Z"`);

describe('a genuine assertion is told', () => {
  it.each<[string, Partial<AssertionParts>, Partial<ResponseParts>, Setting, string]>([
    [
      'its issuer, in the Response',
      {},
      { issuer: 'https://other.example' },
      {},
      `saml_issuer_mismatch: The issuer must be ${IDP}; it is https://other.example.`,
    ],
    [
      'its audience',
      { conditions: conditions(audience(SP) + audience('https://other.example')) },
      {},
      {},
      `audience_mismatch: The audience must be ${SP}; it is https://other.example.`,
    ],
    [
      'that it answers what nobody here asked',
      { confirmation: bearer(bearerData({ recipient: ACS })) },
      { destination: ACS },
      { at: atAcs(null) },
      'saml_unsolicited: Nobody here asked for this response; start at the login page.',
    ],
    [
      'that it answers another sign-in',
      { confirmation: bearer(bearerData({ recipient: ACS, inResponseTo: '_other' })) },
      { destination: ACS, inResponseTo: '_other' },
      { at: atAcs('_asked') },
      'saml_in_response_to: InResponseTo of the Response must be the request of this sign-in; it is another one.',
    ],
    [
      'that answers are for the browser',
      {},
      { inResponseTo: '_x' },
      {},
      'saml_in_response_to: A response to a request belongs to the browser flow; InResponseTo is not accepted here.',
    ],
    [
      'that answers are for the browser, by its confirmation',
      { confirmation: bearer(bearerData({ inResponseTo: '_x' })) },
      {},
      {},
      'saml_in_response_to: A response to a request belongs to the browser flow; InResponseTo is not accepted here.',
    ],
    [
      'where it may be sent',
      {},
      { destination: 'https://x.example' },
      {},
      `saml_destination: Destination must be ${TOKEN_ENDPOINT}; it is https://x.example.`,
    ],
    [
      'where else it may be sent',
      { confirmation: bearer(bearerData({ recipient: 'https://x.example' })) },
      {},
      { connection: { recipients: ['https://b.example'] } },
      `saml_recipient: Recipient must be ${TOKEN_ENDPOINT}, https://b.example; it is https://x.example.`,
    ],
    [
      'that a bearer needs an end',
      { confirmation: bearer(bearerData({ notOnOrAfter: '' })) },
      {},
      {},
      'saml_confirmation: Bearer data needs NotOnOrAfter and takes no NotBefore.',
    ],
    [
      'that a bearer has no beginning',
      { confirmation: bearer(bearerData({ notBefore: '2027-01-15T11:00:00Z' })) },
      {},
      {},
      'saml_confirmation: Bearer data needs NotOnOrAfter and takes no NotBefore.',
    ],
    [
      'that it has no bearer',
      { confirmation: '' },
      {},
      {},
      'saml_confirmation: A bearer SubjectConfirmation is needed.',
    ],
    [
      'that its confirmation is over',
      { confirmation: bearer(bearerData({ notOnOrAfter: '2027-01-15T12:00:00Z' })) },
      {},
      {},
      `expired: NotOnOrAfter of the SubjectConfirmation is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
    [
      'what came furthest of several confirmations',
      {
        confirmation:
          bearer(bearerData({ recipient: 'https://x.example' })) +
          bearer(bearerData({ notOnOrAfter: '2027-01-15T11:00:00Z' })) +
          bearer(bearerData({ inResponseTo: '_x' })),
      },
      {},
      {},
      `expired: NotOnOrAfter of the SubjectConfirmation is 2027-01-15T11:00:00Z, 3600 seconds ago; ${CLOCK}.`,
    ],
    [
      'that its times contradict each other',
      { conditions: window('12:05:00', '12:05:00') },
      {},
      {},
      'saml_instant: NotBefore of the Conditions is not before NotOnOrAfter.',
    ],
    [
      'that its conditions begin later',
      { conditions: window('12:00:01', '12:05:00') },
      {},
      {},
      `not_yet_valid: NotBefore of the Conditions is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'that it was made later',
      { issueInstant: '2027-01-15T12:00:01Z' },
      {},
      {},
      `not_yet_valid: IssueInstant of the Assertion is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'that its Response was made later',
      {},
      { issueInstant: '2027-01-15T12:00:01Z' },
      {},
      `not_yet_valid: IssueInstant of the Response is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'that its subject signed in later',
      { authn: authn('2027-01-15T12:00:01Z') },
      {},
      {},
      `not_yet_valid: AuthnInstant is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'that its conditions are over',
      { conditions: window('11:00:00', '12:00:00') },
      {},
      {},
      `expired: NotOnOrAfter of the Conditions is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
    [
      'that its session is over',
      { authn: authn('2027-01-15T11:00:00Z', { SessionNotOnOrAfter: '2027-01-15T12:00:00Z' }) },
      {},
      {},
      `expired: SessionNotOnOrAfter is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
    [
      'that it names nobody',
      { nameId: '' },
      {},
      {},
      'saml_subject: There is no NameID; it is the subject, also where principal is made of an attribute.',
    ],
    ['that it names nobody, in many words', { nameId: nameId('  ') }, {}, {}, 'saml_subject: The NameID is empty.'],
    [
      'that its name has blanks',
      { nameId: nameId('alice ') },
      {},
      {},
      'saml_subject: The NameID has blanks around it; it is not cut to fit.',
    ],
    [
      'that its name is too long',
      { nameId: nameId('a'.repeat(1_025)) },
      {},
      {},
      'saml_subject: The NameID has more than 1024 characters.',
    ],
    [
      'that its name is another one each time',
      { nameId: nameId('x', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient') },
      {},
      {},
      'saml_transient_name: The NameID must not be transient.',
    ],
  ])('%s', async (_, changes, parts, setting, message) => {
    expect(await told(changes, parts, setting)).toBe(message);
  });

  it.each<[string, Partial<AssertionParts>, Partial<ResponseParts>, Setting]>([
    [
      'in the last second of its confirmation',
      { confirmation: bearer(bearerData({ notOnOrAfter: '2027-01-15T12:00:01Z' })) },
      {},
      {},
    ],
    ['in its first second', { conditions: window('12:00:00', '12:00:01') }, {}, {}],
    ['within the tolerance before it', { conditions: window('12:00:30', '12:05:00') }, {}, tolerant],
    ['within the tolerance behind it', { conditions: window('11:00:00', '11:59:31') }, {}, tolerant],
    [
      'made within the tolerance',
      { issueInstant: '2027-01-15T12:00:30Z' },
      { issueInstant: '2027-01-15T12:00:30Z' },
      tolerant,
    ],
    ['with a name of 1024 characters', { nameId: nameId('a'.repeat(1_024)) }, {}, {}],
    [
      'with one confirmation that holds, of several',
      { confirmation: bearer(bearerData({ recipient: 'https://x.example' })) + bearer(bearerData()) },
      {},
      {},
    ],
  ])('nothing %s', async (_, changes, parts, setting) => {
    expect(await told(changes, parts, setting)).toBe('accepted');
  });

  it.each<[string, Partial<AssertionParts>, string]>([
    [
      'its confirmation, which ends first',
      { confirmation: bearer(bearerData({ notOnOrAfter: '2027-01-15T12:01:00Z' })) },
      '12:01:00',
    ],
    [
      'the latest of its confirmations',
      {
        confirmation:
          bearer(bearerData({ notOnOrAfter: '2027-01-15T12:01:00Z' })) +
          bearer(bearerData({ notOnOrAfter: '2027-01-15T12:02:00Z' })),
      },
      '12:02:00',
    ],
    ['its conditions, which end first', { conditions: window('11:00:00', '12:00:30') }, '12:00:30'],
    [
      'its session, which ends first',
      { authn: authn('2027-01-15T11:00:00Z', { SessionNotOnOrAfter: '2027-01-15T12:00:20Z' }) },
      '12:00:20',
    ],
  ])('that it ends with %s', async (_, changes, end) => {
    const outcome = await verifyXml(response(signedAssertion(changes)), tolerant);
    const expires = Date.parse(`2027-01-15T${end}Z`) / 1000;
    expect(outcome).toMatchObject({ ok: true, value: { proof: { expires }, reuse: { until: expires + 30 } } });
  });

  it('at which of our addresses it was meant', async () => {
    const to = (recipient: string) =>
      verifyXml(response(signedAssertion({ confirmation: bearer(bearerData({ recipient })) })), {
        connection: { recipients: ['https://b.example'] },
      });
    expect(await to(TOKEN_ENDPOINT)).toMatchObject({ value: { recipient: TOKEN_ENDPOINT } });
    expect(await to('https://b.example')).toMatchObject({ value: { recipient: 'https://b.example' } });
  });
});

describe('claims of an assertion', () => {
  it('are one text, a list or nothing, and what is derived hides attributes', async () => {
    const all = attributes(
      attribute('one', 'a'),
      attribute('two', 'a', 'b'),
      attribute('none'),
      attribute('nameId', 'forged'),
      attribute('sessionIndex', 'forged'),
      attribute('authnInstant', 'forged'),
    );
    const outcome = await verifyXml(response(signedAssertion({ attributes: all, authn: '' })), {
      connection: { claims: { alias: 'two', absent: 'nothing', one: 'two' } },
    });
    expect(outcome.ok && Object.fromEntries(outcome.value.claims.values)).toEqual({
      one: ['a', 'b'],
      two: ['a', 'b'],
      alias: ['a', 'b'],
      nameId: 'alice@example.com',
      nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      issuer: IDP,
    });
  });
});

describe('a message', () => {
  const base64 = (bytes: number): string => Buffer.alloc(bytes, 'a').toString('base64');
  const said = (document: string) => {
    const decoded = decodeMessage(document);
    return decoded.ok ? decoded.value.bytes.length : [decoded.refusal.reason, decoded.refusal.log ?? null];
  };
  it.each([
    ['YQ==', 1],
    ['YQ', 1],
    ['YWE=', 2],
    ['YW\r\nE=\r\n', 2],
    ['Pz8_', 3],
    ['Pz8/', 3],
    [base64(100 * 1024), 100 * 1024],
  ])('%# is decoded', (document, bytes) => {
    expect(said(document)).toBe(bytes);
  });

  it.each<[string, unknown]>([
    ['', ['saml_encoding', { found: 'nothing' }]],
    ['====', ['saml_encoding', { found: 'a character of no alphabet, or of both' }]],
    ['Y', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['YQ=', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['YWE==', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['Pz8_Pz8/', ['saml_encoding', { found: 'a character of no alphabet, or of both' }]],
    ['Y Q=', ['saml_encoding', { found: 'a blank: a + that was not sent as %2B' }]],
    ['/w==', ['saml_not_xml', { found: 'not UTF-8' }]],
    [base64(100 * 1024 + 1), ['saml_too_large', { bytes: 102_401 }]],
    [base64(110 * 1024), ['saml_too_large', { characters: 150_188 }]],
  ])('%# is none', (document, refused) => {
    expect(said(document)).toEqual(refused);
  });
});

describe('a time of XML', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1],
    ['1970-01-01T00:00:01.5Z', 1.5],
    ['9999-12-31T23:59:59Z', 253_402_300_799],
  ])('%s is a second', (text, second) => {
    expect(parseInstant(text)).toBe(second);
  });

  it.each([
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:01',
    '1970-01-01T00:00:01+00:00',
    '1970-01-01t00:00:01Z',
    '1970-01-01',
    '',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it.each([
    ['P1Y', 31_536_000],
    ['P1M', 2_419_200],
    ['P2D', 172_800],
    ['PT3H', 10_800],
    ['PT4M', 240],
    ['PT5S', 5],
    ['PT5.9S', 5],
    ['P1Y2M3DT4H5M6S', 31_536_000 + 2 * 2_419_200 + 3 * 86_400 + 4 * 3_600 + 5 * 60 + 6],
    ['PT0S', 0],
  ])('%s lasts %d s', (text, length) => {
    expect(parseXmlDuration(text)).toBe(length);
  });

  it.each(['P', 'PT', 'P1DT', '-PT1S', 'P1W', 'PT1.5H', 'PT1M1H', '1D', 'P1', 'PT5,5S'])('%s is no length', (text) => {
    expect(parseXmlDuration(text)).toBeNull();
  });
});

describe('a name of XML', () => {
  const nameAt = (text: string): string | null => {
    QNAME.lastIndex = 0;
    return QNAME.exec(text)?.[0] ?? null;
  };
  /** The first and the last of each range that a name may begin with (XML 1.0, production 4). */
  const STARTS = [
    ['A', 'Z'],
    ['_', '_'],
    ['a', 'z'],
    ['\u{C0}', '\u{D6}'],
    ['\u{D8}', '\u{F6}'],
    ['\u{F8}', '\u{2FF}'],
    ['\u{370}', '\u{37D}'],
    ['\u{37F}', '\u{1FFF}'],
    ['\u{200C}', '\u{200D}'],
    ['\u{2070}', '\u{218F}'],
    ['\u{2C00}', '\u{2FEF}'],
    ['\u{3001}', '\u{D7FF}'],
    ['\u{F900}', '\u{FDCF}'],
    ['\u{FDF0}', '\u{FFFD}'],
    ['\u{10000}', '\u{EFFFF}'],
  ].flat();

  it.each(STARTS)('may begin with %j, and have it within', (character) => {
    expect(nameAt(`${character}b>`)).toBe(`${character}b`);
    expect(nameAt(`a${character}:b${character}>`)).toBe(`a${character}:b${character}`);
  });

  it.each(['-', '.', '0', '9', '\u{B7}', '\u{300}', '\u{36F}', '\u{203F}', '\u{2040}'])(
    'may have %j within, and not begin with it',
    (character) => {
      expect(nameAt(`a${character}>`)).toBe(`a${character}`);
      expect(nameAt(`${character}a`)).toBeNull();
    },
  );

  it.each([
    ...['@', '[', '^', '`', '{', '/', ' ', '\u{D7}', '\u{F7}', '\u{37E}', '\u{2000}', '\u{200B}', '\u{200E}'],
    ...[
      '\u{206F}',
      '\u{2190}',
      '\u{2BFF}',
      '\u{2FF0}',
      '\u{3000}',
      '\u{F8FF}',
      '\u{FDD0}',
      '\u{FDEF}',
      '\u{FFFE}',
      '\u{F0000}',
    ],
    '\u{BF}',
  ])('ends before %j', (character) => {
    expect(nameAt(`a${character}b`)).toBe('a');
    expect(nameAt(`${character}b`)).toBeNull();
  });

  it('has one colon at most', () => {
    expect([nameAt('a:b:c'), nameAt(':a'), nameAt('a:')]).toEqual(['a:b', null, 'a']);
  });
});
