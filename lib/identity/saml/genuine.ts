import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type AssertionShape, readAssertion } from './assertion.ts';
import { is } from './element.ts';
import { isEncrypted, type Message, readMessage } from './message-parts.ts';
import { SAML } from './names.ts';
import type { ResponseShape } from './response.ts';
import { type Trust, verifiedOctets } from './signature.ts';
import { outcomeOf, Stop } from './stop.ts';
import { MESSAGE_RULES, readXml } from './xml.ts';
import type { XmlElement } from './xml-tree.ts';

/** What the IdP says, read from signed octets. */
export interface Genuine {
  readonly assertion: AssertionShape;
  /** The Response around it; signed too only where `responseSigned`. Unsigned, it can only refuse. */
  readonly response: ResponseShape | null;
  readonly responseSigned: boolean;
}

/** A message of whose Response the signature was verified, where that is the one that counts; it is then the signed octets and nothing else. */
export interface Sealed {
  readonly message: Message;
  readonly responseSigned: boolean;
}

/**
 * Verifies the Response's own signature where the connection says that it counts, and goes on with the octets that it covers. Elsewhere it is not looked at: whoever
 * could alter it could as well leave it out.
 * Refuses with saml_unsigned, the reasons of `verifiedOctets`, and saml_signature_shape where the octets are not that Response.
 */
export function sealed(message: Message, trust: Trust): Outcome<Sealed> {
  const { response } = message;
  if (trust.connection.signed === 'assertion') return accept({ message, responseSigned: false });
  if (response === null || response.signature === null) return refuse('saml_unsigned');
  const octets = verifiedOctets(response.signature, response.element, trust);
  if (!octets.ok) return octets;
  const signed = readMessage(octets.value);
  if (!signed.ok) return signed;
  // The enveloped transform takes the signature out; were one left, the reference did not cover what it seems to.
  if (signed.value.response === null || signed.value.response.signature !== null) {
    return refuse('saml_signature_shape', { log: { found: 'the signed octets are no Response' } });
  }
  return accept({ message: signed.value, responseSigned: true });
}

/**
 * The assertion as its signed octets say it: those of its own signature, or those of the Response's. Refuses with saml_unsigned, the reasons of `verifiedOctets`, and
 * those of `readAssertion`.
 */
export function genuineAssertion({ message, responseSigned }: Sealed, trust: Trust): Outcome<Genuine> {
  const { assertion: element, response } = message;
  if (isEncrypted(message)) return refuse('saml_schema', { log: { found: 'still encrypted' } });
  if (responseSigned) return read(() => readAssertion(element), response, responseSigned);
  const signature = element.children.find((each) => each.local === 'Signature');
  if (signature === undefined) return refuse('saml_unsigned');
  const octets = verifiedOctets(signature, element, trust);
  if (!octets.ok) return octets;
  const root = readXml(octets.value, MESSAGE_RULES);
  return root.ok ? read(() => withoutSignature(root.value), response, responseSigned) : root;
}

function withoutSignature(element: XmlElement): AssertionShape {
  if (!is(element, 'Assertion', SAML)) throw new Stop('saml_signature_shape', 'the signed octets are no Assertion');
  const shape = readAssertion(element);
  if (shape.signature !== null) throw new Stop('saml_signature_shape', 'a signature in the signed octets');
  return shape;
}

function read(
  readOctets: () => AssertionShape,
  response: ResponseShape | null,
  responseSigned: boolean,
): Outcome<Genuine> {
  return outcomeOf(() => ({ assertion: readOctets(), response, responseSigned }));
}
