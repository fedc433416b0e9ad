import type { KeyObject } from 'node:crypto';
import { accept, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import { refusalEntry } from '../../refusals/registry.ts';
import type { SamlBinding } from '../principal.ts';
import { chooseConnection } from './choose-connection.ts';
import type { SamlContext } from './context.ts';
import { decoyText, verifyInVain } from './decoy.ts';
import { decrypt } from './decrypt.ts';
import { type CipherMode, type EncryptedShape, listedModes, readEncrypted } from './encrypted-assertion.ts';
import { type Message, readPlaintext } from './read-message.ts';
import { outcomeOf } from './refused.ts';
import type { Trust } from './signature.ts';
import {
  coveredByResponse,
  type TrustedAssertion,
  type VerifiedResponse,
  verifyAssertion,
  verifyResponse,
} from './verify-signatures.ts';
import type { XmlElement } from './xml-tree.ts';

/**
 * Decrypts the one EncryptedAssertion of a message and verifies what is in it. From the decryption to the assertion's
 * signature every refusal is the same one, saml_decryption, after the same work: an answer that told a wrong padding
 * from a wrong element from a wrong signature, by its words or by its time, would decrypt for whoever asks often
 * enough. What is decrypted is read alone, so that the work after it is not its sender's to enlarge.
 */
export const openEncrypted = (
  message: Message,
  at: SamlBinding,
  context: SamlContext,
): Promise<Outcome<TrustedAssertion>> =>
  at.kind === 'acs' ? openForConnection(message, at, context) : openToChoose(message, at, context);

/** At the ACS the connection is known, so what it lists and the Response's signature come before any decryption. */
async function openForConnection(
  message: Message,
  at: SamlBinding,
  context: SamlContext,
): Promise<Outcome<TrustedAssertion>> {
  const trust = await chooseConnection(message, at, context);
  if (!trust.ok) return trust;
  const response = verifyResponse(message, trust.value);
  if (!response.ok) return response;
  return openListed({ response: response.value, trust: trust.value }, context);
}

/** Decrypts what stands in a message whose Response's signature was verified, where that counts. */
async function openListed(listed: Listed, { decryption, signal }: SamlContext): Promise<Outcome<TrustedAssertion>> {
  const { assertion } = listed.response.message;
  const shape = outcomeOf(() => readEncrypted(assertion, listedModes(listed.trust.connection)));
  if (!shape.ok) return shape;
  return verifyOpened(decryptAt(assertion, shape.value, await decryption.decryptionKeys(signal)), listed);
}

/**
 * At the token endpoint only the plaintext says which connection it is for. Nothing under CBC is decrypted there as
 * long as no connection lists it; what has to be canonicalized for the Response's signature is so before the
 * decryption.
 */
async function openToChoose(
  message: Message,
  at: SamlBinding,
  context: SamlContext,
): Promise<Outcome<TrustedAssertion>> {
  const { configuration, decryption, signal } = context;
  const modes: readonly CipherMode[] = (await configuration.samlDecryptsCbc(signal)) ? ['gcm', 'cbc'] : ['gcm'];
  const shape = outcomeOf(() => readEncrypted(message.assertion, modes));
  if (!shape.ok) return shape;
  const covered = coveredByResponse(message);
  const keys = await decryption.decryptionKeys(signal);
  const opened = decryptAt(message.assertion, shape.value, keys);
  const chosen = await chooseConnection({ ...message, assertion: opened.assertion }, at, context);
  const listed = chosen.ok ? verifyListed(message, shape.value, chosen.value, covered) : chosen;
  // Where the Response's signature counts, only what it covers does: the cipher text is taken from there once more.
  if (listed.ok && listed.value.response.responseSigned) return openListed(listed.value, context);
  if (listed.ok) return verifyOpened(opened, listed.value);
  verifyInVain(opened.assertion, keys);
  if (opened.failure !== null) return alike(opened.failure);
  return isOutage(listed.refusal) && shape.value.cipher.mode === 'gcm' ? listed : alike(listed.refusal);
}

/** Of the work on a plaintext, the part that is reading it; the rest is the checks of what was read. */
const READING_SHARE = 0.75;

/** An assertion to go on with, whatever the decryption gave; `failure` says that nothing of it may count. */
interface Opened {
  readonly assertion: XmlElement;
  readonly failure: Refusal | null;
}

/**
 * What could not be read or checked of a plaintext is read and checked of a decoy, so that all of its length is once.
 */
function decryptAt(place: XmlElement, shape: EncryptedShape, keys: readonly KeyObject[]): Opened {
  const { text, intact } = decrypt(shape, keys);
  const failure = intact ? null : refuse('saml_decryption').refusal;
  const assertion = readPlaintext(text, place);
  if (assertion.ok) return { assertion: assertion.value, failure };
  const decoy = readPlaintext(decoyText(shape.content.length - READING_SHARE * assertion.at), place);
  return { assertion: decoy.ok ? decoy.value : place, failure: failure ?? assertion.refusal };
}

/** A Response as far as its signature counts, and whose word that is. */
interface Listed {
  readonly response: VerifiedResponse;
  readonly trust: Trust;
}

/** The Response where its signature counts, for a connection that lists what was decrypted. */
function verifyListed(
  message: Message,
  { cipher }: EncryptedShape,
  trust: Trust,
  covered: Outcome<string> | null,
): Outcome<Listed> {
  if (!listedModes(trust.connection).includes(cipher.mode)) return refuse('saml_encryption_algorithm');
  const response = verifyResponse(message, trust, covered);
  return response.ok ? accept({ response: response.value, trust }) : response;
}

function verifyOpened({ assertion, failure }: Opened, { response, trust }: Listed): Outcome<TrustedAssertion> {
  const message = { ...response.message, assertion };
  const verified = verifyAssertion({ ...response, message }, trust);
  if (failure !== null) return alike(failure);
  return verified.ok ? accept({ verified: verified.value, trust }) : alike(verified.refusal);
}

const isOutage = ({ reason }: Refusal): boolean => refusalEntry(reason).class === 'idp-outage';

/** The one refusal. The operator's log has the reason. */
const alike = ({ reason, log }: Refusal): Outcome<never> =>
  refuse('saml_decryption', { log: { ...log, check: reason } });
