import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { type Outcome, refuse } from '../../outcome.ts';
import type { CompiledConnection } from '../../policy/connection.ts';
import type { EpochSeconds, Seconds } from '../../time.ts';
import { digestOf, holds } from './algorithms.ts';
import { canonicalize } from './exclusive-c14n.ts';
import type { IdpMetadata } from './metadata.ts';
import { outcomeOf } from './refused.ts';
import { readSignature, type SignatureShape } from './signature-shape.ts';
import type { SigningKey } from './signing-certificates.ts';
import type { XmlElement } from './xml-tree.ts';

/** Whose signature counts, and when. */
export interface Trust {
  readonly connection: CompiledConnection<SamlConnection>;
  readonly idp: IdpMetadata;
  readonly now: EpochSeconds;
}

/**
 * The octets that the signature, a child of `signed`, covers, verified under a certificate of the IdP that is in its
 * time. Only what is read from those octets is signed. The small SignedInfo is verified first: what is as large as its
 * sender likes is canonicalized only where the IdP signed a digest for it. XML Signature 1.1 section 3.2.
 * `covered` is the outcome of `coveredOctets`, where that is known. Refuses with the reasons of `readSignature`, with
 * saml_certificate_expired where only a certificate out of its time made it, else with signature_invalid.
 */
export function verifiedOctets(
  signature: XmlElement,
  signed: XmlElement,
  { connection, idp, now }: Trust,
  covered: Outcome<string> | null = null,
): Outcome<string> {
  const read = outcomeOf(() => readSignature(signature, signed, connection.sha1));
  if (!read.ok) return read;
  const shape = read.value;
  const current = idp.keys.filter((key) => isCurrent(key, now, connection.clockTolerance));
  const holder = signerOf(shape, current) ?? signerOf(shape, idp.keys);
  if (holder === undefined) return refuse('signature_invalid', { log: { found: 'the signature' } });
  const octets = covered ?? outcomeOf(() => octetsOf(shape, signature, signed));
  if (!octets.ok) return octets;
  if (!digestOf(shape.reference.hash, octets.value).equals(shape.reference.digest)) {
    return refuse('signature_invalid', { log: { found: 'the digest' } });
  }
  return current.includes(holder) ? octets : refuse('saml_certificate_expired');
}

/** The octets that a signature covers by its own word: what `verifiedOctets` then verifies. */
export const coveredOctets = (signature: XmlElement, signed: XmlElement): Outcome<string> =>
  outcomeOf(() => octetsOf(readSignature(signature, signed, 'accept'), signature, signed));

const octetsOf = ({ reference }: SignatureShape, signature: XmlElement, signed: XmlElement): string =>
  canonicalize(signed, { inclusive: reference.inclusive, without: signature });

const signerOf = ({ algorithm, signedInfo, value }: SignatureShape, keys: readonly SigningKey[]) =>
  keys.find(({ key }) => holds(algorithm, key, signedInfo, value));

const isCurrent = ({ notBefore, notAfter }: SigningKey, now: EpochSeconds, tolerance: Seconds): boolean =>
  now >= notBefore - tolerance && now <= notAfter + tolerance;
