import { descendants, is } from './element.ts';
import { DS, SAML, SAMLP } from './names.ts';
import { Refused } from './refused.ts';
import type { XmlElement } from './xml-tree.ts';

// By any of these, in any namespace, some reader finds the element that a signature refers to.
const ID_NAMES = new Set(['ID', 'Id', 'id', 'AssertionID']);
// An NCName of ASCII, and UUIDs that begin with a digit, as some IdPs make them.
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,255}$/;

/**
 * What must hold in the whole document, whatever is signed of it: at most one assertion, encrypted or not, under any
 * namespace; no identifier twice; signatures only as children of the Response and of the Assertion. It ends signature
 * wrapping before any signature is looked at (Somorovsky et al., "On Breaking SAML"). Refuses with
 * saml_several_assertions, saml_duplicate_id, saml_signature_shape, or saml_schema for an identifier that is no plain
 * name.
 */
export function refuseWrapping(root: XmlElement): void {
  const elements = [...descendants(root)];
  const assertions = elements.filter(({ local }) => local === 'Assertion' || local === 'EncryptedAssertion').length;
  if (assertions > 1) throw new Refused('saml_several_assertions', `${assertions} assertions`);
  refuseDuplicateIds(elements);
  if (elements.some((element) => element.local === 'Signature' && !isPlaced(element))) {
    throw new Refused('saml_signature_shape', 'a signature elsewhere');
  }
}

function refuseDuplicateIds(elements: readonly XmlElement[]): void {
  const ids = elements.flatMap(({ attributes }) => attributes.filter(({ local }) => ID_NAMES.has(local)));
  if (!ids.every(({ value }) => ID.test(value)))
    throw new Refused('saml_schema', 'an identifier that is no plain name');
  if (new Set(ids.map(({ value }) => value)).size < ids.length) {
    throw new Refused('saml_duplicate_id', 'an identifier twice');
  }
}

function isPlaced(signature: XmlElement): boolean {
  const { parent } = signature;
  if (signature.namespace !== DS || parent === null) return false;
  if (is(parent, 'Response', SAMLP)) return parent.parent === null;
  if (!is(parent, 'Assertion', SAML)) return false;
  return parent.parent === null || (is(parent.parent, 'Response', SAMLP) && parent.parent.parent === null);
}
