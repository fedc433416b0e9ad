import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { changed, digestMethod, encrypted, maskFunction, XENC, XENC11 } from './encrypting.ts';
import {
  ACS,
  audience,
  conditions,
  nameId,
  privateKey,
  response,
  signedAssertion,
  signedResponse,
  unsignedAssertion,
} from './idp.ts';
import { atAcs, CONNECTION, logged, type Setting, verdict, verifyXml } from './verifying.ts';

const CBC = `${XENC}aes256-cbc`;
const BOTH = { encryption: ['gcm', 'cbc'] } as const;
const GOOD = signedAssertion();
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const SHA256 = `${XENC}sha256`;
const SHA256_TWICE = digestMethod(SHA256) + maskFunction('sha256');
const DATA = /(<xenc:EncryptedData.*<\/xenc:EncryptedData>)/;

describe('an encrypted assertion is accepted', () => {
  it.each<[string, string, Setting['connection']]>([
    ['under AES-256-GCM', response(encrypted(GOOD)), {}],
    ['under AES-192-GCM', response(encrypted(GOOD, { cipher: `${XENC11}aes192-gcm` })), {}],
    ['under AES-128-GCM', response(encrypted(GOOD, { cipher: `${XENC11}aes128-gcm` })), {}],
    ['under AES-256-CBC, where it is listed', response(encrypted(GOOD, { cipher: CBC })), BOTH],
    ['under AES-192-CBC, where it is listed', response(encrypted(GOOD, { cipher: `${XENC}aes192-cbc` })), BOTH],
    ['under AES-128-CBC, where it is listed', response(encrypted(GOOD, { cipher: `${XENC}aes128-cbc` })), BOTH],
    ...Array.from({ length: 16 }, (_, more): [string, string, Setting['connection']] => [
      `under CBC with ${16 - ((GOOD.length + more) % 16)} octets of padding`,
      response(encrypted(GOOD + ' '.repeat(more), { cipher: CBC })),
      BOTH,
    ]),
    [
      'with RSA-OAEP and SHA-256',
      response(encrypted(GOOD, { transport: `${XENC11}rsa-oaep`, parameters: SHA256_TWICE, oaepHash: 'sha256' })),
      {},
    ],
    ['with RSA-OAEP that names no hash (SHA-1)', response(encrypted(GOOD, { transport: `${XENC11}rsa-oaep` })), {}],
    [
      'with RSA-OAEP that names SHA-1 twice',
      response(
        encrypted(GOOD, {
          transport: `${XENC11}rsa-oaep`,
          parameters: digestMethod(SHA1) + maskFunction('sha1'),
        }),
      ),
      {},
    ],
    [
      'with RSA-OAEP and SHA-512',
      response(
        encrypted(GOOD, {
          transport: `${XENC11}rsa-oaep`,
          parameters: digestMethod(`${XENC}sha512`) + maskFunction('sha512'),
          oaepHash: 'sha512',
        }),
      ),
      {},
    ],
    [
      'with RSA-OAEP and its mask as it was before masks were named',
      response(encrypted(GOOD, { parameters: maskFunction('sha256') })),
      {},
    ],
    ['with its key beside its data', response(encrypted(GOOD, { beside: true })), {}],
    ['for others too', response(encrypted(GOOD, { to: ['stranger', 'stranger', 'stranger', 'sp'] })), {}],
    ['with an XML declaration', response(encrypted(`<?xml version="1.0" encoding="UTF-8"?>${GOOD}`)), {}],
    ['with blanks around it', response(encrypted(`\n ${GOOD}\n`)), {}],
    [
      'in a signed response, whose signature counts',
      signedResponse(encrypted(unsignedAssertion())),
      { signed: 'response' },
    ],
    [
      'with a prefix that is declared around it',
      response(encrypted(signedAssertion().replaceAll(' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', ''))),
      {},
    ],
  ])('%s', async (_rule, xml, connection) => {
    expect(await verdict(xml, { connection: connection ?? {} })).toBe('accepted');
  });

  it('by any key of the ring', async () => {
    const keys = [createPrivateKey(privateKey('rolled')), createPrivateKey(privateKey('sp'))];
    expect(await verdict(response(encrypted(GOOD)), { keys })).toBe('accepted');
    expect(await verdict(response(encrypted(GOOD)), { keys: [] })).toBe('saml_decryption');
  });
});

describe('an encrypted assertion is refused before anything is decrypted', () => {
  const once = encrypted(GOOD);
  it.each<[string, string, string]>([
    [
      'with PKCS #1 v1.5',
      encrypted(GOOD, { transport: `${XENC}rsa-1_5` }),
      'saml_encryption_algorithm: the key transport',
    ],
    [
      'under triple DES',
      encrypted(GOOD, { named: `${XENC}tripledes-cbc` }),
      'saml_encryption_algorithm: the content cipher',
    ],
    [
      'under CBC, which nobody listed',
      encrypted(GOOD, { cipher: CBC }),
      'saml_encryption_algorithm: cbc is not listed',
    ],
    [
      'with OAEP and two hashes',
      encrypted(GOOD, { parameters: digestMethod(SHA256) }),
      'saml_encryption_algorithm: parameters of RSA-OAEP',
    ],
    [
      'with OAEP and a mask of another hash',
      encrypted(GOOD, { transport: `${XENC11}rsa-oaep`, parameters: digestMethod(SHA256) + maskFunction('sha1') }),
      'saml_encryption_algorithm: parameters of RSA-OAEP',
    ],
    [
      'with OAEP and a hash that is not known',
      encrypted(GOOD, { parameters: digestMethod('md5') }),
      'saml_encryption_algorithm: DigestMethod',
    ],
    [
      'with OAEP and one hash twice',
      encrypted(GOOD, { parameters: digestMethod(SHA1) + digestMethod(SHA1) }),
      'saml_encryption_algorithm: DigestMethod',
    ],
    [
      'with OAEP and a hash without a name',
      encrypted(GOOD, { parameters: digestMethod('x').replace(' Algorithm="x"', '') }),
      'saml_encryption_algorithm: DigestMethod',
    ],
    [
      'with OAEP and parameters',
      encrypted(GOOD, { parameters: '<xenc:OAEPparams>AA==</xenc:OAEPparams>' }),
      'saml_encryption_algorithm: parameters of RSA-OAEP',
    ],
    ['without EncryptedKey', once.replace(/<ds:KeyInfo.*<\/ds:KeyInfo>/, ''), 'saml_schema: 0 EncryptedKeys'],
    ['for five recipients', encrypted(GOOD, { to: Array<'sp'>(5).fill('sp') }), 'saml_schema: 5 EncryptedKeys'],
    ['without EncryptedData', once.replace(DATA, ''), 'saml_schema: not one EncryptedData'],
    ['with two EncryptedData', once.replace(DATA, '$1$1'), 'saml_schema: not one EncryptedData'],
    [
      'with EncryptedData deeper in it',
      once.replace(DATA, '<xenc:x xmlns:xenc="urn:x">$1</xenc:x>'),
      'saml_schema: not one EncryptedData',
    ],
    [
      'with two EncryptionMethod',
      once.replace('<xenc:EncryptionMethod', `<xenc:EncryptionMethod Algorithm="${CBC}"/><xenc:EncryptionMethod`),
      'saml_schema: EncryptedData without one EncryptionMethod',
    ],
    [
      'without EncryptionMethod',
      once.replace(/<xenc:EncryptionMethod.*?<\/xenc:EncryptionMethod>/, ''),
      'saml_schema: EncryptedData without one EncryptionMethod',
    ],
    [
      'with two CipherValue',
      once.replace('<xenc:CipherValue>', '<xenc:CipherValue/><xenc:CipherValue>'),
      'saml_schema: CipherData without one CipherValue',
    ],
    [
      'with a reference to its cipher text',
      once.replace(
        /<xenc:CipherValue>[^<]*<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>/,
        '<xenc:CipherReference URI="https://other.example.com/"/></xenc:CipherData></xenc:EncryptedData>',
      ),
      'saml_schema: CipherData without one CipherValue',
    ],
    ['beside a second assertion in the clear', once + GOOD, 'saml_several_assertions: 2 assertions'],
    ['twice', once + once, 'saml_several_assertions: 2 assertions'],
  ])('%s', async (_rule, xml, reason) => {
    expect(await logged(response(xml))).toBe(reason);
    expect(await logged(response(xml, { destination: ACS }), { at: atAcs(null) })).toBe(reason);
  });

  it('at the ACS under CBC that another connection listed', async () => {
    const others = [{ ...CONNECTION, ...BOTH, connection: 'other', entityId: 'https://broker.example.com/saml/other' }];
    const xml = response(encrypted(GOOD, { cipher: CBC }), { destination: ACS });
    expect(await verdict(xml, { at: atAcs(null), others })).toBe('saml_encryption_algorithm');
  });

  it('by a connection of before that lists nothing, under CBC', async () => {
    const { encryption: _encryption, ...rest } = CONNECTION;
    const at = { ...atAcs(null), connection: 'before' } as const;
    const others = [{ ...rest, connection: 'before' }];
    const xml = response(encrypted(GOOD, { cipher: CBC }), { destination: ACS });
    expect(await verdict(xml, { at, others })).toBe('saml_encryption_algorithm');
  });
});

describe('whatever is wrong from the decryption on is one refusal', () => {
  const other = { ...CONNECTION, ...BOTH, connection: 'other', entityId: 'https://broker.example.com/saml/other' };
  const forOther = conditions(audience(other.entityId));
  it.each<[string, string, string, Omit<Setting, 'at'>]>([
    ['encrypted to another', 'check saml_decryption', response(encrypted(GOOD, { to: ['stranger'] })), {}],
    ['with a key that is too short', 'check saml_decryption', response(encrypted(GOOD, { keyLength: 16 })), {}],
    ['altered', 'check saml_decryption', response(encrypted(GOOD, { damage: changed(40) })), {}],
    ['with another tag', 'check saml_decryption', response(encrypted(GOOD, { damage: changed(-1) })), {}],
    [
      'cut off in its tag',
      'check saml_decryption',
      response(encrypted(GOOD, { damage: (content) => content.subarray(0, 20) })),
      {},
    ],
    ['of nothing', 'no element, check saml_not_xml', response(encrypted('')), {}],
    [
      'altered under CBC',
      'check saml_decryption',
      response(encrypted(GOOD, { cipher: CBC, damage: changed(-20) })),
      { connection: BOTH },
    ],
    [
      'with a wrong padding',
      'check saml_decryption',
      response(encrypted(GOOD, { cipher: CBC, damage: changed(-17, 0xff) })),
      { connection: BOTH },
    ],
    [
      'with a padding of nothing',
      'check saml_decryption',
      response(encrypted(`${GOOD}${' '.repeat(16 - (GOOD.length % 16))}`, { cipher: CBC, damage: changed(-17, 0x10) })),
      { connection: BOTH },
    ],
    [
      'with half a block',
      'check saml_decryption',
      response(encrypted(GOOD, { cipher: CBC, damage: (content) => content.subarray(0, -8) })),
      { connection: BOTH },
    ],
    [
      'with an IV only',
      'check saml_decryption',
      response(encrypted(GOOD, { cipher: CBC, damage: (content) => content.subarray(0, 16) })),
      { connection: BOTH },
    ],
    [
      'under GCM, named as CBC',
      'check saml_decryption',
      response(encrypted(GOOD, { named: CBC })),
      { connection: BOTH },
    ],
    [
      'under CBC, named as GCM',
      'check saml_decryption',
      response(encrypted(GOOD, { cipher: CBC, named: `${XENC11}aes256-gcm` })),
      { connection: BOTH },
    ],
    [
      'not in UTF-8',
      'check saml_decryption',
      response(encrypted(Buffer.from(signedAssertion({ nameId: nameId('é') }), 'latin1'))),
      {},
    ],
    ['not signed inside', 'check saml_unsigned', response(encrypted(unsignedAssertion())), {}],
    [
      'not signed inside, the response signed',
      'check saml_unsigned',
      signedResponse(encrypted(unsignedAssertion())),
      {},
    ],
    [
      'signed by another inside',
      'the signature, check signature_invalid',
      response(encrypted(signedAssertion({}, { key: 'stranger' }))),
      {},
    ],
    [
      'not an assertion',
      'the root is neither Response nor Assertion, check saml_not_saml',
      response(encrypted('<x></x>')),
      {},
    ],
    ['a whole response', 'the plaintext is no Assertion, check saml_schema', response(encrypted(response(GOOD))), {}],
    ['not XML', 'no element, check saml_not_xml', response(encrypted('hello')), {}],
    [
      'two assertions inside',
      'text behind the root element, check saml_not_xml',
      response(encrypted(GOOD + unsignedAssertion({ id: '_a2' }))),
      {},
    ],
    [
      'an assertion in Advice',
      '2 assertions, check saml_several_assertions',
      response(
        encrypted(signedAssertion({ advice: `<saml:Advice>${unsignedAssertion({ id: '_a2' })}</saml:Advice>` })),
      ),
      {},
    ],
    [
      'an encrypted one inside',
      'the root is neither Response nor Assertion, check saml_not_saml',
      response(encrypted(encrypted(GOOD))),
      {},
    ],
    [
      'with a prefix that nobody declared',
      'an undeclared prefix, check saml_xml_forbidden',
      response(encrypted(GOOD.replace('<saml:Subject>', '<saml:Subject x:y="">'))),
      {},
    ],
  ])('%s', async (_rule, log, xml, setting) => {
    const outcome = await verifyXml(xml, setting);
    expect(outcome.ok ? null : outcome.refusal.detail).toBeUndefined();
    expect(await logged(xml, setting)).toBe(`saml_decryption: ${log}`);
    const atTheAcs = xml.replace(/Destination="[^"]*"/, `Destination="${ACS}"`);
    const unsolicited = { ...setting, at: atAcs(null), connection: { ...setting.connection, unsolicited: true } };
    expect(await logged(atTheAcs, unsolicited)).toBe(`saml_decryption: ${log}`);
  });

  it.each<[string, string, string, Omit<Setting, 'at'>]>([
    [
      'for another audience',
      'no audience, check audience_mismatch',
      response(encrypted(signedAssertion({ conditions: conditions('') }))),
      {},
    ],
    [
      'of another issuer',
      'the issuer is https://other.example.com, matching 0, check issuer_unknown',
      response(encrypted(signedAssertion({ issuer: 'https://other.example.com' }))),
      {},
    ],
    [
      'under CBC that another connection listed',
      'check saml_encryption_algorithm',
      response(encrypted(GOOD, { cipher: CBC })),
      { others: [other] },
    ],
    [
      'without the signature of the response, which counts',
      'check saml_unsigned',
      response(encrypted(GOOD)),
      { connection: { signed: 'response' } },
    ],
    [
      'with a signature of the response that does not hold, which counts',
      'the signature, check signature_invalid',
      signedResponse(encrypted(GOOD), {}, { key: 'stranger' }),
      { connection: { signed: 'response' } },
    ],
    [
      'for a connection whose metadata cannot be had, under CBC',
      'check metadata_unavailable',
      response(encrypted(signedAssertion({ conditions: forOther }), { cipher: CBC })),
      { others: [{ ...other, metadata: null, metadataUrl: 'https://down.example.com/' }] },
    ],
  ])('%s (at the token endpoint, where the plaintext selects)', async (_rule, log, xml, setting) => {
    expect(await logged(xml, setting)).toBe(`saml_decryption: ${log}`);
  });

  it('but that the metadata cannot be had is said where nothing can be learned of it', async () => {
    const others = [{ ...other, metadata: null, metadataUrl: 'https://down.example.com/' }];
    expect(await verdict(response(encrypted(signedAssertion({ conditions: forOther }))), { others })).toBe(
      'metadata_unavailable',
    );
  });

  it('but that the Response is not signed as it must be is said at the ACS, where nothing is decrypted before', async () => {
    const setting: Setting = { at: atAcs(null), connection: { signed: 'response', unsolicited: true }, keys: [] };
    const [unsigned, foreign] = [response, signedResponse].map((make) =>
      make(encrypted(GOOD), { destination: ACS }, { key: 'stranger' }),
    );
    expect(await verdict(unsigned ?? '', setting)).toBe('saml_unsigned');
    expect(await verdict(foreign ?? '', setting)).toBe('signature_invalid');
  });

  it('and the log has what was wrong', async () => {
    const outcome = await verifyXml(response(encrypted(unsignedAssertion())));
    expect(outcome.ok ? null : outcome.refusal.log).toEqual({ check: 'saml_unsigned' });
  });
});
