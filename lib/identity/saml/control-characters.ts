import { descendants, hasControl, is } from './element.ts';
import { DS, SAML, SAMLP, XENC } from './names.ts';
import { Refused } from './refused.ts';
import type { XmlElement } from './xml-tree.ts';

const OTHER_THAN_LAYOUT = /[^\P{Cc}\t\n\r]/u;

/** The XML attributes of SAML that are read here; the rest (FriendlyName, Consent, Address) decides nothing. */
const USED = new Set([
  ...['ID', 'Version', 'IssueInstant', 'Destination', 'InResponseTo', 'Value', 'Name', 'Format', 'Method', 'Recipient'],
  ...['NotBefore', 'NotOnOrAfter', 'AuthnInstant', 'SessionIndex', 'SessionNotOnOrAfter'],
]);

/**
 * Contract section 2: no control character in a name or in a value that is used. In what nothing here uses, tabs and
 * line ends are no fault: IdPs lay their messages out, and directories have addresses of several lines. Of attributes'
 * values whoever uses one decides. Refuses with saml_control_character.
 */
export function refuseControlCharacters(root: XmlElement): void {
  for (const element of descendants(root)) {
    for (const each of element.attributes) {
      const isUsed = isOfSaml(element) && each.namespace === '' && USED.has(each.local);
      const refused = isUsed ? each.folded || hasControl(each.value) : OTHER_THAN_LAYOUT.test(each.value);
      if (refused) throw new Refused('saml_control_character', `attribute ${each.local}`);
    }
    const isOpaque = element.namespace === DS || element.namespace === XENC;
    const refused = isUsedText(element) ? hasControl(element.text) : !isOpaque && OTHER_THAN_LAYOUT.test(element.text);
    if (refused) throw new Refused('saml_control_character', element.local);
  }
}

/** The texts that name somebody. */
const isUsedText = (element: XmlElement): boolean =>
  is(element, 'Issuer', SAML) ||
  is(element, 'Audience', SAML) ||
  (is(element, 'NameID', SAML) && element.parent?.local === 'Subject');

const isOfSaml = ({ namespace }: XmlElement): boolean => namespace === SAML || namespace === SAMLP;
