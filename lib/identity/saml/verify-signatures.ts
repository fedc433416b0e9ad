import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type AssertionShape, readAssertion } from './assertion.ts';
import { is } from './element.ts';
import { SAML } from './names.ts';
import { type Message, readMessage } from './read-message.ts';
import { outcomeOf, Refused } from './refused.ts';
import type { ResponseShape } from './response.ts';
import { coveredOctets, type Trust, verifiedOctets } from './signature.ts';
import { MESSAGE_RULES, readXml } from './xml.ts';
import type { XmlElement } from './xml-tree.ts';

/**
 * A message whose Response is signed, where that is the signature that counts; it is then the signed octets and nothing
 * else.
 */
export interface VerifiedResponse {
  readonly message: Message;
  readonly responseSigned: boolean;
}

/** What the IdP says, read from signed octets. */
export interface VerifiedAssertion {
  readonly assertion: AssertionShape;
  /** The Response around it; signed too only where `responseSigned`. Unsigned, it can only refuse. */
  readonly response: ResponseShape | null;
  readonly responseSigned: boolean;
}

/** What the IdP says, and whose word that is here. */
export interface TrustedAssertion {
  readonly verified: VerifiedAssertion;
  readonly trust: Trust;
}

/** The octets that the Response's own signature covers by its own word, if it has one: not verified. */
export const coveredByResponse = ({ response }: Message): Outcome<string> | null =>
  response === null || response.signature === null ? null : coveredOctets(response.signature, response.element);

/**
 * Verifies the Response's own signature where the connection says that it counts, and goes on with the octets that it
 * covers (`covered`, where they are known). Elsewhere it is not looked at: whoever could alter it could as well leave
 * it out. Refuses with saml_unsigned, the reasons of `verifiedOctets`, and saml_signature_shape where the octets are
 * not that Response.
 */
export function verifyResponse(
  message: Message,
  trust: Trust,
  covered: Outcome<string> | null = null,
): Outcome<VerifiedResponse> {
  const { response } = message;
  if (trust.connection.signed === 'assertion') return accept({ message, responseSigned: false });
  if (response === null || response.signature === null) return refuse('saml_unsigned');
  const octets = verifiedOctets(response.signature, response.element, trust, covered);
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
 * The assertion as its signed octets say it: those of its own signature, or those of the Response's. Refuses with
 * saml_unsigned, the reasons of `verifiedOctets`, and those of `readAssertion`.
 */
export function verifyAssertion(
  { message, responseSigned }: VerifiedResponse,
  trust: Trust,
): Outcome<VerifiedAssertion> {
  const { assertion: element, response } = message;
  if (responseSigned) return outcomeOf(() => ({ assertion: readAssertion(element), response, responseSigned }));
  const signed = signedElement(element, trust);
  if (!signed.ok) return signed;
  return outcomeOf(() => ({ assertion: readWithoutSignature(signed.value), response, responseSigned }));
}

function signedElement(element: XmlElement, trust: Trust): Outcome<XmlElement> {
  const signature = element.children.find((each) => each.local === 'Signature');
  if (signature === undefined) return refuse('saml_unsigned');
  const octets = verifiedOctets(signature, element, trust);
  return octets.ok ? readXml(octets.value, MESSAGE_RULES) : octets;
}

function readWithoutSignature(element: XmlElement): AssertionShape {
  if (!is(element, 'Assertion', SAML)) throw new Refused('saml_signature_shape', 'the signed octets are no Assertion');
  const shape = readAssertion(element);
  if (shape.signature !== null) throw new Refused('saml_signature_shape', 'a signature in the signed octets');
  return shape;
}
