import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type EpochSeconds, epochSeconds } from '../../time.ts';
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
 * not_yet_valid, expired. Details name our own values only. SAML core sections 2.4 and 2.5, profiles sections 3.3 and
 * 4.1.4.3, RFC 7522 section 3.
 */
export function checkAssertion(verified: VerifiedAssertion, expected: Expectations): Outcome<EpochSeconds> {
  const { assertion, response } = verified;
  const { idpEntityId, connection } = expected;
  if (assertion.issuer !== idpEntityId || (response?.issuer ?? idpEntityId) !== idpEntityId) {
    return refuse('saml_issuer_mismatch', { detail: `The issuer must be ${publicText(idpEntityId)}.` });
  }
  const { audiences } = assertion;
  if (audiences.length === 0 || !audiences.every((each) => each.includes(connection.entityId))) {
    return refuse('audience_mismatch', { detail: `The audience must be ${publicText(connection.entityId)}.` });
  }
  const answers = checkInResponseTo(response, expected);
  if (!answers.ok) return answers;
  const destination = checkDestination(verified, expected);
  if (!destination.ok) return destination;
  const confirmed = checkConfirmations(assertion.confirmations, expected);
  if (!confirmed.ok) return confirmed;
  return checkTimes(assertion, response, confirmed.value, expected);
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
  return refuse('saml_in_response_to', { detail: inResponseToRule(at) });
}

const inResponseToRule = (at: SamlBinding): string =>
  at.kind === 'acs'
    ? 'InResponseTo must be the request of this sign-in.'
    : 'A response to a request belongs to the browser flow; InResponseTo is not accepted here.';

function checkDestination(
  { response, responseSigned }: VerifiedAssertion,
  { recipients }: Expectations,
): Outcome<null> {
  if (response === null) return accept(null);
  const { destination } = response;
  // Bindings section 3.5.5.2: a signed message must say where it was sent.
  if (destination === null ? !responseSigned : recipients.includes(destination)) return accept(null);
  return refuse('saml_destination', { detail: `Destination must be ${publicList(recipients)}.` });
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
  if (data.recipient === null || !recipients.includes(data.recipient)) {
    return refuse('saml_recipient', { detail: `Recipient must be ${publicList(recipients)}.` });
  }
  if (data.inResponseTo !== (at.kind === 'acs' ? at.inResponseTo : null)) {
    return refuse('saml_in_response_to', { detail: inResponseToRule(at) });
  }
  if (now >= data.notOnOrAfter + connection.clockTolerance) {
    return refuse('expired', { detail: `NotOnOrAfter of the SubjectConfirmation is past; ${clockOf(expected)}.` });
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
      return refuse('not_yet_valid', { detail: `${name} is in the future; ${clockOf(expected)}.` });
    }
  }
  const ends = [
    ['NotOnOrAfter of the Conditions', notOnOrAfter],
    ...authn.map(({ sessionNotOnOrAfter }) => ['SessionNotOnOrAfter', sessionNotOnOrAfter] as const),
  ] as const;
  for (const [name, time] of ends) {
    if (time !== null && now >= time + tolerance) {
      return refuse('expired', { detail: `${name} is past; ${clockOf(expected)}.` });
    }
  }
  const known = ends.flatMap(([, time]) => (time === null ? [] : [time]));
  return accept(epochSeconds(Math.min(Math.max(...confirmed), ...known)));
}

const clockOf = ({ now, connection }: Expectations): string =>
  `the clock here says ${Math.floor(now)} and the tolerance is ${connection.clockTolerance} seconds`;
