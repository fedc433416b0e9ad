import { constants, createHash, type KeyObject, verify } from 'node:crypto';

/** A hash by Node's name for it. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** One signature algorithm: what it hashes with, and the kind of key that it takes. */
export interface SignatureAlgorithm {
  readonly hash: HashName;
  readonly key: 'rsa' | 'rsa-pss' | 'ec';
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';

/** RFC 9231 (and XML Signature 1.1 section 6). HMAC is not here and never will be: its key would be the public one. */
export const SIGNATURE_ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', { hash: 'sha1', key: 'rsa' }],
  [`${MORE}rsa-sha256`, { hash: 'sha256', key: 'rsa' }],
  [`${MORE}rsa-sha384`, { hash: 'sha384', key: 'rsa' }],
  [`${MORE}rsa-sha512`, { hash: 'sha512', key: 'rsa' }],
  [`${MORE_2007}sha256-rsa-MGF1`, { hash: 'sha256', key: 'rsa-pss' }],
  [`${MORE_2007}sha384-rsa-MGF1`, { hash: 'sha384', key: 'rsa-pss' }],
  [`${MORE_2007}sha512-rsa-MGF1`, { hash: 'sha512', key: 'rsa-pss' }],
  [`${MORE}ecdsa-sha256`, { hash: 'sha256', key: 'ec' }],
  [`${MORE}ecdsa-sha384`, { hash: 'sha384', key: 'ec' }],
  [`${MORE}ecdsa-sha512`, { hash: 'sha512', key: 'ec' }],
]);

/** XML Signature 1.1 section 6.2: identifier -> Node's name of the hash. */
export const DIGEST_ALGORITHMS: ReadonlyMap<string, HashName> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  [`${MORE}sha384`, 'sha384'],
  // Never registered, and what IdPs write.
  ['http://www.w3.org/2001/04/xmlenc#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** The hash of octets. */
export const digestOf = (hash: HashName, octets: string): Buffer => createHash(hash).update(octets).digest();

/**
 * True if `signature` over `octets` holds under the key, and the key is of the kind that the algorithm takes. Never
 * throws for a bad signature.
 */
export function holds(algorithm: SignatureAlgorithm, key: KeyObject, octets: string, signature: Uint8Array): boolean {
  const data = Buffer.from(octets);
  if (algorithm.key === 'ec') {
    return (
      key.asymmetricKeyType === 'ec' && verify(algorithm.hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
    );
  }
  if (key.asymmetricKeyType !== 'rsa') return false;
  if (algorithm.key === 'rsa') {
    return verify(algorithm.hash, data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
  }
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return verify(algorithm.hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
}
