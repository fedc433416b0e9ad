import { accept, type Outcome, refuse } from '../../outcome.ts';
import { refusalEntry } from '../../refusals/registry.ts';
import type { Principal, SamlBinding } from '../principal.ts';
import { checkRequirement } from '../requirement.ts';
import { checkAssertion } from './checks.ts';
import { chooseConnection } from './choose-connection.ts';
import { viewClaims } from './claims.ts';
import type { SamlContext } from './context.ts';
import { decrypt, readEncrypted } from './decrypt.ts';
import { type Genuine, genuineAssertion, sealed } from './genuine.ts';
import { decodeMessage } from './message.ts';
import { isEncrypted, type Message, readMessage, withPlaintext } from './message-parts.ts';
import { principalOf } from './principal-of.ts';
import type { Trust } from './signature.ts';
import { outcomeOf } from './stop.ts';

/**
 * Verifies a SAML 2.0 Response, or at the token endpoint and /sts a bare Assertion, in base64 or base64url, and names its principal; or returns the first refusal met, in this
 * order: size and encoding; XML; shape of the whole document; the connection; signatures; `require`; issuer, audience, InResponseTo, Destination,
 * Recipient, times; name. A refusal says what was expected only once the signature holds and `require` is met.
 * The assertion may be used once: the caller claims `reuse` of the principal.
 * Throws `Fault` where the configuration or the decryption keys can't be had. SAML core and profiles 2.0, RFC 7522 section 3.
 */
export async function verifySaml(document: string, at: SamlBinding, context: SamlContext): Promise<Outcome<Principal>> {
  const decoded = decodeMessage(document);
  if (!decoded.ok) return decoded;
  const message = readMessage(decoded.value.text);
  if (!message.ok) return message;
  if (at.kind === 'acs' && message.value.response === null)
    return refuse('saml_not_saml', { log: { found: 'no Response' } });
  const trusted = isEncrypted(message.value)
    ? await openEncrypted(message.value, at, context)
    : await openPlain(message.value, at, context);
  if (!trusted.ok) return trusted;
  return admit(trusted.value, at, context, decoded.value.bytes);
}

interface Trusted {
  readonly genuine: Genuine;
  readonly trust: Trust;
}

async function openPlain(message: Message, at: SamlBinding, context: SamlContext): Promise<Outcome<Trusted>> {
  const trust = await chooseConnection(message, at, context);
  if (!trust.ok) return trust;
  const intact = sealed(message, trust.value);
  if (!intact.ok) return intact;
  const genuine = genuineAssertion(intact.value, trust.value);
  return genuine.ok ? accept({ genuine: genuine.value, trust: trust.value }) : genuine;
}

/**
 * The Response's signature comes before decryption. From there to the assertion's signature every refusal is the same one: an answer that told a wrong padding from a
 * wrong element from a wrong signature would decrypt for whoever asks often enough.
 */
async function openEncrypted(message: Message, at: SamlBinding, context: SamlContext): Promise<Outcome<Trusted>> {
  const allowed = outcomeOf(() => readEncrypted(message.assertion));
  if (!allowed.ok) return allowed;
  const keys = await context.decryption.decryptionKeys(context.signal);
  const open = (each: Message): Outcome<Message> => {
    const shape = outcomeOf(() => readEncrypted(each.assertion));
    if (!shape.ok) return shape;
    const plaintext = decrypt(shape.value, keys);
    return plaintext === null ? refuse('saml_decryption') : withPlaintext(each, plaintext);
  };
  const selecting = at.kind === 'acs' ? accept(message) : open(message);
  if (!selecting.ok) return alike(selecting);
  const trust = await chooseConnection(selecting.value, at, context);
  if (!trust.ok) return at.kind === 'acs' ? trust : alike(trust);
  const intact = sealed(message, trust.value);
  if (!intact.ok) return intact;
  const opened = open(intact.value.message);
  if (!opened.ok) return alike(opened);
  const genuine = genuineAssertion({ ...intact.value, message: opened.value }, trust.value);
  return genuine.ok ? accept({ genuine: genuine.value, trust: trust.value }) : alike(genuine);
}

function alike(outcome: { readonly ok: false } & Extract<Outcome<never>, { ok: false }>): Outcome<never> {
  const { reason, log } = outcome.refusal;
  if (refusalEntry(reason).class === 'idp-outage') return outcome;
  return refuse('saml_decryption', { log: { ...log, check: reason } });
}

/** What is left to check of a genuine assertion: whom it names here, then everything that may be explained. */
function admit(
  { genuine, trust }: Trusted,
  at: SamlBinding,
  context: SamlContext,
  bytes: Uint8Array,
): Outcome<Principal> {
  const { connection, idp, now } = trust;
  const claims = viewClaims(genuine.assertion, connection);
  const required = checkRequirement(connection, claims);
  if (!required.ok) return required;
  const recipients = at.kind === 'acs' ? [at.acsUrl] : [`${context.issuer}/oauth2/token`, ...connection.recipients];
  const expires = checkAssertion(genuine, { connection, idpEntityId: idp.entityId, at, recipients, now });
  if (!expires.ok) return expires;
  const named = principalOf(genuine.assertion, claims, trust, { bytes, expires: expires.value });
  const { confirmations } = genuine.assertion;
  const recipient = recipients.find((each) => confirmations.some((confirmation) => confirmation.recipient === each));
  return named.ok && recipient !== undefined ? accept({ ...named.value, recipient }) : named;
}
