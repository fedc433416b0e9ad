import type { SamlConnection } from '../../configuration/documents.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { CompiledConnection } from '../../policy/connection.ts';
import type { EpochSeconds, Seconds } from '../../time.ts';
import type { IdpMetadata, SigningKey } from './metadata.ts';
import { readSignature } from './signature-shape.ts';
import { outcomeOf } from './stop.ts';
import type { XmlElement } from './xml-tree.ts';

/** Whose signature counts, and when. */
export interface Trust {
  readonly connection: CompiledConnection<SamlConnection>;
  readonly idp: IdpMetadata;
  readonly now: EpochSeconds;
}

/**
 * The octets that the signature, a child of `signed`, covers, verified under a certificate of the IdP that is in its time.
 * Refuses with the reasons of `readSignature`, with saml_certificate_expired where only a certificate out of its time made it, else signature_invalid.
 */
export async function verifiedOctets(
  text: string,
  signature: XmlElement,
  signed: XmlElement,
  { connection, idp, now }: Trust,
): Promise<Outcome<string>> {
  const shape = outcomeOf(() => readSignature(signature, signed, connection.sha1));
  if (!shape.ok) return shape;
  // Loaded when the first signature comes, so that functions that merely may see SAML do not pay for it at their start.
  const { verifySignature } = await import('./signature.ts');
  const current = idp.keys.filter((key) => isCurrent(key, now, connection.clockTolerance));
  const outcome = verifySignature(text, shape.value, keysOf(current));
  if (outcome.ok) return accept(outcome.value.octets);
  const others = idp.keys.filter((key) => !current.includes(key));
  if (others.length === 0 || !verifySignature(text, shape.value, keysOf(others)).ok) return outcome;
  return refuse('saml_certificate_expired');
}

const keysOf = (keys: readonly SigningKey[]) => keys.map(({ key }) => key);

const isCurrent = ({ notBefore, notAfter }: SigningKey, now: EpochSeconds, tolerance: Seconds): boolean =>
  now >= notBefore - tolerance && now <= notAfter + tolerance;
