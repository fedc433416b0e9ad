import type { EpochSeconds } from '../../time.ts';
import {
  attribute,
  hasControl,
  is,
  one,
  onlyAttributes,
  onlyText,
  plain,
  requiredAttribute,
  sequence,
} from './element.ts';
import { SAML, XSI } from './names.ts';
import { Refused } from './refused.ts';
import { instant, optionalInstant } from './response.ts';
import type { XmlElement } from './xml-tree.ts';

/** How the IdP authenticated the subject (core section 2.7.2). */
interface AuthnShape {
  readonly instant: EpochSeconds;
  readonly sessionIndex: string | null;
  readonly sessionNotOnOrAfter: EpochSeconds | null;
  readonly contextClass: string | null;
}

export interface StatementsShape {
  /** In document order. */
  readonly authn: readonly AuthnShape[];
  /** Attribute name -> its values in document order; several Attribute elements of one name are one list. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** Names of attributes with a value that has a tab or a line end: whoever uses one is refused. */
  readonly unusable: ReadonlySet<string>;
}

/**
 * Reads authentication and attribute statements. Of an attribute, values that are text count; one whose value has
 * elements (an eduPersonTargetedID) is left out whole, because no condition can test it, and so is an unusable one.
 * Refuses with saml_schema, saml_encrypted_part, saml_instant or saml_control_character.
 */
export function readStatements(statements: readonly XmlElement[]): StatementsShape {
  const attributes = new Map<string, string[]>();
  const structured = new Set<string>();
  for (const statement of statements) {
    if (statement.local === 'AttributeStatement') readAttributes(statement, attributes, structured);
  }
  const unusable = new Set([...attributes].filter(([, values]) => values.some(hasControl)).map(([name]) => name));
  for (const name of [...structured, ...unusable]) attributes.delete(name);
  for (const name of structured) unusable.delete(name);
  const authn = statements.filter(({ local }) => local === 'AuthnStatement').map(readAuthn);
  plain(authn[0]?.contextClass ?? '', 'AuthnContextClassRef');
  return { authn, attributes, unusable };
}

function readAuthn(element: XmlElement): AuthnShape {
  onlyAttributes(element, ['AuthnInstant', 'SessionIndex', 'SessionNotOnOrAfter']);
  const [, context] = sequence(element, [
    ['SubjectLocality', SAML, '?'],
    ['AuthnContext', SAML, '1'],
  ]);
  const [found] = sequence(one(context), [
    ['AuthnContextClassRef', SAML, '?'],
    ['AuthnContextDecl', SAML, '?'],
    ['AuthnContextDeclRef', SAML, '?'],
    ['AuthenticatingAuthority', SAML, '*'],
  ]);
  const [reference] = found;
  return {
    instant: instant(element, 'AuthnInstant'),
    sessionIndex: attribute(element, 'SessionIndex'),
    sessionNotOnOrAfter: optionalInstant(element, 'SessionNotOnOrAfter'),
    contextClass: reference === undefined ? null : onlyText(reference),
  };
}

function readAttributes(statement: XmlElement, attributes: Map<string, string[]>, structured: Set<string>): void {
  if (statement.children.some((child) => is(child, 'EncryptedAttribute', SAML))) {
    throw new Refused('saml_encrypted_part', 'EncryptedAttribute');
  }
  // The schema wants one at least; AWS IAM Identity Center writes the statement also where it has nothing to say.
  const [found] = sequence(statement, [['Attribute', SAML, '*']]);
  for (const element of found) {
    const name = plain(requiredAttribute(element, 'Name'), 'Name');
    const [values] = sequence(element, [['AttributeValue', SAML, '*']]);
    const known = attributes.get(name) ?? [];
    for (const value of values) {
      if (value.children.length > 0) structured.add(name);
      else if (!isNil(value)) known.push(value.text);
    }
    attributes.set(name, known);
  }
}

const isNil = (value: XmlElement): boolean =>
  value.attributes.some((each) => each.namespace === XSI && each.local === 'nil' && ['true', '1'].includes(each.value));
