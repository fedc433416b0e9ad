import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Outcome } from '../../outcome.ts';
import { type EpochSeconds, epochSeconds, type Seconds } from '../../time.ts';
import { attribute, descendants, is, plain, requiredAttribute } from './element.ts';
import { parseInstant } from './instant.ts';
import { DS, METADATA, SAMLP } from './names.ts';
import { outcomeOf, Stop } from './stop.ts';
import { METADATA_RULES, readXml } from './xml.ts';
import { parseXmlDuration } from './xml-duration.ts';
import type { XmlElement } from './xml-tree.ts';

/** A key that the IdP signs with, for as long as its certificate lasts. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly notBefore: EpochSeconds;
  readonly notAfter: EpochSeconds;
}

/** What the broker takes from an IdP's metadata document. */
export interface IdpMetadata {
  readonly entityId: string;
  /** All certificates for signing: during a rollover several. At least one. */
  readonly keys: readonly SigningKey[];
  /** Where sign-in requests go: binding and location, in document order. */
  readonly singleSignOn: readonly { readonly binding: string; readonly location: string }[];
  readonly wantsSignedRequests: boolean;
  /** The document says nothing after this. */
  readonly validUntil: EpochSeconds | null;
  readonly cacheDuration: Seconds | null;
}

/** A federation metadata document of ADFS has some 100 KB. */
export const MAX_METADATA_BYTES = 1024 * 1024;
const MAX_KEYS = 10;
const MIN_RSA_BITS = 2048;

/**
 * Reads the metadata document of one IdP (SAML metadata sections 2.3.2 and 2.4.3): an EntityDescriptor with an IDPSSODescriptor for SAML 2.0. Certificates are those
 * of its KeyDescriptors for signing, or for no named use, and of no other role. A document of several entities is refused: a connection trusts one IdP.
 * RSA keys of less than 2048 bits are left out. Its own signature is not looked at: it is trusted because an operator stored it, or by the https that it came over.
 * Refuses with saml_metadata_invalid.
 */
export function readMetadata(text: string): Outcome<IdpMetadata> {
  if (text.length > MAX_METADATA_BYTES) return invalid('too large');
  const root = readXml(text.replace(/^\uFEFF/, ''), METADATA_RULES);
  if (!root.ok) return invalid(String(root.refusal.log?.['found'] ?? root.refusal.reason));
  return outcomeOf(() => read(root.value));
}

const invalid = (found: string): Outcome<never> => outcomeOf(() => fail(found));

const fail = (found: string): never => {
  throw new Stop('saml_metadata_invalid', found);
};

function read(root: XmlElement): IdpMetadata {
  if (!is(root, 'EntityDescriptor', METADATA)) fail('the root is not an EntityDescriptor');
  const roles = root.children.filter((child) => is(child, 'IDPSSODescriptor', METADATA) && speaksSaml2(child));
  const [role] = roles;
  if (role === undefined || roles.length > 1)
    throw new Stop('saml_metadata_invalid', 'not exactly one IdP role of SAML 2.0');
  const keys = role.children.filter(isForSigning).flatMap(certificatesOf);
  if (keys.length === 0 || keys.length > MAX_KEYS) fail(`${keys.length} usable signing certificates`);
  const entityId = plain(requiredAttribute(root, 'entityID'), 'entityID');
  if (entityId.length > 1024) fail('an entityID that is too long');
  return {
    entityId,
    keys,
    singleSignOn: role.children.filter((child) => is(child, 'SingleSignOnService', METADATA)).map(endpoint),
    wantsSignedRequests: ['true', '1'].includes(attribute(role, 'WantAuthnRequestsSigned') ?? 'false'),
    validUntil: earliest([root, role].map(validUntil)),
    cacheDuration: earliest([root, role].map(cacheDuration)),
  };
}

const speaksSaml2 = (role: XmlElement): boolean =>
  (attribute(role, 'protocolSupportEnumeration') ?? '').split(/[ \t\r\n]+/).includes(SAMLP);

const isForSigning = (child: XmlElement): boolean =>
  is(child, 'KeyDescriptor', METADATA) && ['signing', null].includes(attribute(child, 'use'));

const endpoint = (element: XmlElement) => ({
  binding: requiredAttribute(element, 'Binding'),
  location: plain(requiredAttribute(element, 'Location'), 'Location'),
});

/** The first certificate of each X509Data: what follows there is its chain, whose keys sign certificates and no assertions. */
function certificatesOf(descriptor: XmlElement): SigningKey[] {
  const keys: SigningKey[] = [];
  for (const data of descendants(descriptor)) {
    if (!is(data, 'X509Data', DS)) continue;
    const certificate = data.children.find((child) => is(child, 'X509Certificate', DS));
    if (certificate !== undefined) keys.push(...signingKey(certificate.text.replace(/[ \t\r\n]+/g, '')));
  }
  return keys;
}

function signingKey(base64: string): SigningKey[] {
  const certificate = parseCertificate(base64);
  const key = certificate.publicKey;
  const isRsa = key.asymmetricKeyType === 'rsa';
  if (!isRsa && key.asymmetricKeyType !== 'ec') return [];
  if (isRsa && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return [];
  const notBefore = epochSeconds(Date.parse(certificate.validFrom) / 1000);
  const notAfter = epochSeconds(Date.parse(certificate.validTo) / 1000);
  return [{ key, notBefore, notAfter }];
}

function parseCertificate(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    throw new Stop('saml_metadata_invalid', 'a certificate that cannot be read');
  }
}

function validUntil(element: XmlElement): EpochSeconds | null {
  const written = attribute(element, 'validUntil');
  return written === null ? null : (parseInstant(written) ?? fail('validUntil'));
}

function cacheDuration(element: XmlElement): Seconds | null {
  const written = attribute(element, 'cacheDuration');
  return written === null ? null : (parseXmlDuration(written) ?? fail('cacheDuration'));
}

function earliest<T extends number>(values: readonly (T | null)[]): T | null {
  return values.reduce((least, value) => (least === null || (value !== null && value < least) ? value : least), null);
}
