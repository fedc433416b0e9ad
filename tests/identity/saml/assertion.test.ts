import { describe, expect, it } from '@jest/globals';
import { seconds } from '../../../lib/time.ts';
import {
  ACS,
  type AssertionParts,
  audience,
  authn,
  bearer,
  bearerData,
  conditions,
  nameId,
  type ResponseParts,
  response,
  SP,
  SUCCESS,
  signedAssertion,
  signedResponse,
  status,
  TOKEN_ENDPOINT,
  unsignedAssertion,
} from './idp.ts';
import { atAcs, logged, type Setting, verifyXml } from './verifying.ts';

describe('an assertion is refused that', () => {
  it.each<[string, Partial<AssertionParts>, string]>([
    [
      'is for another audience',
      { conditions: conditions(audience('https://other.example.com')) },
      'audience_mismatch: the audience is https://other.example.com',
    ],
    [
      'is for ours and another (any of one restriction will do)',
      { conditions: conditions(audience('https://other.example.com', SP)) },
      'accepted',
    ],
    [
      'has two restrictions of which one is not ours',
      { conditions: conditions(audience(SP) + audience('https://other.example.com')) },
      'audience_mismatch',
    ],
    ['has no audience restriction', { conditions: conditions('') }, 'audience_mismatch: no audience'],
    [
      'has our audience with a final slash',
      { conditions: conditions(audience(`${SP}/`)) },
      `audience_mismatch: the audience is ${SP}/`,
    ],
    [
      'has our audience with blanks',
      { conditions: conditions(audience(` ${SP}`)) },
      `audience_mismatch: the audience is  ${SP}`,
    ],
    ['has no Conditions', { conditions: '' }, 'saml_schema: Assertion without Conditions'],
    [
      'has a condition that is not known',
      { conditions: conditions(`${audience(SP)}<saml:Condition></saml:Condition>`) },
      'saml_condition: a condition that is not known',
    ],
    [
      'is to be used once',
      { conditions: conditions(`${audience(SP)}<saml:OneTimeUse></saml:OneTimeUse>`) },
      'accepted',
    ],
    [
      'is by another issuer',
      { issuer: 'https://other.example.com' },
      'issuer_unknown: the issuer is https://other.example.com, matching 0',
    ],
    ['is of another version', { version: '2.1' }, 'saml_schema: Assertion of another version'],
    ['names nobody', { nameId: '' }, 'saml_subject'],
    ['has an empty NameID', { nameId: nameId('') }, 'saml_subject'],
    ['has a blank NameID', { nameId: nameId('  ') }, 'saml_subject'],
    [
      'has an encrypted NameID',
      { nameId: '<saml:EncryptedID></saml:EncryptedID>' },
      'saml_encrypted_part: EncryptedID',
    ],
    [
      'has an encrypted attribute',
      {
        attributes:
          '<saml:AttributeStatement><saml:EncryptedAttribute></saml:EncryptedAttribute></saml:AttributeStatement>',
      },
      'saml_encrypted_part: EncryptedAttribute',
    ],
    ['has no confirmation', { confirmation: '' }, 'saml_confirmation'],
    ['has a confirmation without data', { confirmation: bearer('') }, 'saml_confirmation'],
    [
      'has a holder-of-key confirmation only',
      { confirmation: bearer(bearerData()).replace('cm:bearer', 'cm:holder-of-key') },
      'saml_confirmation',
    ],
    [
      'has a sender-vouches confirmation only',
      { confirmation: bearer(bearerData()).replace('cm:bearer', 'cm:sender-vouches') },
      'saml_confirmation',
    ],
    [
      'has bearer data with NotBefore',
      { confirmation: bearer(bearerData({ notBefore: '2027-01-15T11:00:00Z' })) },
      'saml_confirmation',
    ],
    [
      'has bearer data without NotOnOrAfter',
      { confirmation: bearer(bearerData({ notOnOrAfter: '' })) },
      'saml_confirmation',
    ],
    ['has bearer data without Recipient', { confirmation: bearer(bearerData({ recipient: '' })) }, 'saml_recipient'],
    ['is for another recipient', { confirmation: bearer(bearerData({ recipient: ACS })) }, 'saml_recipient'],
    [
      'has one confirmation of two that holds',
      { confirmation: bearer(bearerData({ recipient: ACS })) + bearer(bearerData()) },
      'accepted',
    ],
    ['answers a request', { confirmation: bearer(bearerData({ inResponseTo: '_q1' })) }, 'saml_in_response_to'],
    ['has its parts in another order', { attributes: conditions() }, 'saml_schema: a statement that is not known'],
    ['has two AuthnStatements', { authn: authn() + authn() }, 'accepted'],
    [
      'has a second AuthnStatement that is none',
      { authn: `${authn()}<saml:AuthnStatement></saml:AuthnStatement>` },
      'saml_schema: AuthnStatement without AuthnContext',
    ],
    [
      'has a statement that is not known',
      { authn: '<saml:AuthzDecisionStatement></saml:AuthzDecisionStatement>' },
      'saml_schema: a child of Assertion out of place',
    ],
    ['has no AuthnStatement', { authn: '' }, 'accepted'],
    ['has text between its elements', { advice: 'x' }, 'saml_schema: text in Assertion'],
    [
      'has a time with an offset',
      { issueInstant: '2027-01-15T11:59:30+00:00' },
      'saml_instant: IssueInstant of Assertion',
    ],
    ['has a time without a zone', { issueInstant: '2027-01-15T11:59:30' }, 'saml_instant: IssueInstant of Assertion'],
    [
      'has a time of 30 February',
      { conditions: conditions(audience(SP), 'NotBefore="2026-02-30T00:00:00Z"') },
      'saml_instant: NotBefore of Conditions',
    ],
    [
      'has a time of RFC 1123',
      { conditions: conditions(audience(SP), 'NotOnOrAfter="Fri, 15 Jan 2027 12:05:00 GMT"') },
      'saml_instant: NotOnOrAfter of Conditions',
    ],
    [
      'has an hour 24',
      { conditions: conditions(audience(SP), 'NotOnOrAfter="2027-01-15T24:00:00Z"') },
      'saml_instant: NotOnOrAfter of Conditions',
    ],
    [
      'has a second 60',
      { conditions: conditions(audience(SP), 'NotOnOrAfter="2027-01-15T12:59:60Z"') },
      'saml_instant: NotOnOrAfter of Conditions',
    ],
    [
      'begins when it ends',
      { conditions: conditions(audience(SP), 'NotBefore="2027-01-15T11:00:00Z" NotOnOrAfter="2027-01-15T11:00:00Z"') },
      'saml_instant',
    ],
    ['has decimals in its times', { issueInstant: '2027-01-15T11:59:30.1234567Z' }, 'accepted'],
  ])('%s', async (_rule, changes, reason) => {
    expect(await logged(response(signedAssertion(changes)))).toBe(reason);
  });
});

it.each(['Assertion', 'Conditions'])('%s has no attribute but those of SAML', async (name) => {
  const xml = signedAssertion().replace(`<saml:${name}`, '$& zzz=""');
  expect(await logged(response(xml))).toBe(`saml_schema: an attribute of ${name} that the schema does not have`);
});

describe('a time is tested to the second', () => {
  const at = (notOnOrAfter: string): Partial<AssertionParts> => ({
    confirmation: bearer(bearerData({ notOnOrAfter })),
  });
  const window = (attributes: string): Partial<AssertionParts> => ({
    conditions: conditions(audience(SP), attributes),
  });
  it.each<[string, Partial<AssertionParts>, string]>([
    ['NotOnOrAfter of the confirmation a second ahead', at('2027-01-15T12:00:01Z'), 'accepted'],
    ['NotOnOrAfter of the confirmation now', at('2027-01-15T12:00:00Z'), 'expired'],
    ['NotOnOrAfter of the Conditions a second ahead', window('NotOnOrAfter="2027-01-15T12:00:01Z"'), 'accepted'],
    ['NotOnOrAfter of the Conditions now', window('NotOnOrAfter="2027-01-15T12:00:00Z"'), 'expired'],
    ['NotBefore of the Conditions now', window('NotBefore="2027-01-15T12:00:00Z"'), 'accepted'],
    ['NotBefore of the Conditions a second ahead', window('NotBefore="2027-01-15T12:00:01Z"'), 'not_yet_valid'],
    [
      'SessionNotOnOrAfter a second ahead',
      { authn: authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:00:01Z' }) },
      'accepted',
    ],
    [
      'SessionNotOnOrAfter now',
      { authn: authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:00:00Z' }) },
      'expired',
    ],
    ['IssueInstant now', { issueInstant: '2027-01-15T12:00:00Z' }, 'accepted'],
    ['IssueInstant a second ahead', { issueInstant: '2027-01-15T12:00:01Z' }, 'not_yet_valid'],
    [
      'SessionNotOnOrAfter of a second AuthnStatement now',
      { authn: authn() + authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:00:00Z' }) },
      'expired',
    ],
    [
      'AuthnInstant of a second AuthnStatement a second ahead',
      { authn: authn() + authn('2027-01-15T12:00:01Z') },
      'not_yet_valid',
    ],
    ['AuthnInstant now', { authn: authn('2027-01-15T12:00:00Z') }, 'accepted'],
    ['AuthnInstant a second ahead', { authn: authn('2027-01-15T12:00:01Z') }, 'not_yet_valid'],
  ])('%s', async (_rule, changes, reason) => {
    expect(await logged(response(signedAssertion(changes)))).toBe(reason);
  });

  it.each([
    ['2027-01-15T12:05:29Z', 'accepted'],
    ['2027-01-15T12:05:30Z', 'expired'],
    ['2027-01-15T11:59:01Z', 'accepted'],
    ['2027-01-15T11:59:00Z', 'not_yet_valid'],
  ])('with the tolerance once: at %s', async (now, reason) => {
    expect(await logged(response(signedAssertion()), { now, connection: { clockTolerance: seconds(30) } })).toBe(
      reason,
    );
  });
});

describe('the response around it', () => {
  it.each<[string, Partial<ResponseParts>, string]>([
    ['has another destination', { destination: ACS }, 'saml_destination'],
    ['has no destination and is not signed', { destination: '' }, 'accepted'],
    ['answers a request', { inResponseTo: '_q1' }, 'saml_in_response_to'],
    ['is by another issuer', { issuer: 'https://other.example.com' }, 'saml_issuer_mismatch'],
    ['is issued a second ahead', { issueInstant: '2027-01-15T12:00:01Z' }, 'not_yet_valid'],
    ['is of another version', { version: '1.1' }, 'saml_schema: Response of another version'],
    [
      'says that the sign-in failed',
      { status: status('Responder', 'AuthnFailed') },
      'saml_status: urn:oasis:names:tc:SAML:2.0:status:Responder urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
    ],
    [
      'says success and then not',
      { status: status('Success', 'PartialLogout') },
      'saml_status: urn:oasis:names:tc:SAML:2.0:status:Success urn:oasis:names:tc:SAML:2.0:status:PartialLogout',
    ],
    ['has no status', { status: '<x></x>' }, 'saml_schema: Response without Status'],
    ['has two statuses', { status: SUCCESS + SUCCESS }, 'saml_schema: a child of Response out of place'],
  ])('%s', async (_rule, changes, reason) => {
    expect(await logged(response(signedAssertion(), changes))).toBe(reason);
  });

  it('must have a destination where its signature counts (bindings section 3.5.5.2)', async () => {
    const connection = { signed: 'response' } as const;
    expect(await logged(signedResponse(unsignedAssertion(), { destination: '' }), { connection })).toBe(
      'saml_destination',
    );
  });

  it('is refused where its own signature counts and does not hold', async () => {
    const xml = signedResponse(signedAssertion()).replace('12:00', '12:01').replace('alice@', 'mallory@');
    expect(await logged(xml, { connection: { signed: 'response' } })).toBe('signature_invalid: the digest');
  });
});

describe('at the ACS', () => {
  const asked = (inResponseTo: string | undefined, data = inResponseTo): string =>
    response(
      signedAssertion({
        confirmation: bearer(bearerData({ recipient: ACS, ...(data === undefined ? {} : { inResponseTo: data }) })),
      }),
      { destination: ACS, ...(inResponseTo === undefined ? {} : { inResponseTo }) },
    );
  it.each<[string, string, string | null, Setting['connection'], string]>([
    ['an answer to the request of this browser', asked('_q1'), '_q1', {}, 'accepted'],
    ['an answer to another request', asked('_q2'), '_q1', {}, 'saml_in_response_to'],
    ['an answer whose assertion was for another request', asked('_q1', '_q2'), '_q1', {}, 'saml_in_response_to'],
    [
      'an answer whose assertion was for no request',
      response(signedAssertion({ confirmation: bearer(bearerData({ recipient: ACS })) }), {
        destination: ACS,
        inResponseTo: '_q1',
      }),
      '_q1',
      {},
      'saml_in_response_to',
    ],
    ['a response that nobody asked for', asked(undefined), null, {}, 'saml_unsolicited'],
    ['a response that nobody asked for, where it may', asked(undefined), null, { unsolicited: true }, 'accepted'],
    ['an answer to an unknown request, where it may', asked('_q1'), null, { unsolicited: true }, 'saml_in_response_to'],
    ['a response for the token endpoint', response(signedAssertion()), null, { unsolicited: true }, 'saml_destination'],
    [
      'an assertion for the token endpoint',
      response(signedAssertion(), { destination: ACS }),
      null,
      { unsolicited: true },
      'saml_recipient',
    ],
    [
      'a bare assertion',
      signedAssertion({ confirmation: bearer(bearerData({ recipient: ACS })) }),
      null,
      { unsolicited: true },
      'saml_not_saml: no Response',
    ],
    [
      "another IdP's response",
      asked('_q1').replaceAll('idp.example.com', 'other.example.com'),
      '_q1',
      {},
      'saml_issuer_mismatch: the issuer is https://other.example.com/metadata',
    ],
    [
      'a response for another broker',
      response(
        signedAssertion({
          confirmation: bearer(bearerData({ recipient: ACS, inResponseTo: '_q1' })),
          conditions: conditions(audience('https://other.example.com')),
        }),
        { destination: ACS, inResponseTo: '_q1' },
      ),
      '_q1',
      {},
      'audience_mismatch',
    ],
  ])('%s', async (_rule, xml, inResponseTo, connection, reason) => {
    expect(await logged(xml, { at: atAcs(inResponseTo), connection: connection ?? {} })).toBe(reason);
  });

  it('a connection that is not there', async () => {
    const at = { kind: 'acs', connection: 'nobody', acsUrl: ACS, inResponseTo: null } as const;
    expect(await logged(asked(undefined), { at })).toBe('issuer_unknown: no SAML connection of this name');
  });
});

it('an empty InResponseTo, which some identity providers write where nobody asked, is none', async () => {
  const confirmation = bearer(bearerData({ inResponseTo: '' }));
  const xml = response(signedAssertion({ confirmation }), { inResponseTo: '' });
  expect(xml.split('InResponseTo=""')).toHaveLength(3);
  expect((await verifyXml(xml)).ok).toBe(true);
});

describe('an address is one however URLs write it', () => {
  const WITH_PORT = 'https://Broker.example.com:443/oauth2/token';
  it.each([
    ['the port that https has anyway', WITH_PORT, WITH_PORT, 'accepted'],
    ['a final slash of its path', TOKEN_ENDPOINT, `${TOKEN_ENDPOINT}/`, 'saml_recipient'],
    ['another port', 'https://broker.example.com:8443/oauth2/token', TOKEN_ENDPOINT, 'saml_destination'],
    ['its path in capitals', TOKEN_ENDPOINT, TOKEN_ENDPOINT.replace('token', 'TOKEN'), 'saml_recipient'],
  ])('with %s', async (_what, destination, recipient, expected) => {
    const outcome = await verifyXml(
      response(signedAssertion({ confirmation: bearer(bearerData({ recipient })) }), { destination }),
    );
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe(expected);
    if (outcome.ok) expect(outcome.value.recipient).toBe(TOKEN_ENDPOINT);
  });
});

describe('what the caller learns', () => {
  it('is what was expected, once the signature holds', async () => {
    const xml = response(signedAssertion({ confirmation: bearer(bearerData({ recipient: ACS })) }));
    expect(await verifyXml(xml)).toEqual({
      ok: false,
      refusal: { reason: 'saml_recipient', detail: `Recipient must be ${TOKEN_ENDPOINT}; it is ${ACS}.` },
    });
  });

  it('is only the reason before', async () => {
    const outcome = await verifyXml(
      response(signedAssertion({ confirmation: bearer(bearerData({ recipient: ACS })) }, { key: 'stranger' })),
    );
    expect(outcome.ok ? null : [outcome.refusal.reason, outcome.refusal.detail]).toEqual([
      'signature_invalid',
      undefined,
    ]);
  });
});
