import type { EpochSeconds } from '../../time.ts';
import { attribute, is, one, onlyAttributes, requiredAttribute, sequence, textOf } from './element.ts';
import { BEARER, DS, FORMAT_UNSPECIFIED, SAML, XSI } from './names.ts';
import { Refused } from './refused.ts';
import { instant, optionalInstant, readIssuer, requestOf, version } from './response.ts';
import { readStatements, type StatementsShape } from './statements.ts';
import type { XmlElement } from './xml-tree.ts';

/** One bearer confirmation (profiles section 3.3). */
export interface BearerConfirmation {
  readonly recipient: string | null;
  readonly inResponseTo: string | null;
  readonly notBefore: EpochSeconds | null;
  readonly notOnOrAfter: EpochSeconds | null;
}

/** A saml:Assertion of the right shape (core section 2.3.3). Read from signed octets only, it is what the IdP says. */
export interface AssertionShape extends StatementsShape {
  readonly id: string;
  readonly issuer: string;
  readonly issueInstant: EpochSeconds;
  readonly signature: XmlElement | null;
  /** As it stands, blanks around it too. null: there is none. */
  readonly nameId: string | null;
  /** null: there is no NameID. */
  readonly nameIdFormat: string | null;
  readonly confirmations: readonly BearerConfirmation[];
  readonly notBefore: EpochSeconds | null;
  readonly notOnOrAfter: EpochSeconds | null;
  /** One list for each AudienceRestriction; each must name us. */
  readonly audiences: readonly (readonly string[])[];
}

/**
 * Reads an Assertion, strict about order and number of its parts, times and conditions. Refuses with saml_schema,
 * saml_instant, saml_control_character, saml_condition, saml_encrypted_part or saml_confirmation.
 */
export function readAssertion(element: XmlElement): AssertionShape {
  const { id, issueInstant } = readHead(element);
  const [issuer, signature, subject, conditions, , statements] = parts(element);
  return {
    id,
    issueInstant,
    issuer: readIssuer(one(issuer)),
    signature: signature[0] ?? null,
    ...readSubject(one(subject)),
    ...readConditions(one(conditions)),
    ...readStatements(statements),
  };
}

/** What selects the connection, read before any signature: cheap, and believed by nobody. */
export function readClaimedIssuerAndAudiences(element: XmlElement): { issuer: string; audiences: readonly string[] } {
  readHead(element);
  const [issuer, , , conditions] = parts(element);
  return { issuer: readIssuer(one(issuer)), audiences: readConditions(one(conditions)).audiences.flat() };
}

function readHead(element: XmlElement): { id: string; issueInstant: EpochSeconds } {
  onlyAttributes(element, ['ID', 'Version', 'IssueInstant']);
  version(element);
  return { id: requiredAttribute(element, 'ID'), issueInstant: instant(element, 'IssueInstant') };
}

function parts(element: XmlElement) {
  const { children } = element;
  const at = children.findIndex(isStatement);
  const end = at === -1 ? children.length : at;
  const statements = children.slice(end);
  const head = sequence({ ...element, children: children.slice(0, end) }, [
    ['Issuer', SAML, '1'],
    ['Signature', DS, '?'],
    ['Subject', SAML, '1'],
    ['Conditions', SAML, '1'],
    ['Advice', SAML, '?'],
  ]);
  if (!statements.every(isStatement)) throw new Refused('saml_schema', 'a statement that is not known');
  return [...head, statements] as const;
}

const isStatement = (child: XmlElement): boolean =>
  is(child, 'AuthnStatement', SAML) || is(child, 'AttributeStatement', SAML);

function readSubject(subject: XmlElement): Pick<AssertionShape, 'nameId' | 'nameIdFormat' | 'confirmations'> {
  if (subject.children.some((child) => is(child, 'EncryptedID', SAML))) {
    throw new Refused('saml_encrypted_part', 'EncryptedID');
  }
  const [named, confirmed] = sequence(subject, [
    ['NameID', SAML, '?'],
    ['SubjectConfirmation', SAML, '*'],
  ]);
  const confirmations = confirmed.flatMap(readConfirmation);
  const [name] = named;
  if (name === undefined) return { nameId: null, nameIdFormat: null, confirmations };
  onlyAttributes(name, ['Format', 'NameQualifier', 'SPNameQualifier', 'SPProvidedID']);
  return { nameId: textOf(name), nameIdFormat: attribute(name, 'Format') ?? FORMAT_UNSPECIFIED, confirmations };
}

/** Bearer confirmations only: what other methods want (a key, a sender's word) nobody here can show. */
function readConfirmation(element: XmlElement): BearerConfirmation[] {
  onlyAttributes(element, ['Method']);
  if (requiredAttribute(element, 'Method') !== BEARER) return [];
  const [, found] = sequence(element, [
    ['NameID', SAML, '?'],
    ['SubjectConfirmationData', SAML, '?'],
  ]);
  const [data] = found;
  if (data === undefined) return [];
  onlyAttributes(data, ['NotBefore', 'NotOnOrAfter', 'Recipient', 'InResponseTo', 'Address']);
  if (data.attributes.some((each) => each.namespace === XSI && each.local === 'type') || data.children.length > 0) {
    throw new Refused('saml_confirmation', 'bearer data of another type');
  }
  return [
    {
      recipient: attribute(data, 'Recipient'),
      inResponseTo: requestOf(data),
      notBefore: optionalInstant(data, 'NotBefore'),
      notOnOrAfter: optionalInstant(data, 'NotOnOrAfter'),
    },
  ];
}

function readConditions(element: XmlElement): Pick<AssertionShape, 'notBefore' | 'notOnOrAfter' | 'audiences'> {
  onlyAttributes(element, ['NotBefore', 'NotOnOrAfter']);
  const known = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];
  if (!element.children.every((child) => child.namespace === SAML && known.includes(child.local))) {
    throw new Refused('saml_condition', 'a condition that is not known');
  }
  const those = (local: string) => element.children.filter((child) => child.local === local);
  if (those('OneTimeUse').length > 1 || those('ProxyRestriction').length > 1 || element.text.trim() !== '') {
    throw new Refused('saml_schema', 'Conditions');
  }
  return {
    notBefore: optionalInstant(element, 'NotBefore'),
    notOnOrAfter: optionalInstant(element, 'NotOnOrAfter'),
    audiences: those('AudienceRestriction').map((each) => sequence(each, [['Audience', SAML, '+']])[0].map(textOf)),
  };
}
