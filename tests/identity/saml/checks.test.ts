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
  IDP,
  type ResponseParts,
  response,
  SP,
  signedAssertion,
  TOKEN_ENDPOINT,
} from './idp.ts';
import { atAcs, type Setting, verifyXml } from './verifying.ts';

const CLOCK = 'the clock here says 2027-01-15T12:00:00Z and the tolerance is 0 seconds';
const FOREIGN_REQUEST = 'A response to a request belongs to the browser flow; InResponseTo is not accepted here.';
const ownRequest = (of: string) => `InResponseTo of ${of} must be the request of this sign-in; it is another one.`;
const window = (written: string) => ({ conditions: conditions(audience(SP), written) });
const data = (parts: Parameters<typeof bearerData>[0]) => ({ confirmation: bearer(bearerData(parts)) });

const detailOf = async (assertion: Partial<AssertionParts>, around: Partial<ResponseParts>, setting: Setting = {}) => {
  const outcome = await verifyXml(response(signedAssertion(assertion), around), setting);
  return outcome.ok ? null : [outcome.refusal.reason, outcome.refusal.detail];
};

describe('a verified assertion that is refused is told what was expected and what came', () => {
  it.each<[string, Partial<AssertionParts>, Partial<ResponseParts>, string, string]>([
    [
      'the issuer of the response',
      {},
      { issuer: 'https://other.example.com' },
      'saml_issuer_mismatch',
      `The issuer must be ${IDP}; it is https://other.example.com.`,
    ],
    [
      'the audience',
      { conditions: conditions(audience(SP) + audience('urn:x')) },
      {},
      'audience_mismatch',
      `The audience must be ${SP}; it is urn:x.`,
    ],
    [
      'the first of several audiences',
      { conditions: conditions(audience(SP) + audience('urn:x') + audience('urn:y')) },
      {},
      'audience_mismatch',
      `The audience must be ${SP}; it is urn:x.`,
    ],
    ['InResponseTo of the response', {}, { inResponseTo: '_q' }, 'saml_in_response_to', FOREIGN_REQUEST],
    ['InResponseTo of the confirmation', data({ inResponseTo: '_q' }), {}, 'saml_in_response_to', FOREIGN_REQUEST],
    [
      'the destination',
      {},
      { destination: ACS },
      'saml_destination',
      `Destination must be ${TOKEN_ENDPOINT}; it is ${ACS}.`,
    ],
    [
      'the recipient',
      data({ recipient: ACS }),
      {},
      'saml_recipient',
      `Recipient must be ${TOKEN_ENDPOINT}; it is ${ACS}.`,
    ],
    [
      'a recipient',
      data({ recipient: '' }),
      {},
      'saml_recipient',
      `Recipient must be ${TOKEN_ENDPOINT}; it is absent.`,
    ],
    ['a confirmation', { confirmation: '' }, {}, 'saml_confirmation', 'A bearer SubjectConfirmation is needed.'],
    [
      'NotOnOrAfter of the confirmation',
      data({ notOnOrAfter: '' }),
      {},
      'saml_confirmation',
      'Bearer data needs NotOnOrAfter and takes no NotBefore.',
    ],
    [
      'no NotBefore of the confirmation',
      data({ notBefore: '2027-01-15T11:00:00Z' }),
      {},
      'saml_confirmation',
      'Bearer data needs NotOnOrAfter and takes no NotBefore.',
    ],
    [
      'the end of the confirmation',
      data({ notOnOrAfter: '2027-01-15T12:00:00Z' }),
      {},
      'expired',
      `NotOnOrAfter of the SubjectConfirmation is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
    [
      'a window that is one',
      window('NotBefore="2027-01-15T11:00:00Z" NotOnOrAfter="2027-01-15T11:00:00Z"'),
      {},
      'saml_instant',
      'NotBefore of the Conditions is not before NotOnOrAfter.',
    ],
    [
      'the beginning of the window',
      window('NotBefore="2027-01-15T12:00:01Z"'),
      {},
      'not_yet_valid',
      `NotBefore of the Conditions is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'the time of the assertion',
      { issueInstant: '2027-01-15T12:00:01Z' },
      {},
      'not_yet_valid',
      `IssueInstant of the Assertion is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'the time of the response',
      {},
      { issueInstant: '2027-01-15T12:00:01Z' },
      'not_yet_valid',
      `IssueInstant of the Response is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'the time of the authentication',
      { authn: authn('2027-01-15T12:00:01Z') },
      {},
      'not_yet_valid',
      `AuthnInstant is 2027-01-15T12:00:01Z, 1 seconds in the future; ${CLOCK}.`,
    ],
    [
      'the end of the window',
      window('NotOnOrAfter="2027-01-15T12:00:00Z"'),
      {},
      'expired',
      `NotOnOrAfter of the Conditions is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
    [
      'the end of the session',
      { authn: authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:00:00Z' }) },
      {},
      'expired',
      `SessionNotOnOrAfter is 2027-01-15T12:00:00Z, 0 seconds ago; ${CLOCK}.`,
    ],
  ])('%s', async (_what, assertion, around, reason, detail) => {
    expect(await detailOf(assertion, around)).toEqual([reason, detail]);
  });

  it('each address that it may be sent to', async () => {
    const setting = { connection: { recipients: ['https://b.example'] } };
    expect(await detailOf(data({ recipient: 'https://x.example' }), {}, setting)).toEqual([
      'saml_recipient',
      `Recipient must be ${TOKEN_ENDPOINT}, https://b.example; it is https://x.example.`,
    ]);
  });

  it('with the clock in whole seconds and the tolerance', async () => {
    const setting = { now: '2027-01-15T12:00:00.900Z', connection: { clockTolerance: seconds(30) } };
    expect(await detailOf(window('NotOnOrAfter="2027-01-15T11:00:00Z"'), {}, setting)).toEqual([
      'expired',
      'NotOnOrAfter of the Conditions is 2027-01-15T11:00:00Z, 3601 seconds ago; the clock here says 2027-01-15T12:00:00Z and the tolerance is 30 seconds.',
    ]);
  });

  it.each<[string, string | null, Partial<AssertionParts>, Partial<ResponseParts>, string, string]>([
    [
      'nobody asked',
      null,
      data({ recipient: ACS }),
      {},
      'saml_unsolicited',
      'Nobody here asked for this response; start at the login page.',
    ],
    [
      'another request',
      '_q',
      data({ recipient: ACS, inResponseTo: '_q' }),
      { inResponseTo: '_other' },
      'saml_in_response_to',
      ownRequest('the Response'),
    ],
    [
      'no request',
      '_q',
      data({ recipient: ACS, inResponseTo: '_q' }),
      {},
      'saml_in_response_to',
      'InResponseTo of the Response must be the request of this sign-in; it is absent.',
    ],
    [
      'no audience',
      '_q',
      { ...data({ recipient: ACS, inResponseTo: '_q' }), conditions: conditions('') },
      { inResponseTo: '_q' },
      'audience_mismatch',
      `The audience must be ${SP}; the assertion has none.`,
    ],
    [
      'another request in the confirmation',
      '_q',
      data({ recipient: ACS, inResponseTo: '_other' }),
      { inResponseTo: '_q' },
      'saml_in_response_to',
      ownRequest('the SubjectConfirmationData'),
    ],
  ])('at the ACS: %s', async (_what, asked, assertion, around, reason, detail) => {
    const setting = { at: atAcs(asked) };
    expect(await detailOf(assertion, { destination: ACS, ...around }, setting)).toEqual([reason, detail]);
  });

  it('at the ACS where it may be unsolicited, of the flow that is looked at', async () => {
    const setting = { at: atAcs(null), connection: { unsolicited: true } };
    expect(await detailOf(data({ recipient: ACS }), { destination: ACS, inResponseTo: '_q' }, setting)).toEqual([
      'saml_in_response_to',
      ownRequest('the Response'),
    ]);
  });

  it.each([
    [
      'recipient, request',
      data({ recipient: ACS }).confirmation + data({ inResponseTo: '_q' }).confirmation,
      'saml_in_response_to',
    ],
    [
      'request, recipient',
      data({ inResponseTo: '_q' }).confirmation + data({ recipient: ACS }).confirmation,
      'saml_in_response_to',
    ],
    [
      'end, request',
      data({ notOnOrAfter: '2027-01-15T11:00:00Z' }).confirmation + data({ inResponseTo: '_q' }).confirmation,
      'expired',
    ],
    [
      'request, end',
      data({ inResponseTo: '_q' }).confirmation + data({ notOnOrAfter: '2027-01-15T11:00:00Z' }).confirmation,
      'expired',
    ],
    [
      'form, recipient',
      data({ notOnOrAfter: '' }).confirmation + data({ recipient: ACS }).confirmation,
      'saml_recipient',
    ],
    [
      'recipient, form',
      data({ recipient: ACS }).confirmation + data({ notOnOrAfter: '' }).confirmation,
      'saml_recipient',
    ],
  ])('of several confirmations by the one that came furthest: %s', async (_order, confirmation, reason) => {
    expect((await detailOf({ confirmation }, {}))?.[0]).toBe(reason);
  });
});

describe('an assertion is taken', () => {
  const tolerant = { connection: { clockTolerance: seconds(30) } };
  it.each<[string, Partial<AssertionParts>, Partial<ResponseParts>, Setting]>([
    ['in the last second of its confirmation', data({ notOnOrAfter: '2027-01-15T12:00:01Z' }), {}, {}],
    ['in its first second', window('NotBefore="2027-01-15T12:00:00Z" NotOnOrAfter="2027-01-15T12:00:01Z"'), {}, {}],
    ['within the tolerance before it', window('NotBefore="2027-01-15T12:00:30Z"'), {}, tolerant],
    ['within the tolerance behind it', window('NotOnOrAfter="2027-01-15T11:59:31Z"'), {}, tolerant],
    [
      'made within the tolerance',
      { issueInstant: '2027-01-15T12:00:30Z' },
      { issueInstant: '2027-01-15T12:00:30Z' },
      tolerant,
    ],
    [
      'with one confirmation that holds, of several',
      { confirmation: data({ recipient: 'https://x.example' }).confirmation + data({}).confirmation },
      {},
      {},
    ],
  ])('%s', async (_, assertion, around, setting) => {
    expect(await detailOf(assertion, around, setting)).toBeNull();
  });
});

describe('what is kept of an assertion', () => {
  const at = (time: string): number => Date.parse(`2027-01-15T${time}Z`) / 1000;
  it.each<[string, Partial<AssertionParts>, string]>([
    ['the confirmation', { ...data({ notOnOrAfter: '2027-01-15T12:01:00Z' }) }, '12:01:00'],
    [
      'the last of the confirmations that hold',
      {
        confirmation:
          data({ notOnOrAfter: '2027-01-15T12:01:00Z' }).confirmation +
          data({ notOnOrAfter: '2027-01-15T12:02:00Z' }).confirmation,
      },
      '12:02:00',
    ],
    ['the Conditions', window('NotOnOrAfter="2027-01-15T12:03:00Z"'), '12:03:00'],
    ['the session', { authn: authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:04:00Z' }) }, '12:04:00'],
    [
      'a second session',
      { authn: authn() + authn(undefined, { SessionNotOnOrAfter: '2027-01-15T12:04:00Z' }) },
      '12:04:00',
    ],
    [
      'a confirmation that does not hold counts for nothing',
      {
        confirmation:
          data({ recipient: ACS, notOnOrAfter: '2027-01-15T12:04:59Z' }).confirmation +
          data({ notOnOrAfter: '2027-01-15T12:01:00Z' }).confirmation,
      },
      '12:01:00',
    ],
  ])('ends with what ends first: %s', async (_what, assertion, end) => {
    const outcome = await verifyXml(response(signedAssertion(assertion)), {
      connection: { clockTolerance: seconds(30) },
    });
    expect(outcome.ok && outcome.value.proof.expires).toBe(at(end));
    expect(outcome.ok && outcome.value.reuse?.until).toBe(at(end) + 30);
  });

  it.each([
    [[], data({}).confirmation, TOKEN_ENDPOINT],
    [['https://b.example.com/'], data({ recipient: 'https://b.example.com/' }).confirmation, 'https://b.example.com/'],
    [['https://b.example.com/'], data({ recipient: ACS }).confirmation + data({}).confirmation, TOKEN_ENDPOINT],
    [
      ['https://b.example.com/'],
      data({ recipient: 'https://b.example.com/' }).confirmation + data({}).confirmation,
      TOKEN_ENDPOINT,
    ],
  ])('is whom it was confirmed for, the token endpoint first: %j', async (recipients, confirmation, expected) => {
    const outcome = await verifyXml(response(signedAssertion({ confirmation })), { connection: { recipients } });
    expect(outcome.ok && outcome.value.recipient).toBe(expected);
  });
});
