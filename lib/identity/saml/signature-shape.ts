import { DIGEST_ALGORITHMS, digestOf, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithms.ts';
import { attribute, is, noText, one, requiredAttribute, sequence } from './element.ts';
import { DS, EXCLUSIVE_C14N } from './names.ts';
import { Stop } from './stop.ts';
import type { XmlElement } from './xml-tree.ts';

/** A signature whose shape is the one that SAML allows. Nothing of it is verified yet. */
export interface SignatureShape {
  readonly element: XmlElement;
  readonly signed: XmlElement;
  readonly algorithm: SignatureAlgorithm;
  readonly algorithmUri: string;
  readonly digestUri: string;
  readonly value: Uint8Array;
}

const ENVELOPED = `${DS}enveloped-signature`;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the ds:Signature that is a child of `signed`, as strictly as SAML core section 5.4 has it: one Reference, to the ID of `signed` itself in this
 * document; the transforms enveloped-signature then exclusive canonicalization without comments, and no other; no Object; algorithms of the
 * allowlist, SHA-1 only where `sha1` accepts it. KeyInfo is never read.
 * Refuses with saml_signature_shape, algorithm_not_allowed, saml_sha1 or saml_void_canonicalization.
 */
export function readSignature(element: XmlElement, signed: XmlElement, sha1: 'refuse' | 'accept'): SignatureShape {
  const [info, value] = places(element, [
    ['SignedInfo', '1'],
    ['SignatureValue', '1'],
    ['KeyInfo', '?'],
  ]);
  const [canonicalization, method, reference] = places(one(info), [
    ['CanonicalizationMethod', '1'],
    ['SignatureMethod', '1'],
    ['Reference', '1'],
  ]);
  canonical(one(canonicalization));
  const algorithmUri = uriOf(one(method));
  const algorithm = SIGNATURE_ALGORITHMS.get(algorithmUri);
  if (algorithm === undefined) throw new Stop('algorithm_not_allowed', 'the signature method');
  if (one(method).children.length > 0) throw new Stop('algorithm_not_allowed', 'parameters of the signature method');
  if (algorithm.hash === 'sha1' && sha1 === 'refuse') throw new Stop('saml_sha1', 'the signature method');
  const digestUri = readReference(one(reference), signed, sha1);
  return { element, signed, algorithm, algorithmUri, digestUri, value: base64(one(value)) };
}

function readReference(reference: XmlElement, signed: XmlElement, sha1: 'refuse' | 'accept'): string {
  if (attribute(reference, 'URI') !== `#${requiredAttribute(signed, 'ID')}`) {
    throw new Stop('saml_signature_shape', 'a reference to another element than the parent');
  }
  const [transforms, method, digest] = places(reference, [
    ['Transforms', '1'],
    ['DigestMethod', '1'],
    ['DigestValue', '1'],
  ]);
  const [steps] = places(one(transforms), [['Transform', '+']]);
  const [enveloped, canonicalized] = steps ?? [];
  if (steps?.length !== 2 || enveloped === undefined || canonicalized === undefined) {
    throw new Stop('saml_signature_shape', 'transforms');
  }
  if (uriOf(enveloped) !== ENVELOPED || enveloped.children.length > 0) {
    throw new Stop('saml_signature_shape', 'transforms');
  }
  canonical(canonicalized);
  const digestUri = uriOf(one(method));
  const hash = DIGEST_ALGORITHMS.get(digestUri);
  if (hash === undefined || one(method).children.length > 0)
    throw new Stop('algorithm_not_allowed', 'the digest method');
  if (hash === 'sha1' && sha1 === 'refuse') throw new Stop('saml_sha1', 'the digest method');
  // A canonicalizer that fails may leave nothing, and a hash of nothing then matches whatever the element says.
  if (Buffer.from(base64(one(digest))).toString('base64') === digestOf(hash, '')) {
    throw new Stop('saml_void_canonicalization', 'the digest of nothing');
  }
  return digestUri;
}

/** Exclusive canonicalization without comments, with at most a list of inclusive prefixes. */
function canonical(method: XmlElement): void {
  if (uriOf(method) !== EXCLUSIVE_C14N) throw new Stop('algorithm_not_allowed', 'the canonicalization');
  noText(method);
  const [child, more] = method.children;
  if (more !== undefined || (child !== undefined && !is(child, 'InclusiveNamespaces', EXCLUSIVE_C14N))) {
    throw new Stop('saml_signature_shape', 'parameters of the canonicalization');
  }
}

function base64(element: XmlElement): Uint8Array {
  const text = element.text.replace(/[ \t\r\n]+/g, '');
  if (element.children.length > 0 || text === '' || !BASE64.test(text)) {
    throw new Stop('saml_signature_shape', `${element.local} is not base64`);
  }
  return Buffer.from(text, 'base64');
}

const uriOf = (element: XmlElement): string => {
  const uri = attribute(element, 'Algorithm');
  if (uri === null) throw new Stop('saml_signature_shape', `${element.local} without Algorithm`);
  return uri;
};

function places(element: XmlElement, names: readonly (readonly [string, '1' | '?' | '+'])[]) {
  try {
    return sequence(
      element,
      names.map(([local, occurs]) => [local, DS, occurs] as const),
    );
  } catch (error) {
    throw error instanceof Stop ? new Stop('saml_signature_shape', error.message) : error;
  }
}
