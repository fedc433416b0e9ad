import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Principal, SamlBinding } from '../principal.ts';
import { checkRequirement } from '../requirement.ts';
import { checkAssertion, isOneOf } from './checks.ts';
import { chooseConnection } from './choose-connection.ts';
import { viewClaims } from './claims.ts';
import type { SamlContext } from './context.ts';
import { decodeMessage } from './decode-message.ts';
import { openEncrypted } from './open-encrypted.ts';
import { principalOf } from './principal-of.ts';
import { isEncrypted, type Message, readMessage } from './read-message.ts';
import { type TrustedAssertion, verifyAssertion, verifyResponse } from './verify-signatures.ts';

/**
 * Verifies a SAML 2.0 Response, or at the token endpoint and /sts a bare Assertion, in base64 or base64url, and names
 * its principal; or returns the first refusal met, in this order: size and encoding; XML; shape of the whole document;
 * the connection; signatures; `require`; issuer, audience, InResponseTo, Destination, Recipient, times; name. A refusal
 * says what was expected only once the signature holds and `require` is met. The assertion may be used once: the caller
 * claims `reuse` of the principal. Throws `Fault` where the configuration or the decryption keys can't be had. SAML
 * core and profiles 2.0, RFC 7522 section 3.
 */
export async function verifySaml(document: string, at: SamlBinding, context: SamlContext): Promise<Outcome<Principal>> {
  const decoded = decodeMessage(document);
  if (!decoded.ok) return decoded;
  const message = readMessage(decoded.value.text);
  if (!message.ok) return message;
  if (at.kind === 'acs' && message.value.response === null)
    return refuse('saml_not_saml', { log: { found: 'no Response' } });
  const open = isEncrypted(message.value) ? openEncrypted : openPlain;
  const trusted = await open(message.value, at, context);
  return trusted.ok ? admit(trusted.value, at, context, decoded.value.bytes) : trusted;
}

async function openPlain(message: Message, at: SamlBinding, context: SamlContext): Promise<Outcome<TrustedAssertion>> {
  const trust = await chooseConnection(message, at, context);
  if (!trust.ok) return trust;
  const response = verifyResponse(message, trust.value);
  if (!response.ok) return response;
  const verified = verifyAssertion(response.value, trust.value);
  return verified.ok ? accept({ verified: verified.value, trust: trust.value }) : verified;
}

/** What is left to check of a verified assertion: whom it names here, then everything that may be explained. */
function admit(
  { verified, trust }: TrustedAssertion,
  at: SamlBinding,
  context: SamlContext,
  bytes: Uint8Array,
): Outcome<Principal> {
  const { connection, idp, now } = trust;
  const claims = viewClaims(verified.assertion, connection);
  const required = checkRequirement(connection, claims);
  if (!required.ok) return required;
  const recipients = at.kind === 'acs' ? [at.acsUrl] : [`${context.issuer}/oauth2/token`, ...connection.recipients];
  const expires = checkAssertion(verified, { connection, idpEntityId: idp.entityId, at, recipients, now });
  if (!expires.ok) return expires;
  const named = principalOf(verified.assertion, claims, trust, { bytes, expires: expires.value });
  const { confirmations } = verified.assertion;
  const recipient = recipients.find((each) =>
    confirmations.some((confirmation) => confirmation.recipient !== null && isOneOf([each], confirmation.recipient)),
  );
  return named.ok && recipient !== undefined ? accept({ ...named.value, recipient }) : named;
}
