import { constants, createDecipheriv, type Decipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import type { ContentCipher, EncryptedShape } from './encrypted-assertion.ts';

/** What decryption gave. */
interface Plaintext {
  readonly text: string;
  /** false: no key fitted, the tag or the padding was wrong, or the text is not UTF-8. Then nothing of it may count. */
  readonly intact: boolean;
}

/**
 * Decrypts with whichever key fits. It takes the same way whatever is wrong, and always gives a text to go on with: an
 * answer that comes sooner for a wrong key, tag or padding could be asked for the plaintext (Bleichenbacher, Vaudenay,
 * Jager and Somorovsky). Every key is tried on every recipient; where none fits, a key of zeros stands in.
 */
export function decrypt({ cipher, content, keys: recipients }: EncryptedShape, keys: readonly KeyObject[]): Plaintext {
  let secret: Uint8Array | null = null;
  for (const key of keys) {
    for (const { oaepHash, wrapped } of recipients) {
      const unwrapped = unwrap(key, oaepHash, wrapped);
      if (unwrapped?.length === cipher.keyBytes) secret ??= unwrapped;
    }
  }
  const opened = open(cipher, content, secret ?? Buffer.alloc(cipher.keyBytes));
  const text = opened.octets.toString('utf8');
  // What is not UTF-8 comes back with other octets.
  const isUtf8 = Buffer.from(text).equals(opened.octets);
  return { text, intact: secret !== null && opened.intact && isUtf8 };
}

function unwrap(key: KeyObject, oaepHash: string, wrapped: Uint8Array): Uint8Array | null {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
  } catch {
    // Another recipient's key, another key of the ring, or a forgery.
    return null;
  }
}

interface Opened {
  readonly octets: Buffer;
  readonly intact: boolean;
}

const open = (cipher: ContentCipher, content: Uint8Array, secret: Uint8Array): Opened =>
  cipher.mode === 'gcm' ? openGcm(cipher, content, secret) : openCbc(cipher, content, secret);

const GCM_IV = 12;
const GCM_TAG = 16;
const CBC_BLOCK = 16;

/** XML Encryption 1.1 section 5.2.4: 96 bits of IV in front, 128 bits of tag behind. */
function openGcm({ node }: ContentCipher, content: Uint8Array, secret: Uint8Array): Opened {
  if (content.length < GCM_IV + GCM_TAG) return { octets: Buffer.alloc(0), intact: false };
  const iv = content.subarray(0, GCM_IV);
  const decipher = createDecipheriv(node as 'aes-256-gcm', secret, iv, { authTagLength: GCM_TAG });
  decipher.setAuthTag(content.subarray(-GCM_TAG));
  return finished(decipher, content.subarray(GCM_IV, -GCM_TAG));
}

/** XML Encryption 1.1 section 5.2.3: the last octet is the length of the padding, the others are anything. */
function openCbc({ node }: ContentCipher, content: Uint8Array, secret: Uint8Array): Opened {
  if (content.length < 2 * CBC_BLOCK) return { octets: Buffer.alloc(0), intact: false };
  const decipher = createDecipheriv(node, secret, content.subarray(0, CBC_BLOCK)).setAutoPadding(false);
  const { octets, intact } = finished(decipher, content.subarray(CBC_BLOCK));
  const padding = octets.at(-1) ?? 0;
  const isPadded = padding >= 1 && padding <= CBC_BLOCK && padding <= octets.length;
  return { octets: octets.subarray(0, isPadded ? -padding : octets.length), intact: intact && isPadded };
}

function finished(decipher: Decipheriv, content: Uint8Array): Opened {
  const octets = decipher.update(content);
  try {
    return { octets: Buffer.concat([octets, decipher.final()]), intact: true };
  } catch {
    return { octets, intact: false };
  }
}
