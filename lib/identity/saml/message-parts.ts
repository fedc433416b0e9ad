import type { Outcome } from '../../outcome.ts';
import { is } from './element.ts';
import { SAML, SAMLP } from './names.ts';
import { type ResponseShape, readResponse } from './response.ts';
import { outcomeOf, Stop } from './stop.ts';
import { survey } from './survey.ts';
import { MESSAGE_RULES, readXml } from './xml.ts';
import { prefixesInScope, type XmlElement } from './xml-tree.ts';

/** A document that passed the survey, and the parts of it that signatures hang on. */
export interface Message {
  /** null: a bare Assertion (RFC 7522). */
  readonly response: ResponseShape | null;
  /** The one Assertion or EncryptedAssertion. */
  readonly assertion: XmlElement;
}

/** Reads a Response or a bare Assertion and surveys the whole document. Refuses with the reasons of `readXml`, `survey` and `readResponse`. */
export function readMessage(text: string): Outcome<Message> {
  const root = readXml(text, MESSAGE_RULES);
  return root.ok ? outcomeOf(() => partsOf(root.value)) : root;
}

function partsOf(root: XmlElement): Message {
  survey(root);
  if (is(root, 'Assertion', SAML)) return { response: null, assertion: root };
  if (!is(root, 'Response', SAMLP)) throw new Stop('saml_not_saml', 'the root is neither Response nor Assertion');
  const response = readResponse(root);
  return { response, assertion: response.assertion };
}

export const isEncrypted = ({ assertion }: Message): boolean => is(assertion, 'EncryptedAssertion', SAML);

/**
 * The message with the Assertion that was encrypted in the place of its EncryptedAssertion. The plaintext is a document
 * of its own, in which the prefixes of its place are in scope, and is surveyed as one.
 */
export function withPlaintext(message: Message, plaintext: string): Outcome<Message> {
  const outer = prefixesInScope(message.assertion);
  const root = readXml(plaintext.replace(/^[ \t\r\n]+/, ''), MESSAGE_RULES, outer);
  return root.ok ? outcomeOf(() => ({ ...message, assertion: onlyAssertion(root.value) })) : root;
}

function onlyAssertion(root: XmlElement): XmlElement {
  survey(root);
  if (!is(root, 'Assertion', SAML)) throw new Stop('saml_schema', 'the plaintext is no Assertion');
  return root;
}
