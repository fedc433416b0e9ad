import { accept, type Outcome } from '../../outcome.ts';
import { refuseControlCharacters } from './control-characters.ts';
import { decodeMessage } from './decode-message.ts';
import { is } from './element.ts';
import { SAML, SAMLP } from './names.ts';
import { outcomeOf, Refused } from './refused.ts';
import { type ResponseShape, readResponse } from './response.ts';
import { refuseWrapping } from './signature-wrapping.ts';
import { MESSAGE_RULES, readXml, type XmlReading } from './xml.ts';
import { prefixesInScope, type XmlElement } from './xml-tree.ts';

/**
 * A document whose structure is that of one message, and the parts of it that signatures hang on. Nobody believes it
 * yet.
 */
export interface Message {
  /** null: a bare Assertion (RFC 7522). */
  readonly response: ResponseShape | null;
  /** The one Assertion or EncryptedAssertion. */
  readonly assertion: XmlElement;
}

/** Reads a Response or a bare Assertion. Refuses with the reasons of `readXml`, `refuseWrapping` and `readResponse`. */
export function readMessage(text: string): Outcome<Message> {
  const root = readXml(text, MESSAGE_RULES);
  return root.ok ? outcomeOf(() => messageOf(root.value)) : root;
}

function messageOf(root: XmlElement): Message {
  refuseControlCharacters(root);
  refuseWrapping(root);
  if (is(root, 'Assertion', SAML)) return { response: null, assertion: root };
  if (!is(root, 'Response', SAMLP)) throw new Refused('saml_not_saml', 'the root is neither Response nor Assertion');
  const response = readResponse(root);
  return { response, assertion: response.assertion };
}

export const isEncrypted = ({ assertion }: Message): boolean => is(assertion, 'EncryptedAssertion', SAML);

/**
 * Reads the Assertion that was encrypted at a place, as a document of its own, in which the prefixes of that place are
 * in scope. Refuses as `readMessage` does, and with saml_schema where it is no Assertion; `at` says how far it was
 * read.
 */
export function readPlaintext(plaintext: string, place: XmlElement): XmlReading {
  const root = readXml(plaintext.replace(/^[ \t\r\n]*/, ''), MESSAGE_RULES, prefixesInScope(place));
  if (!root.ok) return root;
  const outcome = outcomeOf(() => assertionOf(root.value));
  return outcome.ok ? outcome : { ...outcome, at: plaintext.length };
}

function assertionOf(root: XmlElement): XmlElement {
  const { assertion, response } = messageOf(root);
  if (response !== null) throw new Refused('saml_schema', 'the plaintext is no Assertion');
  return assertion;
}

/**
 * Which request a Response says it answers, believed by nobody yet: it finds the sign-in that the verification then
 * holds it against. null: none. Refuses what cannot be read, with the reasons of the verification.
 */
export function claimedInResponseTo(document: string): Outcome<string | null> {
  const decoded = decodeMessage(document);
  if (!decoded.ok) return decoded;
  const message = readMessage(decoded.value.text);
  return message.ok ? accept(message.value.response?.inResponseTo ?? null) : message;
}
