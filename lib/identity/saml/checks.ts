import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { isSameResource } from '../../resource-indicator.ts';
import { type EpochSeconds, epochSeconds, toRfc3339 } from '../../time.ts';
import { publicList, publicText } from '../oidc/public-text.ts';
import type { SamlBinding } from '../principal.ts';
import type { AssertionShape, BearerConfirmation } from './assertion.ts';
import type { ResponseShape } from './response.ts';
import type { VerifiedAssertion } from './verify-signatures.ts';

/** What a verified assertion is held against. */
interface Expectations {
  readonly connection: SamlConnection;
  readonly idpEntityId: string;
  readonly at: SamlBinding;
  /** Accepted Recipient and Destination values. */
  readonly recipients: readonly string[];
  readonly now: EpochSeconds;
}

/**
 * Checks what a verified assertion says of who made it, for whom, for which question and for when. An AuthnStatement
 * may be missing (Keycloak can leave it out): a rule that asks for one then does not match; of several, each has to be
 * in its time. Returns when the assertion ends, without tolerance. Refuses, in this order: saml_issuer_mismatch,
 * audience_mismatch, saml_unsolicited, saml_in_response_to, saml_destination, saml_recipient or saml_confirmation,
 * not_yet_valid, expired. Details say what was expected and what came, of addresses, names of parties and times. SAML
 * core sections 2.4 and 2.5, profiles sections 3.3 and 4.1.4.3, RFC 7522 section 3.
 */
export function checkAssertion(verified: VerifiedAssertion, expected: Expectations): Outcome<EpochSeconds> {
  const { assertion, response } = verified;
  const { idpEntityId, connection } = expected;
  const stranger = [assertion.issuer, response?.issuer ?? idpEntityId].find((issuer) => issuer !== idpEntityId);
  if (stranger !== undefined) {
    const detail = `The issuer must be ${publicText(idpEntityId)}; it is ${publicText(stranger)}.`;
    return refuse('saml_issuer_mismatch', { detail });
  }
  const audience = checkAudiences(assertion.audiences, connection.entityId);
  if (!audience.ok) return audience;
  const answers = checkInResponseTo(response, expected);
  if (!answers.ok) return answers;
  const destination = checkDestination(verified, expected);
  if (!destination.ok) return destination;
  const confirmed = checkConfirmations(assertion.confirmations, expected);
  if (!confirmed.ok) return confirmed;
  return checkTimes(assertion, response, confirmed.value, expected);
}

/** Each AudienceRestriction has to name this service provider (core section 2.5.1.4). */
function checkAudiences(restrictions: AssertionShape['audiences'], entityId: string): Outcome<null> {
  const other = restrictions.find((audiences) => !audiences.includes(entityId));
  if (restrictions.length > 0 && other === undefined) return accept(null);
  const came = other === undefined ? 'the assertion has none' : `it is ${publicList(other)}`;
  return refuse('audience_mismatch', { detail: `The audience must be ${publicText(entityId)}; ${came}.` });
}

/**
 * The Response's own InResponseTo. It is unsigned where only the assertion is signed: the confirmation's is checked as
 * well.
 */
function checkInResponseTo(response: ResponseShape | null, { at, connection }: Expectations): Outcome<null> {
  const asked = at.kind === 'acs' ? at.inResponseTo : null;
  if (at.kind === 'acs' && asked === null && !connection.unsolicited) {
    return refuse('saml_unsolicited', { detail: 'Nobody here asked for this response; start at the login page.' });
  }
  if (response === null || response.inResponseTo === asked) return accept(null);
  return otherRequest(at, 'the Response', response.inResponseTo);
}

/** Whose request it is nobody is told: an id is good for nothing but guessing. */
const otherRequest = (at: SamlBinding, of: string, came: string | null) =>
  refuse('saml_in_response_to', {
    detail:
      at.kind === 'acs'
        ? `InResponseTo of ${of} must be the request of this sign-in; it is ${came === null ? 'absent' : 'another one'}.`
        : FOREIGN_REQUEST,
  });

const FOREIGN_REQUEST = 'A response to a request belongs to the browser flow; InResponseTo is not accepted here.';

function checkDestination(
  { response, responseSigned }: VerifiedAssertion,
  { recipients }: Expectations,
): Outcome<null> {
  if (response === null) return accept(null);
  const { destination } = response;
  // Bindings section 3.5.5.2: a signed message must say where it was sent.
  if (destination === null ? !responseSigned : isOneOf(recipients, destination)) return accept(null);
  return refuse('saml_destination', { detail: placeDetail('Destination', recipients, destination) });
}

/**
 * One bearer confirmation that holds in every respect is enough; else the refusal is that of the one that came
 * furthest.
 */
function checkConfirmations(
  confirmations: readonly BearerConfirmation[],
  expected: Expectations,
): Outcome<readonly EpochSeconds[]> {
  const outcomes = confirmations.map((each) => checkConfirmation(each, expected));
  const ends = outcomes.flatMap((each) => (each.ok ? [each.value] : []));
  if (ends.length > 0) return accept(ends);
  const order = ['saml_recipient', 'saml_in_response_to', 'expired'];
  const refusals = outcomes.flatMap((each) => (each.ok ? [] : [each]));
  const [furthest] = refusals.sort((a, b) => order.indexOf(b.refusal.reason) - order.indexOf(a.refusal.reason));
  return furthest ?? refuse('saml_confirmation', { detail: 'A bearer SubjectConfirmation is needed.' });
}

function checkConfirmation(data: BearerConfirmation, expected: Expectations): Outcome<EpochSeconds> {
  const { at, recipients, now, connection } = expected;
  if (data.notOnOrAfter === null || data.notBefore !== null) {
    return refuse('saml_confirmation', { detail: 'Bearer data needs NotOnOrAfter and takes no NotBefore.' });
  }
  if (data.recipient === null || !isOneOf(recipients, data.recipient)) {
    return refuse('saml_recipient', { detail: placeDetail('Recipient', recipients, data.recipient) });
  }
  if (data.inResponseTo !== (at.kind === 'acs' ? at.inResponseTo : null)) {
    return otherRequest(at, 'the SubjectConfirmationData', data.inResponseTo);
  }
  if (now >= data.notOnOrAfter + connection.clockTolerance) {
    return refuse('expired', {
      detail: timeDetail('NotOnOrAfter of the SubjectConfirmation', data.notOnOrAfter, expected),
    });
  }
  return accept(data.notOnOrAfter);
}

function checkTimes(
  assertion: AssertionShape,
  response: ResponseShape | null,
  confirmed: readonly EpochSeconds[],
  expected: Expectations,
): Outcome<EpochSeconds> {
  const { now } = expected;
  const tolerance = expected.connection.clockTolerance;
  const { notBefore, notOnOrAfter, authn } = assertion;
  if (notBefore !== null && notOnOrAfter !== null && notBefore >= notOnOrAfter) {
    return refuse('saml_instant', { detail: 'NotBefore of the Conditions is not before NotOnOrAfter.' });
  }
  const begins = [
    ['NotBefore of the Conditions', notBefore],
    ['IssueInstant of the Assertion', assertion.issueInstant],
    ['IssueInstant of the Response', response?.issueInstant ?? null],
    ...authn.map(({ instant }) => ['AuthnInstant', instant] as const),
  ] as const;
  for (const [name, time] of begins) {
    if (time !== null && now < time - tolerance) {
      return refuse('not_yet_valid', { detail: timeDetail(name, time, expected) });
    }
  }
  const ends = [
    ['NotOnOrAfter of the Conditions', notOnOrAfter],
    ...authn.map(({ sessionNotOnOrAfter }) => ['SessionNotOnOrAfter', sessionNotOnOrAfter] as const),
  ] as const;
  for (const [name, time] of ends) {
    if (time !== null && now >= time + tolerance) {
      return refuse('expired', { detail: timeDetail(name, time, expected) });
    }
  }
  const known = ends.flatMap(([, time]) => (time === null ? [] : [time]));
  return accept(epochSeconds(Math.min(Math.max(...confirmed), ...known)));
}

/** Addresses as URLs compare: an IdP may write the port that https has anyway (RFC 3986 section 6.2.3). */
export const isOneOf = (addresses: readonly string[], written: string): boolean =>
  addresses.some((address) => isSameResource(address, written));

function placeDetail(name: string, expected: readonly string[], came: string | null): string {
  return `${name} must be ${publicList(expected)}; it is ${came === null ? 'absent' : publicText(came)}.`;
}

function timeDetail(name: string, time: EpochSeconds, { now, connection }: Expectations): string {
  const off = Math.round(Math.abs(now - time));
  const clock = `the clock here says ${toRfc3339(now)} and the tolerance is ${connection.clockTolerance} seconds`;
  return `${name} is ${toRfc3339(time)}, ${off} seconds ${time > now ? 'in the future' : 'ago'}; ${clock}.`;
}
