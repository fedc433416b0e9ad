import { descendants, is, plain } from './element.ts';
import { DS, SAML, SAMLP, XENC, XML } from './names.ts';
import { Stop } from './stop.ts';
import type { XmlElement } from './xml-tree.ts';

// xml-crypto finds a signed element by any of these, in any namespace.
const ID_NAMES = new Set(['ID', 'Id', 'id', 'AssertionID']);
// An NCName of ASCII, and UUIDs that begin with a digit, as some IdPs make them.
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,255}$/;

/**
 * What must hold in the whole document, whatever is signed of it: at most one assertion, encrypted or not, under any name space; no identifier twice;
 * signatures only as children of the Response and of the Assertion; no control character in an attribute or a text. These close signature
 * wrapping before any signature is looked at.
 * Refuses with saml_several_assertions, saml_duplicate_id, saml_signature_shape or saml_control_character.
 */
export function survey(root: XmlElement): void {
  let assertions = 0;
  const ids = new Set<string>();
  const misplaced: XmlElement[] = [];
  let duplicate = false;
  for (const element of descendants(root)) {
    if (element.local === 'Assertion' || element.local === 'EncryptedAssertion') assertions += 1;
    if (element.local === 'Signature' && !isPlaced(element)) misplaced.push(element);
    for (const each of element.attributes) {
      plain(each.value, `attribute ${each.local}`);
      if (
        !ID_NAMES.has(each.local) ||
        (each.namespace !== '' && each.namespace !== XML && each.local === 'AssertionID')
      )
        continue;
      duplicate ||= ids.has(each.value);
      ids.add(each.value);
      if (!ID.test(each.value)) throw new Stop('saml_schema', 'an identifier that is no plain name');
    }
    const opaque = element.namespace === DS || element.namespace === XENC;
    if (!opaque && element.children.length === 0 && element.text.trim() !== '') plain(element.text, element.local);
  }
  if (assertions > 1) throw new Stop('saml_several_assertions', `${assertions} assertions`);
  if (duplicate) throw new Stop('saml_duplicate_id', 'an identifier twice');
  if (misplaced.length > 0) throw new Stop('saml_signature_shape', 'a signature elsewhere');
}

function isPlaced(signature: XmlElement): boolean {
  const { parent } = signature;
  if (signature.namespace !== DS || parent === null) return false;
  if (is(parent, 'Response', SAMLP)) return parent.parent === null;
  if (!is(parent, 'Assertion', SAML)) return false;
  return parent.parent === null || (is(parent.parent, 'Response', SAMLP) && parent.parent.parent === null);
}
