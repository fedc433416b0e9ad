/**
 * A small identity provider for tests, which owes nothing to the code under test: its documents are templates already
 * in exclusive canonical form, so that their digest is the hash of their own text, and node:crypto signs them.
 */
import { constants, createHash, createHmac, createPrivateKey, createSign, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { element, startTag } from './element.ts';

export const IDP = 'https://idp.example.com/metadata';
export const SP = 'https://broker.example.com/saml/corp';
export const TOKEN_ENDPOINT = 'https://broker.example.com/oauth2/token';
export const ACS = 'https://broker.example.com/saml/corp/acs';
export const NOW = '2027-01-15T12:00:00Z';

export type KeyName = 'idp' | 'rolled' | 'ended' | 'stranger' | 'sp' | 'ec' | 'ed25519' | 'weak';

const file = (name: string): string => readFileSync(new URL(`./keys/${name}.pem`, import.meta.url), 'utf8');
export const privateKey = (name: KeyName): string => file(`${name}.key`);
export const certificate = (name: KeyName): string => file(`${name}.cert`).replace(/-----[^-]+-----|\s/g, '');

export const metadataOf = (...keys: KeyName[]): string =>
  element(
    'md:EntityDescriptor',
    { 'xmlns:md': 'urn:oasis:names:tc:SAML:2.0:metadata', entityID: IDP },
    element(
      'md:IDPSSODescriptor',
      { protocolSupportEnumeration: PROTOCOL },
      ...keys.map((key) => element('md:KeyDescriptor', { use: 'signing' }, keyInfo(key, { 'xmlns:ds': DS }))),
      '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"',
      ' Location="https://idp.example.com/sso"/>',
    ),
  );

/** A ds:KeyInfo with a certificate. */
export const keyInfo = (key: KeyName, declarations: Readonly<Record<string, string>> = {}): string =>
  element('ds:KeyInfo', declarations, element('ds:X509Data', {}, element('ds:X509Certificate', {}, certificate(key))));

const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';

/** The parts of an assertion, each in canonical form; `''` leaves a part out. */
export interface AssertionParts {
  id: string;
  version: string;
  issueInstant: string;
  issuer: string;
  nameId: string;
  confirmation: string;
  conditions: string;
  advice: string;
  authn: string;
  attributes: string;
}

export const bearer = (data: string): string =>
  `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">${data}</saml:SubjectConfirmation>`;

/** Attributes in canonical (alphabetical) order. */
export const bearerData = ({
  inResponseTo,
  notBefore,
  notOnOrAfter = '2027-01-15T12:05:00Z',
  recipient = TOKEN_ENDPOINT,
}: {
  inResponseTo?: string;
  notBefore?: string;
  notOnOrAfter?: string;
  recipient?: string;
} = {}): string =>
  element('saml:SubjectConfirmationData', {
    InResponseTo: inResponseTo,
    NotBefore: notBefore,
    NotOnOrAfter: notOnOrAfter || undefined,
    Recipient: recipient || undefined,
  });

export const audience = (...values: string[]): string =>
  element('saml:AudienceRestriction', {}, ...values.map((value) => element('saml:Audience', {}, value)));

export const conditions = (
  inner = audience(SP),
  window = 'NotBefore="2027-01-15T11:55:00Z" NotOnOrAfter="2027-01-15T12:05:00Z"',
): string => `<saml:Conditions${window === '' ? '' : ` ${window}`}>${inner}</saml:Conditions>`;

export const attribute = (name: string, ...values: string[]): string =>
  element('saml:Attribute', { Name: name }, ...values.map((value) => element('saml:AttributeValue', {}, value)));

export const attributes = (...inner: string[]): string => element('saml:AttributeStatement', {}, ...inner);

export const nameId = (value: string, format = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'): string =>
  element('saml:NameID', { Format: format }, value);

const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

export const authn = (instant = '2027-01-15T11:59:00Z', more: Readonly<Record<string, string>> = {}): string =>
  element(
    'saml:AuthnStatement',
    { AuthnInstant: instant, SessionIndex: '_s1', ...more },
    element('saml:AuthnContext', {}, element('saml:AuthnContextClassRef', {}, PASSWORD)),
  );

export const VALID: AssertionParts = {
  id: '_a1',
  version: '2.0',
  issueInstant: '2027-01-15T11:59:30Z',
  issuer: IDP,
  nameId: nameId('alice@example.com'),
  confirmation: bearer(bearerData()),
  conditions: conditions(),
  advice: '',
  authn: authn(),
  attributes: attributes(attribute('memberOf', 'deployers', 'admins'), attribute('mail', 'alice@example.com')),
};

/** An unsigned assertion: what stands before and behind the place of its signature. */
export function assertionHalves(changes: Partial<AssertionParts> = {}): [string, string] {
  const p = { ...VALID, ...changes };
  const subject = `<saml:Subject>${p.nameId}${p.confirmation}</saml:Subject>`;
  return [
    startTag('saml:Assertion', {
      'xmlns:saml': ASSERTION,
      ID: p.id,
      IssueInstant: p.issueInstant,
      Version: p.version,
    }) + element('saml:Issuer', {}, p.issuer),
    `${subject}${p.conditions}${p.advice}${p.authn}${p.attributes}</saml:Assertion>`,
  ];
}

export interface SigningChoices {
  key: KeyName;
  method: string;
  digest: string;
  canonicalization: string;
  /** Replaces the transforms; canonical form. */
  transforms: string;
  reference: string;
  keyInfo: string;
  /** Replaces the octets that are digested. */
  digested: string;
  object: string;
}

const HASHES: Record<string, string> = {
  [`${DS}sha1`]: 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  [`${MORE}sha384`]: 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

function signatureValue(method: string, key: KeyName, octets: string): string {
  const data = Buffer.from(octets);
  if (method === `${DS}hmac-sha1`) return createHmac('sha1', certificate(key)).update(octets).digest('base64');
  const pem = createPrivateKey(privateKey(key));
  if (method === `${MORE_2007}sha256-rsa-MGF1`) {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return sign('sha256', data, { key: pem, padding, saltLength: 32 }).toString('base64');
  }
  if (method === `${MORE}ecdsa-sha256`) {
    return sign('sha256', data, { key: pem, dsaEncoding: 'ieee-p1363' }).toString('base64');
  }
  const hash = /sha(1|256|384|512)$/.exec(method)?.[0] ?? 'sha256';
  return createSign(hash).update(octets).sign(pem, 'base64');
}

export const transform = (uri: string, inner = ''): string => element('ds:Transform', { Algorithm: uri }, inner);
export const ENVELOPED = transform(`${DS}enveloped-signature`);
export const EXCLUSIVE = transform(EXCLUSIVE_C14N);

/** A ds:Signature over `octets`, the canonical form of the element with that id. */
export function signature(octets: string, id: string, choices: Partial<SigningChoices> = {}): string {
  const { key = 'idp', method = `${MORE}rsa-sha256`, digest = 'http://www.w3.org/2001/04/xmlenc#sha256' } = choices;
  const { canonicalization = EXCLUSIVE_C14N, transforms = ENVELOPED + EXCLUSIVE, reference = `#${id}` } = choices;
  const value = createHash(HASHES[digest] ?? 'sha256')
    .update(choices.digested ?? octets)
    .digest('base64');
  const parts = [
    element('ds:CanonicalizationMethod', { Algorithm: canonicalization }),
    element('ds:SignatureMethod', { Algorithm: method }),
    element(
      'ds:Reference',
      { URI: reference },
      element('ds:Transforms', {}, transforms),
      element('ds:DigestMethod', { Algorithm: digest }),
      element('ds:DigestValue', {}, value),
    ),
  ];
  const signed = signatureValue(method, key, element('ds:SignedInfo', { 'xmlns:ds': DS }, ...parts));
  return element(
    'ds:Signature',
    { 'xmlns:ds': DS },
    element('ds:SignedInfo', {}, ...parts),
    element('ds:SignatureValue', {}, signed),
    choices.keyInfo ?? '',
    choices.object ?? '',
  );
}

/** An assertion with its signature. */
export function signedAssertion(changes: Partial<AssertionParts> = {}, choices: Partial<SigningChoices> = {}): string {
  const [before, behind] = assertionHalves(changes);
  return before + signature(before + behind, changes.id ?? VALID.id, choices) + behind;
}

export const unsignedAssertion = (changes: Partial<AssertionParts> = {}): string => assertionHalves(changes).join('');

export interface ResponseParts {
  id: string;
  destination: string;
  inResponseTo: string;
  issueInstant: string;
  issuer: string;
  status: string;
  version: string;
  extensions: string;
}

/** A samlp:Status of nested codes, by their last part. */
export const status = (...codes: string[]): string =>
  element(
    'samlp:Status',
    {},
    codes.reduceRight(
      (inner, code) => element('samlp:StatusCode', { Value: `urn:oasis:names:tc:SAML:2.0:status:${code}` }, inner),
      '',
    ),
  );

export const SUCCESS = status('Success');

/** A Response around `inner`: what stands before and behind the place of its signature. */
export function responseHalves(inner: string, changes: Partial<ResponseParts> = {}): [string, string] {
  const {
    id = '_r1',
    destination = TOKEN_ENDPOINT,
    inResponseTo,
    issueInstant = '2027-01-15T11:59:31Z',
    issuer = IDP,
  } = changes;
  const written = {
    Destination: destination || undefined,
    ID: id,
    InResponseTo: inResponseTo,
    IssueInstant: issueInstant,
    Version: changes.version ?? '2.0',
  };
  return [
    startTag('samlp:Response', { 'xmlns:samlp': PROTOCOL, ...written }) +
      element('saml:Issuer', { 'xmlns:saml': ASSERTION }, issuer),
    `${changes.extensions ?? ''}${changes.status ?? SUCCESS}${inner}</samlp:Response>`,
  ];
}

export const response = (inner: string, changes: Partial<ResponseParts> = {}): string =>
  responseHalves(inner, changes).join('');

export function signedResponse(
  inner: string,
  changes: Partial<ResponseParts> = {},
  choices: Partial<SigningChoices> = {},
): string {
  const [before, behind] = responseHalves(inner, changes);
  return before + signature(before + behind, changes.id ?? '_r1', choices) + behind;
}
