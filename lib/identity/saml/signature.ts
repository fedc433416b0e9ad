import type { KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { type Outcome, refuse } from '../../outcome.ts';
import { DIGEST_ALGORITHMS, digestOf, holds } from './algorithms.ts';
import { DS, EXCLUSIVE_C14N } from './names.ts';
import type { SignatureShape } from './signature-shape.ts';
import type { XmlElement } from './xml-tree.ts';

/** What one key signed: the octets that the reference's digest covers, and the key. */
export interface SignedOctets {
  readonly octets: string;
  readonly key: KeyObject;
}

const CANONICALIZATIONS: readonly string[] = [EXCLUSIVE_C14N, `${DS}enveloped-signature`];

/**
 * Verifies one signature of `text` with xml-crypto under any of the keys, and returns the very octets that its verified reference covers. Only what is read
 * from those octets is signed. xml-crypto is given one algorithm of each kind, ours, and no way to take a key from the message.
 * Refuses with signature_invalid. XML Signature 1.1 section 3.2.
 */
export function verifySignature(
  text: string,
  shape: SignatureShape,
  keys: readonly KeyObject[],
): Outcome<SignedOctets> {
  let holder: KeyObject | undefined;
  const octetsHold = (octets: string): boolean => {
    holder = keys.find((key) => holds(shape.algorithm, key, octets, shape.value));
    return holder !== undefined;
  };
  const signed = limited(shape, octetsHold);
  try {
    signed.loadSignature(standalone(text, shape.element));
    // Only the signed element: what stands around it in the message is neither searched nor canonicalized.
    if (!signed.checkSignature(standalone(text, shape.signed)))
      return refuse('signature_invalid', { log: { found: 'the digest' } });
  } catch (error) {
    return refuse('signature_invalid', { log: { found: error instanceof Error ? error.name : 'unknown' } });
  }
  const [octets, more] = signed.getSignedReferences();
  if (octets === undefined || octets === '' || more !== undefined || holder === undefined) {
    return refuse('signature_invalid', { log: { found: 'no single reference' } });
  }
  return { ok: true, value: { octets, key: holder } };
}

function limited(shape: SignatureShape, octetsHold: (octets: string) => boolean): SignedXml {
  const signed = new SignedXml({ publicCert: 'the keys are bound to the algorithm', getCertFromKeyInfo: () => null });
  const hash = DIGEST_ALGORITHMS.get(shape.digestUri) ?? 'sha512';
  signed.CanonicalizationAlgorithms = Object.fromEntries(
    Object.entries(signed.CanonicalizationAlgorithms).filter(([uri]) => CANONICALIZATIONS.includes(uri)),
  );
  signed.HashAlgorithms = {
    [shape.digestUri]: class {
      getAlgorithmName = () => shape.digestUri;
      getHash = (octets: string) => digestOf(hash, octets);
    },
  };
  signed.SignatureAlgorithms = {
    [shape.algorithmUri]: class {
      getAlgorithmName = () => shape.algorithmUri;
      getSignature = (): never => {
        throw new TypeError('verification only');
      };
      verifySignature = (octets: string): boolean => octetsHold(octets);
    },
  };
  return signed;
}

/** An element's own text with the prefixes that it inherits declared on it, so that it can be read alone; exclusive canonicalization does not see them. */
function standalone(text: string, element: XmlElement): string {
  const declared = new Set<string>();
  const tag = text.slice(element.nameEnd, text.indexOf('>', element.nameEnd));
  for (const [, prefix] of tag.matchAll(/[ \t\r\n]xmlns(?::([^ \t\r\n=]+))?[ \t\r\n]*=/g)) declared.add(prefix ?? '');
  let inherited = '';
  for (const [prefix, namespace] of element.scope) {
    if (declared.has(prefix) || namespace === '') continue;
    const escaped = namespace.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
    inherited += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escaped}"`;
  }
  return `${text.slice(element.start, element.nameEnd)}${inherited}${text.slice(element.nameEnd, element.end)}`;
}
