import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { attribute, descendants, is, one, requiredAttribute } from './element.ts';
import { DS, XENC, XENC11 } from './names.ts';
import { Refused } from './refused.ts';
import type { XmlElement } from './xml-tree.ts';

/** How a content cipher chains its blocks, which decides whether a change is noticed: GCM says so, CBC does not. */
export type CipherMode = 'gcm' | 'cbc';

export interface ContentCipher {
  /** Node's name. */
  readonly node: string;
  readonly keyBytes: number;
  readonly mode: CipherMode;
}

/** XML Encryption 1.1 section 5.2. Triple DES is not here. */
const CIPHERS: ReadonlyMap<string, ContentCipher> = new Map<string, ContentCipher>([
  [`${XENC11}aes256-gcm`, { node: 'aes-256-gcm', keyBytes: 32, mode: 'gcm' }],
  [`${XENC11}aes192-gcm`, { node: 'aes-192-gcm', keyBytes: 24, mode: 'gcm' }],
  [`${XENC11}aes128-gcm`, { node: 'aes-128-gcm', keyBytes: 16, mode: 'gcm' }],
  [`${XENC}aes256-cbc`, { node: 'aes-256-cbc', keyBytes: 32, mode: 'cbc' }],
  [`${XENC}aes192-cbc`, { node: 'aes-192-cbc', keyBytes: 24, mode: 'cbc' }],
  [`${XENC}aes128-cbc`, { node: 'aes-128-cbc', keyBytes: 16, mode: 'cbc' }],
]);

/** The content ciphers of some modes, by their identifiers: what a service provider's metadata announces. */
export const contentCiphers = (modes: readonly CipherMode[]): readonly string[] =>
  [...CIPHERS].filter(([, { mode }]) => modes.includes(mode)).map(([uri]) => uri);

/** The modes that a connection lists. */
export const listedModes = ({ encryption }: SamlConnection): readonly CipherMode[] => encryption ?? ['gcm'];

/** RSA-OAEP with SHA-1 for the mask (XML Encryption 1.1 section 5.5.2), and with a mask that it names. */
export const OAEP_MGF1P = `${XENC}rsa-oaep-mgf1p`;
export const OAEP = `${XENC11}rsa-oaep`;

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
  readonly cipher: ContentCipher;
  readonly content: Uint8Array;
  readonly keys: readonly WrappedKey[];
}

/** The content's key, wrapped by RSA-OAEP for one recipient. */
interface WrappedKey {
  readonly oaepHash: string;
  readonly wrapped: Uint8Array;
}

/**
 * Reads a saml:EncryptedAssertion (core section 2.3.4): one EncryptedData under a cipher of one of the modes, and its
 * key wrapped by RSA-OAEP for one to four recipients, inside or beside it. Nothing is decrypted for what is refused
 * here. Refuses with saml_schema, or with saml_encryption_algorithm for PKCS #1 v1.5, triple DES, a mode that is not
 * among them and what is not known.
 */
export function readEncrypted(element: XmlElement, modes: readonly CipherMode[]): EncryptedShape {
  const all = [...descendants(element)];
  const [data, second] = all.filter((each) => is(each, 'EncryptedData', XENC));
  if (data === undefined || second !== undefined || data.parent !== element) {
    throw new Refused('saml_schema', 'not one EncryptedData');
  }
  const keys = all.filter((each) => is(each, 'EncryptedKey', XENC));
  if (keys.length === 0 || keys.length > MAX_RECIPIENTS)
    throw new Refused('saml_schema', `${keys.length} EncryptedKeys`);
  const cipher = CIPHERS.get(requiredAttribute(child(data, 'EncryptionMethod'), 'Algorithm'));
  if (cipher === undefined) throw new Refused('saml_encryption_algorithm', 'the content cipher');
  if (!modes.includes(cipher.mode)) throw new Refused('saml_encryption_algorithm', `${cipher.mode} is not listed`);
  return { cipher, content: cipherValue(data), keys: keys.map(readKey) };
}

function readKey(element: XmlElement): WrappedKey {
  const method = child(element, 'EncryptionMethod');
  const uri = requiredAttribute(method, 'Algorithm');
  if (uri !== OAEP && uri !== OAEP_MGF1P) throw new Refused('saml_encryption_algorithm', 'the key transport');
  const hash = algorithmOf(method, 'DigestMethod', DS, OAEP_HASHES);
  const mask = uri === OAEP ? algorithmOf(method, 'MGF', XENC11, MGF_HASHES) : 'sha1';
  // Node uses one hash for both places.
  if (hash !== mask || method.children.some((each) => each.local === 'OAEPparams')) {
    throw new Refused('saml_encryption_algorithm', 'parameters of RSA-OAEP');
  }
  return { oaepHash: hash, wrapped: cipherValue(element) };
}

/** The named algorithm; SHA-1 where nothing is named (XML Encryption 1.1 section 5.5.2). */
function algorithmOf(method: XmlElement, local: string, namespace: string, known: ReadonlyMap<string, string>): string {
  const [found, second] = method.children.filter((each) => is(each, local, namespace));
  const hash = found === undefined ? 'sha1' : known.get(attribute(found, 'Algorithm') ?? '');
  if (hash === undefined || second !== undefined) throw new Refused('saml_encryption_algorithm', local);
  return hash;
}

/** The one child of that name: of two, another reader could take the other. */
function child(element: XmlElement, local: string): XmlElement {
  const found = element.children.filter((each) => is(each, local, XENC));
  if (found.length !== 1) throw new Refused('saml_schema', `${element.local} without one ${local}`);
  return one(found);
}

function cipherValue(element: XmlElement): Uint8Array {
  return Buffer.from(child(child(element, 'CipherData'), 'CipherValue').text, 'base64');
}
