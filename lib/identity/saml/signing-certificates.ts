import { type KeyObject, X509Certificate } from 'node:crypto';
import { type EpochSeconds, epochSeconds } from '../../time.ts';
import { attribute, descendants, is } from './element.ts';
import { DS, METADATA } from './names.ts';
import type { XmlElement } from './xml-tree.ts';

/** A key that the IdP signs with, for as long as its certificate lasts. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly notBefore: EpochSeconds;
  readonly notAfter: EpochSeconds;
}

/** What is said of an element of a metadata document. */
interface Remark {
  readonly element: XmlElement;
  readonly message: string;
}

interface SigningCertificates {
  readonly keys: readonly { readonly element: XmlElement; readonly key: SigningKey }[];
  readonly problems: readonly Remark[];
  /** Whole certificates whose key is of a kind that no signature is taken of. */
  readonly leftOut: readonly Remark[];
}

/** During a rollover an IdP has two. */
const MAX_CERTIFICATES = 10;
const MIN_RSA_BITS = 2048;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The certificates that a role signs with: those of its KeyDescriptors for signing or for no named use, of each
 * X509Data the first: what follows there is its chain, whose keys sign certificates and no assertions.
 */
export function signingCertificates(role: XmlElement): SigningCertificates {
  const elements = role.children.filter(isForSigning).flatMap(certificateElements);
  if (elements.length > MAX_CERTIFICATES) {
    const message = `has more than ${MAX_CERTIFICATES} certificates for signing`;
    return { keys: [], problems: [{ element: role, message }], leftOut: [] };
  }
  const read = elements.map((element) => ({ element, ...readCertificate(element) }));
  const keys = read.flatMap(({ element, key }) => (key === undefined ? [] : [{ element, key }]));
  const remarks = (kind: 'problem' | 'leftOut'): Remark[] =>
    read.flatMap(({ element, [kind]: message }) => (message === undefined ? [] : [{ element, message }]));
  return { keys, problems: remarks('problem'), leftOut: remarks('leftOut') };
}

const isForSigning = (child: XmlElement): boolean =>
  is(child, 'KeyDescriptor', METADATA) && ['signing', null].includes(attribute(child, 'use'));

const certificateElements = (descriptor: XmlElement): XmlElement[] =>
  [...descendants(descriptor)].flatMap((data) => {
    const certificate = data.children.find((child) => is(child, 'X509Certificate', DS));
    return is(data, 'X509Data', DS) && certificate !== undefined ? [certificate] : [];
  });

interface ReadCertificate {
  readonly key?: SigningKey;
  readonly problem?: string;
  readonly leftOut?: string;
}

function readCertificate({ text }: XmlElement): ReadCertificate {
  const base64 = text.replace(/[ \t\r\n]/g, '');
  if (base64.includes('-----')) {
    return { problem: 'X509Certificate has PEM lines (-----BEGIN ...): leave only the base64 between them' };
  }
  if (base64 === '' || !BASE64.test(base64)) return { problem: 'X509Certificate is not base64' };
  const bytes = Buffer.from(base64, 'base64');
  const certificate = parse(bytes);
  if (certificate === null) return { problem: 'X509Certificate is not a certificate' };
  if (certificate.whole.raw.length !== bytes.length)
    return { problem: 'X509Certificate has more behind its certificate' };
  return signingKey(certificate.whole, certificate.key);
}

function parse(bytes: Uint8Array): { readonly whole: X509Certificate; readonly key: KeyObject } | null {
  try {
    const whole = new X509Certificate(bytes);
    return { whole, key: whole.publicKey };
  } catch {
    // No certificate, or a key of a kind that OpenSSL does not know.
    return null;
  }
}

function signingKey({ validFrom, validTo }: X509Certificate, key: KeyObject): ReadCertificate {
  const type = key.asymmetricKeyType;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (type === 'rsa' && bits < MIN_RSA_BITS)
    return { leftOut: `the RSA key of this certificate has only ${bits} bits` };
  if (type !== 'rsa' && type !== 'ec') return { leftOut: `the key of this certificate is of the kind ${type}` };
  const [notBefore, notAfter] = [validFrom, validTo].map((time) => epochSeconds(Date.parse(time) / 1000));
  return notBefore === undefined || notAfter === undefined ? {} : { key: { key, notBefore, notAfter } };
}
