/** Decryption by itself: what is intact, and that whatever is not comes back as a text and never as an exception. */
import { constants, createCipheriv, createPrivateKey, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decrypt } from '../../../lib/identity/saml/decrypt.ts';
import type { ContentCipher } from '../../../lib/identity/saml/encrypted-assertion.ts';
import { privateKey } from './idp.ts';

const GCM: ContentCipher = { node: 'aes-256-gcm', keyBytes: 32, mode: 'gcm' };
const CBC: ContentCipher = { node: 'aes-128-cbc', keyBytes: 16, mode: 'cbc' };
const SECRET = randomBytes(32);
const OURS = createPrivateKey(privateKey('sp'));

const wrap = (secret: Uint8Array) => ({
  oaepHash: 'sha1',
  wrapped: publicEncrypt(
    { key: createPublicKey(OURS), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    secret,
  ),
});
const secretOf = ({ keyBytes }: ContentCipher) => SECRET.subarray(0, keyBytes);

function gcm(text: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', SECRET, Buffer.alloc(12, 1));
  return Buffer.concat([Buffer.alloc(12, 1), cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Whole blocks, the padding among them as the test wants it. */
function cbc(blocks: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-cbc', secretOf(CBC), Buffer.alloc(16, 2)).setAutoPadding(false);
  return Buffer.concat([Buffer.alloc(16, 2), cipher.update(blocks), cipher.final()]);
}
const block = (text: string, filler: number): Buffer =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(16 - Buffer.byteLength(text), filler)]);

const opened = (cipher: ContentCipher, content: Uint8Array, keys = [wrap(secretOf(cipher))]) =>
  decrypt({ cipher, content, keys }, [OURS]);

describe('what is under GCM', () => {
  it.each(['hello', '', 'é'.repeat(40)])('is the plaintext: %j', (text) => {
    expect(opened(GCM, gcm(text))).toEqual({ text, intact: true });
  });

  it.each([0, 5, 16, 27])('is nothing where it is too short for its IV and its tag: %i octets', (length) => {
    expect(opened(GCM, gcm('').subarray(0, length))).toEqual({ text: '', intact: false });
  });

  it('is not intact where its tag is another’s', () => {
    const content = gcm('hello');
    content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
    expect(opened(GCM, content)).toEqual({ text: 'hello', intact: false });
  });

  it('is not intact where it is no UTF-8', () => {
    const cipher = createCipheriv('aes-256-gcm', SECRET, Buffer.alloc(12, 1));
    const octets = cipher.update(Buffer.of(0x61, 0xff));
    const content = Buffer.concat([Buffer.alloc(12, 1), octets, cipher.final(), cipher.getAuthTag()]);
    expect(opened(GCM, content)).toEqual({ text: 'a\ufffd', intact: false });
  });
});

describe('what is under CBC', () => {
  it.each([
    ['of a part of one block', block('hello', 11), 'hello'],
    ['of fifteen octets', block('a'.repeat(15), 1), 'a'.repeat(15)],
    ['of nothing but padding', block('', 16), ''],
    [
      'of one block, with one of padding behind it',
      Buffer.concat([block('b'.repeat(16), 0), block('', 16)]),
      'b'.repeat(16),
    ],
    [
      'with anything before the length of its padding',
      Buffer.concat([block('hello', 0).subarray(0, 15), Buffer.of(11)]),
      'hello',
    ],
  ])('is the plaintext %s', (_name, blocks, text) => {
    expect(opened(CBC, cbc(blocks))).toEqual({ text, intact: true });
  });

  it.each([
    ['of none', block('hello', 0)],
    ['of more than a block', block('hello', 17)],
    ['of more than there is', Buffer.concat([Buffer.alloc(15, 0x61), Buffer.of(0x61)])],
  ])('is not intact with a padding %s, and all of it comes back', (_name, blocks) => {
    expect(opened(CBC, cbc(blocks))).toEqual({ text: blocks.toString('utf8'), intact: false });
  });

  it.each([0, 15, 16, 31])('is nothing where it is too short for its IV and a block: %i octets', (length) => {
    expect(opened(CBC, cbc(block('hello', 11)).subarray(0, length))).toEqual({ text: '', intact: false });
  });

  it('is not intact where its last block is cut off', () => {
    const whole = cbc(Buffer.concat([block('b'.repeat(16), 0), block('', 16)]));
    expect(opened(CBC, whole.subarray(0, 40))).toMatchObject({ intact: false });
  });
});

describe('the key', () => {
  it('is the first that fits, whatever other recipients were given', () => {
    const [ours, other] = [wrap(SECRET), wrap(randomBytes(32))];
    expect(opened(GCM, gcm('hello'), [ours, other])).toEqual({ text: 'hello', intact: true });
    expect(opened(GCM, gcm('hello'), [wrap(randomBytes(16)), ours])).toEqual({ text: 'hello', intact: true });
    expect(opened(GCM, gcm('hello'), [other, ours])).toMatchObject({ intact: false });
  });

  it('is one of zeros where none fits, and then nothing is intact', () => {
    const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    const content = Buffer.concat([Buffer.alloc(12), cipher.update('zero'), cipher.final(), cipher.getAuthTag()]);
    expect(opened(GCM, content, [])).toEqual({ text: 'zero', intact: false });
    expect(opened(GCM, content, [wrap(randomBytes(16))])).toEqual({ text: 'zero', intact: false });
  });
});
