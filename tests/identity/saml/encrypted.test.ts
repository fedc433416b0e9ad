import { constants, createCipheriv, createHash, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { privateKey, response, signedAssertion, signedResponse, unsignedAssertion } from './idp.ts';
import { type Setting, verdict, verifyXml } from './verifying.ts';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const OAEP_SHA256 = `<ds:DigestMethod xmlns:ds="${DS}" Algorithm="${XENC}sha256"></ds:DigestMethod><xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${XENC11}mgf1sha256"></xenc11:MGF>`;

interface Choices {
  cipher: string;
  transport: string;
  parameters: string;
  oaepHash: string;
  to: 'sp' | 'stranger';
  beside: boolean;
  damage: (content: Buffer) => Buffer;
}

/** Octets that do not change between runs: derived from the plaintext, which is enough for a test. */
const octets = (seed: string, length: number): Buffer => createHash('sha512').update(seed).digest().subarray(0, length);

function encrypted(plaintext: string, choices: Partial<Choices> = {}): string {
  const { cipher = `${XENC11}aes256-gcm`, transport = `${XENC}rsa-oaep-mgf1p`, to = 'sp', oaepHash = 'sha1' } = choices;
  const bits = Number(/aes(\d+)/.exec(cipher)?.[1] ?? 256);
  const key = octets(plaintext, bits / 8);
  const content = choices.damage?.(seal(cipher, bits, key, plaintext)) ?? seal(cipher, bits, key, plaintext);
  const wrapped = publicEncrypt(
    { key: createPublicKey(createPrivateKey(privateKey(to))), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
    key,
  );
  const encryptedKey = `<xenc:EncryptedKey${choices.beside ? ` xmlns:xenc="${XENC}"` : ''}><xenc:EncryptionMethod Algorithm="${transport}">${choices.parameters ?? ''}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`;
  const keyInfo = choices.beside ? '' : `<ds:KeyInfo xmlns:ds="${DS}">${encryptedKey}</ds:KeyInfo>`;
  return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="${cipher}"></xenc:EncryptionMethod>${keyInfo}<xenc:CipherData><xenc:CipherValue>${content.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>${choices.beside ? encryptedKey : ''}</saml:EncryptedAssertion>`;
}

function seal(cipher: string, bits: number, key: Buffer, plaintext: string): Buffer {
  if (cipher.endsWith('gcm')) {
    const iv = octets(cipher, 12);
    const gcm = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, iv);
    return Buffer.concat([iv, gcm.update(plaintext), gcm.final(), gcm.getAuthTag()]);
  }
  const iv = octets(cipher, 16);
  const cbc = createCipheriv(`aes-${bits}-cbc`, key, iv);
  return Buffer.concat([iv, cbc.update(plaintext), cbc.final()]);
}

const GOOD = signedAssertion();

describe('an encrypted assertion', () => {
  it.each<[string, string, Setting['connection'], string]>([
    ['AES-256-GCM', response(encrypted(GOOD)), {}, 'accepted'],
    ['AES-128-GCM', response(encrypted(GOOD, { cipher: `${XENC11}aes128-gcm` })), {}, 'accepted'],
    ['AES-256-CBC', response(encrypted(GOOD, { cipher: `${XENC}aes256-cbc` })), {}, 'accepted'],
    [
      'RSA-OAEP with SHA-256',
      response(encrypted(GOOD, { transport: `${XENC11}rsa-oaep`, parameters: OAEP_SHA256, oaepHash: 'sha256' })),
      {},
      'accepted',
    ],
    ['its key beside its data', response(encrypted(GOOD, { beside: true })), {}, 'accepted'],
    [
      'an XML declaration in the plaintext',
      response(encrypted(`<?xml version="1.0" encoding="UTF-8"?>${GOOD}`)),
      {},
      'accepted',
    ],
    [
      'a signed response around it, whose signature counts',
      signedResponse(encrypted(unsignedAssertion())),
      { signed: 'response' },
      'accepted',
    ],
    ['PKCS #1 v1.5', response(encrypted(GOOD, { transport: `${XENC}rsa-1_5` })), {}, 'saml_encryption_algorithm'],
    [
      'triple DES',
      response(encrypted(GOOD).replace(`${XENC11}aes256-gcm`, `${XENC}tripledes-cbc`)),
      {},
      'saml_encryption_algorithm',
    ],
    [
      'OAEP with two hashes',
      response(encrypted(GOOD, { parameters: OAEP_SHA256.slice(0, OAEP_SHA256.indexOf('<xenc11')) })),
      {},
      'saml_encryption_algorithm',
    ],
    ['no EncryptedKey', response(encrypted(GOOD).replace(/<ds:KeyInfo.*<\/ds:KeyInfo>/, '')), {}, 'saml_schema'],
    ['encrypted to another', response(encrypted(GOOD, { to: 'stranger' })), {}, 'saml_decryption'],
    [
      'altered',
      response(
        encrypted(GOOD, {
          damage: (content) => {
            content[40] = (content[40] ?? 0) ^ 1;
            return content;
          },
        }),
      ),
      {},
      'saml_decryption',
    ],
    [
      'altered under CBC',
      response(
        encrypted(GOOD, {
          cipher: `${XENC}aes256-cbc`,
          damage: (content) => {
            content[content.length - 17] = (content[content.length - 17] ?? 0) ^ 0xff;
            return content;
          },
        }),
      ),
      {},
      'saml_decryption',
    ],
    ['not signed inside', response(encrypted(unsignedAssertion())), {}, 'saml_decryption'],
    ['not signed inside, the response signed', signedResponse(encrypted(unsignedAssertion())), {}, 'saml_decryption'],
    ['signed by another inside', response(encrypted(signedAssertion({}, { key: 'stranger' }))), {}, 'saml_decryption'],
    ['not an assertion', response(encrypted('<x></x>')), {}, 'saml_decryption'],
    ['not XML', response(encrypted('hello')), {}, 'saml_decryption'],
    ['two assertions inside', response(encrypted(GOOD + unsignedAssertion({ id: '_a2' }))), {}, 'saml_decryption'],
    ['an encrypted one inside', response(encrypted(encrypted(GOOD))), {}, 'saml_decryption'],
    [
      'for another audience',
      response(encrypted(signedAssertion({ conditions: '<saml:Conditions></saml:Conditions>' }))),
      {},
      'saml_decryption',
    ],
    ['a second assertion in the clear', response(encrypted(GOOD) + GOOD), {}, 'saml_several_assertions'],
  ])('%s', async (_rule, xml, connection, reason) => {
    expect(await verdict(xml, { connection: connection ?? {} })).toBe(reason);
  });

  it('is opened by any key of the ring', async () => {
    const keys = [createPrivateKey(privateKey('rolled')), createPrivateKey(privateKey('sp'))];
    expect(await verdict(response(encrypted(GOOD)), { keys })).toBe('accepted');
    expect(await verdict(response(encrypted(GOOD)), { keys: [] })).toBe('saml_decryption');
  });

  it('does not tell a wrong padding from a wrong signature', async () => {
    const outcomes = await Promise.all(
      [
        encrypted(GOOD, { to: 'stranger' }),
        encrypted('<x></x>'),
        encrypted(signedAssertion({}, { key: 'stranger' })),
      ].map((inner) => verifyXml(response(inner))),
    );
    const seen = outcomes.map((each) => (each.ok ? null : [each.refusal.reason, each.refusal.detail]));
    expect(seen).toEqual([
      ['saml_decryption', undefined],
      ['saml_decryption', undefined],
      ['saml_decryption', undefined],
    ]);
  });
});
