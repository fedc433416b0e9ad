import {
  DIGEST_ALGORITHMS,
  digestOf,
  type HashName,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from './algorithms.ts';
import { attribute, is, noText, one, requiredAttribute, sequence } from './element.ts';
import { canonicalize } from './exclusive-c14n.ts';
import { DS, EXCLUSIVE_C14N } from './names.ts';
import { Refused } from './refused.ts';
import { MESSAGE_RULES, readXml } from './xml.ts';
import type { XmlElement } from './xml-tree.ts';

/** A signature whose shape is the one that SAML allows. Nothing of it is verified yet. */
export interface SignatureShape {
  /** The canonical SignedInfo: the very octets that the signature is made over. `reference` is read from them. */
  readonly signedInfo: string;
  readonly algorithm: SignatureAlgorithm;
  readonly value: Uint8Array;
  readonly reference: Reference;
}

/** The one reference of a signature: what its parent's canonical form must hash to, and how that form is made. */
export interface Reference {
  readonly hash: HashName;
  readonly digest: Uint8Array;
  /** InclusiveNamespaces PrefixList of the canonicalization. */
  readonly inclusive: readonly string[];
}

const SHAPE = 'saml_signature_shape';
const ENVELOPED = `${DS}enveloped-signature`;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the ds:Signature that is a child of `signed`, as strictly as SAML core section 5.4 has it: one Reference, to
 * the ID of `signed` itself in this document; the transforms enveloped-signature then exclusive canonicalization
 * without comments, and no other; no Object; algorithms of the allowlist, SHA-1 only where `sha1` accepts it. KeyInfo
 * is never read. Of SignedInfo nothing is taken but from its canonical form, which is what the signature covers.
 * Refuses with saml_signature_shape, algorithm_not_allowed, saml_sha1 or saml_void_canonicalization.
 */
export function readSignature(element: XmlElement, signed: XmlElement, sha1: 'refuse' | 'accept'): SignatureShape {
  const [info, value] = sequence(
    element,
    [
      ['SignedInfo', DS, '1'],
      ['SignatureValue', DS, '1'],
      ['KeyInfo', DS, '?'],
    ],
    SHAPE,
  );
  const [written] = signedInfoParts(one(info));
  const signedInfo = canonicalize(one(info), { inclusive: inclusivePrefixes(written), without: null });
  const covered = readXml(signedInfo, MESSAGE_RULES);
  if (!covered.ok) throw new Refused(SHAPE, 'SignedInfo');
  const [, method, reference] = signedInfoParts(covered.value);
  const algorithm = SIGNATURE_ALGORITHMS.get(uriOf(method));
  if (algorithm === undefined) throw new Refused('algorithm_not_allowed', 'the signature method');
  if (method.children.length > 0) throw new Refused('algorithm_not_allowed', 'parameters of the signature method');
  if (algorithm.hash === 'sha1' && sha1 === 'refuse') throw new Refused('saml_sha1', 'the signature method');
  return { signedInfo, algorithm, value: base64(one(value)), reference: readReference(reference, signed, sha1) };
}

function signedInfoParts(info: XmlElement): readonly [XmlElement, XmlElement, XmlElement] {
  const [canonicalization, method, reference] = sequence(
    info,
    [
      ['CanonicalizationMethod', DS, '1'],
      ['SignatureMethod', DS, '1'],
      ['Reference', DS, '1'],
    ],
    SHAPE,
  );
  return [one(canonicalization), one(method), one(reference)];
}

function readReference(element: XmlElement, signed: XmlElement, sha1: 'refuse' | 'accept'): Reference {
  if (attribute(element, 'URI') !== `#${requiredAttribute(signed, 'ID')}`) {
    throw new Refused(SHAPE, 'a reference to another element than the parent');
  }
  const [transforms, method, digest] = sequence(
    element,
    [
      ['Transforms', DS, '1'],
      ['DigestMethod', DS, '1'],
      ['DigestValue', DS, '1'],
    ],
    SHAPE,
  );
  const inclusive = readTransforms(one(transforms));
  const hash = DIGEST_ALGORITHMS.get(uriOf(one(method)));
  if (hash === undefined || one(method).children.length > 0) {
    throw new Refused('algorithm_not_allowed', 'the digest method');
  }
  if (hash === 'sha1' && sha1 === 'refuse') throw new Refused('saml_sha1', 'the digest method');
  const expected = base64(one(digest));
  // A canonicalizer that fails may leave nothing, and a hash of nothing then matches whatever the element says.
  if (digestOf(hash, '').equals(expected)) throw new Refused('saml_void_canonicalization', 'the digest of nothing');
  return { hash, digest: expected, inclusive };
}

function readTransforms(element: XmlElement): readonly string[] {
  const [[enveloped, canonicalized, more]] = sequence(element, [['Transform', DS, '+']], SHAPE);
  if (enveloped === undefined || canonicalized === undefined || more !== undefined) {
    throw new Refused(SHAPE, 'transforms');
  }
  if (uriOf(enveloped) !== ENVELOPED || enveloped.children.length > 0) {
    throw new Refused(SHAPE, 'transforms');
  }
  return inclusivePrefixes(canonicalized);
}

/** The prefix list of exclusive canonicalization without comments, which is the one method that is taken. */
function inclusivePrefixes(method: XmlElement): readonly string[] {
  if (uriOf(method) !== EXCLUSIVE_C14N) throw new Refused('algorithm_not_allowed', 'the canonicalization');
  noText(method);
  const [child, more] = method.children;
  if (more !== undefined || (child !== undefined && !is(child, 'InclusiveNamespaces', EXCLUSIVE_C14N))) {
    throw new Refused(SHAPE, 'parameters of the canonicalization');
  }
  const list = child === undefined ? null : attribute(child, 'PrefixList');
  return (list ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
}

function base64(element: XmlElement): Uint8Array {
  const text = element.text.replace(/[ \t\r\n]/g, '');
  if (element.children.length > 0 || text === '' || !BASE64.test(text)) {
    throw new Refused(SHAPE, `${element.local} is not base64`);
  }
  return Buffer.from(text, 'base64');
}

const uriOf = (element: XmlElement): string => {
  const uri = attribute(element, 'Algorithm');
  if (uri === null) throw new Refused(SHAPE, `${element.local} without Algorithm`);
  return uri;
};
