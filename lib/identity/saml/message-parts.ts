import type { Outcome } from '../../outcome.ts';
import { is } from './element.ts';
import { SAML, SAMLP } from './names.ts';
import { type ResponseShape, readResponse } from './response.ts';
import { outcomeOf, Stop } from './stop.ts';
import { survey } from './survey.ts';
import { MESSAGE_RULES, readXml } from './xml.ts';
import type { XmlElement } from './xml-tree.ts';

/** A document that passed the survey: its text, and the parts of it that signatures hang on. */
export interface Message {
  readonly text: string;
  /** null: a bare Assertion (RFC 7522). */
  readonly response: ResponseShape | null;
  /** The one Assertion or EncryptedAssertion. */
  readonly assertion: XmlElement;
}

/** Reads a Response or a bare Assertion and surveys the whole document. Refuses with the reasons of `readXml`, `survey` and `readResponse`. */
export function readMessage(text: string): Outcome<Message> {
  const root = readXml(text, MESSAGE_RULES);
  return root.ok ? outcomeOf(() => partsOf(text, root.value)) : root;
}

function partsOf(text: string, root: XmlElement): Message {
  survey(root);
  if (is(root, 'Assertion', SAML)) return { text, response: null, assertion: root };
  if (!is(root, 'Response', SAMLP)) throw new Stop('saml_not_saml', 'the root is neither Response nor Assertion');
  const response = readResponse(root);
  return { text, response, assertion: response.assertion };
}

export const isEncrypted = ({ assertion }: Message): boolean => is(assertion, 'EncryptedAssertion', SAML);

const DECLARATION = /^<\?xml[ \t\r\n][^<>]*\?>[ \t\r\n]*/;

/** The message with its EncryptedAssertion replaced by the plaintext, read and surveyed anew; it must then have its one Assertion in that place. */
export function withPlaintext({ text, assertion }: Message, plaintext: string): Outcome<Message> {
  const inner = plaintext.replace(/^[ \t\r\n]+/, '').replace(DECLARATION, '');
  const opened = readMessage(text.slice(0, assertion.start) + inner + text.slice(assertion.end));
  if (!opened.ok) return opened;
  return outcomeOf(() => {
    if (isEncrypted(opened.value) || opened.value.assertion.start !== assertion.start) {
      throw new Stop('saml_schema', 'the plaintext is no Assertion');
    }
    return opened.value;
  });
}
