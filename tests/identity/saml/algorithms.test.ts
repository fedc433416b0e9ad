import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  DIGEST_ALGORITHMS,
  digestOf,
  holds,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from '../../../lib/identity/saml/algorithms.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const ENC = 'http://www.w3.org/2001/04/xmlenc#';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const OCTETS = '<a>é</a>';

const signedBy = (hash: string, key: KeyObject, options: object = {}): Buffer =>
  sign(hash, Buffer.from(OCTETS), { key, ...options });
const pkcs1 = (hash: string) => signedBy(hash, rsa.privateKey);
const mgf1 = (hash: string) => signedBy(hash, rsa.privateKey, pss);
const ecdsa = (hash: string) => signedBy(hash, ec.privateKey, { dsaEncoding: 'ieee-p1363' });

function algorithm(uri: string): SignatureAlgorithm {
  const found = SIGNATURE_ALGORITHMS.get(uri);
  if (found === undefined) throw new Error(`${uri} is not known`);
  return found;
}

const KNOWN = [
  [`${DS}rsa-sha1`, 'sha1', pkcs1],
  [`${MORE}rsa-sha256`, 'sha256', pkcs1],
  [`${MORE}rsa-sha384`, 'sha384', pkcs1],
  [`${MORE}rsa-sha512`, 'sha512', pkcs1],
  [`${MORE_2007}sha256-rsa-MGF1`, 'sha256', mgf1],
  [`${MORE_2007}sha384-rsa-MGF1`, 'sha384', mgf1],
  [`${MORE_2007}sha512-rsa-MGF1`, 'sha512', mgf1],
  [`${MORE}ecdsa-sha256`, 'sha256', ecdsa],
  [`${MORE}ecdsa-sha384`, 'sha384', ecdsa],
  [`${MORE}ecdsa-sha512`, 'sha512', ecdsa],
] as const;

describe('a signature algorithm', () => {
  it('is one of RFC 9231 and of no others: an HMAC would take the public key for its secret', () => {
    expect([...SIGNATURE_ALGORITHMS.keys()]).toEqual(KNOWN.map(([uri]) => uri));
  });

  it.each(KNOWN)('%s takes a signature with %s of the key that it is for', (uri, hash, by) => {
    const key = uri.includes('ecdsa') ? ec.publicKey : rsa.publicKey;
    expect(algorithm(uri).hash).toBe(hash);
    expect(holds(algorithm(uri), key, OCTETS, by(hash))).toBe(true);
  });

  it.each(KNOWN)('%s takes none of other octets, of another hash or of another scheme', (uri, hash, by) => {
    const key = uri.includes('ecdsa') ? ec.publicKey : rsa.publicKey;
    expect(holds(algorithm(uri), key, `${OCTETS} `, by(hash))).toBe(false);
    expect(holds(algorithm(uri), key, OCTETS, by(hash === 'sha256' ? 'sha512' : 'sha256'))).toBe(false);
    for (const other of [pkcs1, mgf1, ecdsa]) {
      if (other !== by) expect(holds(algorithm(uri), key, OCTETS, other(hash))).toBe(false);
    }
  });

  it.each(KNOWN)('%s takes no key of another kind', (uri, hash, by) => {
    const key = uri.includes('ecdsa') ? rsa.publicKey : ec.publicKey;
    expect(holds(algorithm(uri), key, OCTETS, by(hash))).toBe(false);
  });
});

describe('a digest algorithm', () => {
  it.each([
    [`${DS}sha1`, 'sha1'],
    [`${ENC}sha256`, 'sha256'],
    [`${MORE}sha384`, 'sha384'],
    [`${ENC}sha384`, 'sha384'],
    [`${ENC}sha512`, 'sha512'],
  ] as const)('%s is %s of the octets in UTF-8', (uri, hash) => {
    expect(DIGEST_ALGORITHMS.get(uri)).toBe(hash);
    expect(digestOf(hash, OCTETS)).toEqual(createHash(hash).update(Buffer.from(OCTETS)).digest());
  });

  it('is none but these', () => {
    expect(DIGEST_ALGORITHMS.size).toBe(5);
  });
});
