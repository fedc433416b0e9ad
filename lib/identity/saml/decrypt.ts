import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import { attribute, descendants, is, requiredAttribute } from './element.ts';
import { DS, XENC, XENC11 } from './names.ts';
import { Stop } from './stop.ts';
import type { XmlElement } from './xml-tree.ts';

interface Cipher {
  readonly node: string;
  readonly keyBytes: number;
  readonly mode: 'gcm' | 'cbc';
}

/** XML Encryption 1.1 section 5.2. Triple DES is not here. CBC is, because ADFS and others know nothing else by default. */
const CIPHERS: ReadonlyMap<string, Cipher> = new Map<string, Cipher>([
  [`${XENC11}aes128-gcm`, { node: 'aes-128-gcm', keyBytes: 16, mode: 'gcm' }],
  [`${XENC11}aes192-gcm`, { node: 'aes-192-gcm', keyBytes: 24, mode: 'gcm' }],
  [`${XENC11}aes256-gcm`, { node: 'aes-256-gcm', keyBytes: 32, mode: 'gcm' }],
  [`${XENC}aes128-cbc`, { node: 'aes-128-cbc', keyBytes: 16, mode: 'cbc' }],
  [`${XENC}aes192-cbc`, { node: 'aes-192-cbc', keyBytes: 24, mode: 'cbc' }],
  [`${XENC}aes256-cbc`, { node: 'aes-256-cbc', keyBytes: 32, mode: 'cbc' }],
]);

const OAEP_MGF1P = `${XENC}rsa-oaep-mgf1p`;
const OAEP = `${XENC11}rsa-oaep`;
const OAEP_HASHES: ReadonlyMap<string, string> = new Map([
  [`${DS}sha1`, 'sha1'],
  [`${XENC}sha256`, 'sha256'],
  [`${XENC}sha512`, 'sha512'],
]);
const MGF_HASHES: ReadonlyMap<string, string> = new Map([
  [`${XENC11}mgf1sha1`, 'sha1'],
  [`${XENC11}mgf1sha256`, 'sha256'],
  [`${XENC11}mgf1sha512`, 'sha512'],
]);
const MAX_RECIPIENTS = 4;

/** An encrypted assertion whose algorithms are allowed, not yet decrypted. */
export interface EncryptedShape {
  readonly cipher: Cipher;
  readonly content: Uint8Array;
  readonly keys: readonly { readonly oaepHash: string; readonly wrapped: Uint8Array }[];
}

/**
 * Reads a saml:EncryptedAssertion (core section 2.3.4): one EncryptedData, and its key wrapped by RSA-OAEP for one to four recipients, inside or beside it.
 * Refuses with saml_schema, or with saml_encryption_algorithm for PKCS #1 v1.5, triple DES and what is not known.
 */
export function readEncrypted(element: XmlElement): EncryptedShape {
  const all = [...descendants(element)];
  const [data, second] = all.filter((each) => is(each, 'EncryptedData', XENC));
  if (data === undefined || second !== undefined || data.parent !== element) {
    throw new Stop('saml_schema', 'not one EncryptedData');
  }
  const keys = all.filter((each) => is(each, 'EncryptedKey', XENC));
  if (keys.length === 0 || keys.length > MAX_RECIPIENTS) throw new Stop('saml_schema', `${keys.length} EncryptedKeys`);
  const cipher = CIPHERS.get(requiredAttribute(child(data, 'EncryptionMethod'), 'Algorithm'));
  if (cipher === undefined) throw new Stop('saml_encryption_algorithm', 'the content cipher');
  return { cipher, content: cipherValue(data), keys: keys.map(readKey) };
}

function readKey(element: XmlElement) {
  const method = child(element, 'EncryptionMethod');
  const uri = requiredAttribute(method, 'Algorithm');
  if (uri !== OAEP && uri !== OAEP_MGF1P) throw new Stop('saml_encryption_algorithm', 'the key transport');
  const hash = algorithmOf(method, 'DigestMethod', DS, OAEP_HASHES);
  const mask = uri === OAEP ? algorithmOf(method, 'MGF', XENC11, MGF_HASHES) : 'sha1';
  // Node uses one hash for both places.
  if (hash !== mask || method.children.some((each) => each.local === 'OAEPparams')) {
    throw new Stop('saml_encryption_algorithm', 'parameters of RSA-OAEP');
  }
  return { oaepHash: hash, wrapped: cipherValue(element) };
}

/** The named algorithm; SHA-1 where nothing is named (XML Encryption 1.1 section 5.5.2). */
function algorithmOf(method: XmlElement, local: string, namespace: string, known: ReadonlyMap<string, string>): string {
  const found = method.children.find((each) => is(each, local, namespace));
  const hash = found === undefined ? 'sha1' : known.get(attribute(found, 'Algorithm') ?? '');
  if (hash === undefined) throw new Stop('saml_encryption_algorithm', local);
  return hash;
}

function child(element: XmlElement, local: string): XmlElement {
  const found = element.children.find((each) => is(each, local, XENC));
  if (found === undefined) throw new Stop('saml_schema', `${element.local} without ${local}`);
  return found;
}

function cipherValue(element: XmlElement): Uint8Array {
  return Buffer.from(child(child(element, 'CipherData'), 'CipherValue').text, 'base64');
}

/** The plaintext under the first key that fits, or null. Whatever goes wrong is the same null: what differs could be asked for a key (Bleichenbacher, Vaudenay). */
export function decrypt(shape: EncryptedShape, keys: readonly KeyObject[]): string | null {
  for (const key of keys) {
    for (const { oaepHash, wrapped } of shape.keys) {
      try {
        const secret = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
        if (secret.length === shape.cipher.keyBytes) return open(shape, secret);
      } catch {
        // Another recipient's key, another key of the ring, or a forgery.
      }
    }
  }
  return null;
}

function open({ cipher, content }: EncryptedShape, secret: Uint8Array): string {
  const octets = cipher.mode === 'gcm' ? openGcm(cipher, content, secret) : openCbc(cipher, content, secret);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
}

/** XML Encryption 1.1 section 5.2.4: 96 bits of IV in front, 128 bits of tag behind. */
function openGcm({ node }: Cipher, content: Uint8Array, secret: Uint8Array): Uint8Array {
  if (content.length < 28) throw new RangeError('too short');
  const decipher = createDecipheriv(node as 'aes-256-gcm', secret, content.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(content.subarray(-16));
  return Buffer.concat([decipher.update(content.subarray(12, -16)), decipher.final()]);
}

/** XML Encryption 1.1 section 5.2.3: the last octet is the length of the padding, the others are anything. */
function openCbc({ node }: Cipher, content: Uint8Array, secret: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(node, secret, content.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(content.subarray(16)), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16 || padding > padded.length) throw new RangeError('padding');
  return padded.subarray(0, -padding);
}
