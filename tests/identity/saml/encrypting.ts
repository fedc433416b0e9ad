import {
  constants,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
} from 'node:crypto';
import { element } from './element.ts';
import { privateKey } from './idp.ts';

export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
/** Parameters of RSA-OAEP. */
export const digestMethod = (uri: string): string => element('ds:DigestMethod', { 'xmlns:ds': DS, Algorithm: uri });
export const maskFunction = (hash: string): string =>
  element('xenc11:MGF', { 'xmlns:xenc11': XENC11, Algorithm: `${XENC11}mgf1${hash}` });

/** A key of the tests, or somebody's own. */
type Recipient = 'sp' | 'stranger' | KeyObject;

export interface EncryptionChoices {
  cipher: string;
  /** The cipher that the document names; another than was used is a lie. */
  named: string;
  transport: string;
  parameters: string;
  oaepHash: string;
  /** One EncryptedKey for each. */
  to: readonly Recipient[];
  /** Its length in octets, where it is not that of the cipher. */
  keyLength: number;
  beside: boolean;
  damage: (content: Buffer) => Buffer;
}

/** Octets that do not change between runs: derived from the plaintext, which is enough for a test. */
const octets = (seed: string, length: number): Buffer => createHash('sha512').update(seed).digest().subarray(0, length);

/** An EncryptedAssertion of the plaintext, with its key in it or beside it, once for each recipient. */
export function encrypted(plaintext: string | Uint8Array, choices: Partial<EncryptionChoices> = {}): string {
  const { cipher = `${XENC11}aes256-gcm`, named = cipher, to = ['sp'], beside = false } = choices;
  const bits = Number(/aes(\d+)/.exec(cipher)?.[1] ?? 256);
  const key = octets(String(plaintext), bits / 8);
  const content = choices.damage?.(seal(cipher, bits, key, plaintext)) ?? seal(cipher, bits, key, plaintext);
  const wrapped = key.subarray(0, choices.keyLength ?? key.length);
  const keys = to.map((recipient) => encryptedKey(wrapped, recipient, choices)).join('');
  const data = element(
    'xenc:EncryptedData',
    { 'xmlns:xenc': XENC, Type: `${XENC}Element` },
    element('xenc:EncryptionMethod', { Algorithm: named }),
    beside ? '' : element('ds:KeyInfo', { 'xmlns:ds': DS }, keys),
    cipherData(content),
  );
  return element('saml:EncryptedAssertion', { 'xmlns:saml': ASSERTION }, data, beside ? keys : '');
}

const cipherData = (octets: Buffer): string =>
  element('xenc:CipherData', {}, element('xenc:CipherValue', {}, octets.toString('base64')));

function encryptedKey(key: Uint8Array, recipient: Recipient, choices: Partial<EncryptionChoices>): string {
  const { transport = `${XENC}rsa-oaep-mgf1p`, oaepHash = 'sha1', parameters = '', beside = false } = choices;
  const publicKey =
    typeof recipient === 'string' ? createPublicKey(createPrivateKey(privateKey(recipient))) : recipient;
  const isV15 = transport.endsWith('rsa-1_5');
  const padding = isV15 ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: publicKey, padding, ...(isV15 ? {} : { oaepHash }) }, key);
  return element(
    'xenc:EncryptedKey',
    { 'xmlns:xenc': beside ? XENC : undefined },
    element('xenc:EncryptionMethod', { Algorithm: transport }, parameters),
    cipherData(wrapped),
  );
}

function seal(cipher: string, bits: number, key: Buffer, plaintext: string | Uint8Array): Buffer {
  if (cipher.endsWith('gcm')) {
    const iv = octets(cipher, 12);
    const gcm = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, iv);
    return Buffer.concat([iv, gcm.update(Buffer.from(plaintext)), gcm.final(), gcm.getAuthTag()]);
  }
  const iv = octets(cipher, 16);
  const cbc = createCipheriv(`aes-${bits}-cbc`, key, iv);
  return Buffer.concat([iv, cbc.update(Buffer.from(plaintext)), cbc.final()]);
}

/** Changes one octet of the content, counted from its beginning or, if negative, from its end. */
export const changed =
  (at: number, mask = 1) =>
  (content: Buffer): Buffer => {
    const index = at < 0 ? content.length + at : at;
    content[index] = (content[index] ?? 0) ^ mask;
    return content;
  };
