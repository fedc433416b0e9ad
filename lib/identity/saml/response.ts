import type { EpochSeconds } from '../../time.ts';
import { attribute, one, onlyAttributes, requiredAttribute, sequence, textOf } from './element.ts';
import { DS, FORMAT_ENTITY, SAML, SAMLP, STATUS_SUCCESS } from './names.ts';
import { Refused } from './refused.ts';
import { parseInstant } from './xml-time.ts';
import type { XmlElement } from './xml-tree.ts';

/** A samlp:Response of the right shape (core section 3.3.3), not yet believed. */
export interface ResponseShape {
  readonly element: XmlElement;
  readonly id: string;
  readonly issueInstant: EpochSeconds;
  readonly issuer: string | null;
  readonly destination: string | null;
  readonly inResponseTo: string | null;
  readonly signature: XmlElement | null;
  /** The one Assertion or EncryptedAssertion. */
  readonly assertion: XmlElement;
}

/**
 * Reads a Response, strict about order and number of its parts. Refuses with saml_status where the IdP says that it did
 * not sign anybody in, with saml_schema or saml_instant where the shape is wrong.
 */
export function readResponse(element: XmlElement): ResponseShape {
  onlyAttributes(element, ['ID', 'Version', 'IssueInstant', 'InResponseTo', 'Destination', 'Consent']);
  const id = requiredAttribute(element, 'ID');
  version(element);
  const issueInstant = instant(element, 'IssueInstant');
  const [issuer, signature, , status, plain, encrypted] = sequence(element, [
    ['Issuer', SAML, '?'],
    ['Signature', DS, '?'],
    ['Extensions', SAMLP, '?'],
    ['Status', SAMLP, '1'],
    ['Assertion', SAML, '?'],
    ['EncryptedAssertion', SAML, '?'],
  ]);
  readStatus(one(status));
  const assertion = plain[0] ?? encrypted[0];
  if (assertion === undefined) throw new Refused('saml_schema', 'a Response without an assertion');
  return {
    element,
    id,
    issueInstant,
    issuer: issuer[0] === undefined ? null : readIssuer(issuer[0]),
    destination: attribute(element, 'Destination'),
    inResponseTo: requestOf(element),
    signature: signature[0] ?? null,
    assertion,
  };
}

function readStatus(status: XmlElement): void {
  const [code] = sequence(status, [
    ['StatusCode', SAMLP, '1'],
    ['StatusMessage', SAMLP, '?'],
    ['StatusDetail', SAMLP, '?'],
  ]);
  const values: string[] = [];
  let at: XmlElement | undefined = one(code);
  while (at !== undefined) {
    onlyAttributes(at, ['Value']);
    values.push(requiredAttribute(at, 'Value'));
    const [nested]: readonly [readonly XmlElement[]] = sequence(at, [['StatusCode', SAMLP, '?']]);
    [at] = nested;
  }
  // The second says why (core section 3.2.2.2): AuthnFailed, NoPassive, RequestDenied.
  if (values.some((value) => value !== STATUS_SUCCESS)) throw new Refused('saml_status', saidOf(values));
}

const MOST_SAID = 3;
const saidOf = (values: readonly string[]): string =>
  values
    .slice(0, MOST_SAID)
    .map((value) => value.slice(0, 100))
    .join(' ');

/** The request that is answered; an empty one, which some IdPs write where nobody asked, is none. */
export const requestOf = (element: XmlElement): string | null => attribute(element, 'InResponseTo') || null;

/** Version 2.0 exactly (core section 4.1). */
export function version(element: XmlElement): void {
  if (requiredAttribute(element, 'Version') !== '2.0')
    throw new Refused('saml_schema', `${element.local} of another version`);
}

/** A time that must be there. Refuses with saml_schema or saml_instant. */
export function instant(element: XmlElement, name: string): EpochSeconds {
  const time = parseInstant(requiredAttribute(element, name));
  if (time === null) throw new Refused('saml_instant', `${name} of ${element.local}`);
  return time;
}

/** A time that may be missing. */
export const optionalInstant = (element: XmlElement, name: string): EpochSeconds | null =>
  attribute(element, name) === null ? null : instant(element, name);

/** The issuer's entity id (core sections 2.2.5 and 8.3.6). */
export function readIssuer(element: XmlElement): string {
  onlyAttributes(element, ['Format', 'NameQualifier', 'SPNameQualifier', 'SPProvidedID']);
  const format = attribute(element, 'Format');
  if (format !== null && format !== FORMAT_ENTITY) throw new Refused('saml_schema', 'an Issuer of another format');
  const value = textOf(element);
  if (value === '' || value.length > 1024) throw new Refused('saml_schema', 'an Issuer that is empty or too long');
  return value;
}
