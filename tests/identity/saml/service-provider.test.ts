import { createPrivateKey, createPublicKey, createVerify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { authnRequestUrl } from '../../../lib/identity/saml/authn-request.ts';
import { descendants } from '../../../lib/identity/saml/element.ts';
import { readMetadata } from '../../../lib/identity/saml/metadata.ts';
import { serviceMetadata } from '../../../lib/identity/saml/service-metadata.ts';
import { METADATA_RULES, readXml } from '../../../lib/identity/saml/xml.ts';
import { epochSeconds } from '../../../lib/time.ts';
import { element } from './element.ts';
import { certificate, privateKey } from './idp.ts';

const keyOf = (name: 'sp' | 'rolled') => ({
  privateKey: createPrivateKey(privateKey(name)),
  certificate: certificate(name),
});

const request = {
  id: '_0123456789abcdef',
  issued: epochSeconds(Date.UTC(2026, 10, 21, 9) / 1000),
  entityId: 'https://broker.example.com/saml/corp?a=1&b="2"',
  acsUrl: 'https://broker.example.com/saml/corp/acs',
  idpEntityId: 'https://idp.example.com/metadata',
  location: 'https://idp.example.com/sso?tenant=1',
};

const parse = (url: string) => {
  const { searchParams } = new URL(url);
  const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  return { searchParams, xml };
};

describe('an AuthnRequest by redirect', () => {
  it('says who asks, where the answer goes, and when', () => {
    expect(parse(authnRequestUrl(request, keyOf('sp'))).xml).toBe(
      element(
        'samlp:AuthnRequest',
        {
          'xmlns:samlp': 'urn:oasis:names:tc:SAML:2.0:protocol',
          'xmlns:saml': 'urn:oasis:names:tc:SAML:2.0:assertion',
          ID: '_0123456789abcdef',
          Version: '2.0',
          IssueInstant: '2026-11-21T09:00:00Z',
          Destination: 'https://idp.example.com/sso?tenant=1',
          ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
          AssertionConsumerServiceURL: 'https://broker.example.com/saml/corp/acs',
        },
        element('saml:Issuer', {}, 'https://broker.example.com/saml/corp?a=1&amp;b=&quot;2&quot;'),
      ),
    );
  });

  it('keeps the query of the place it goes to, and has no RelayState', () => {
    const { searchParams } = parse(authnRequestUrl(request, keyOf('sp')));
    expect([...searchParams.keys()]).toEqual(['tenant', 'SAMLRequest', 'SigAlg', 'Signature']);
  });

  it('is signed over the octets as they are sent (SAML bindings section 3.4.4.1)', () => {
    const url = authnRequestUrl(request, keyOf('sp'));
    const signed = /[?&](SAMLRequest=.*)&Signature=/.exec(url)?.[1] ?? '';
    const signature = Buffer.from(parse(url).searchParams.get('Signature') ?? '', 'base64');
    expect(parse(url).searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    expect(
      createVerify('sha256')
        .update(signed)
        .verify(createPublicKey(privateKey('sp')), signature),
    ).toBe(true);
  });
});

describe('the metadata of the service provider', () => {
  const ring = { current: keyOf('sp'), next: keyOf('rolled'), previous: null };
  const { entityId, acsUrl } = request;
  const textFor = (...encryption: ('gcm' | 'cbc')[]) => serviceMetadata({ entityId, acsUrl, encryption }, ring);
  const text = textFor('gcm');

  it('has no text but where one belongs', () => {
    const read = readXml(text, METADATA_RULES);
    const texts = read.ok
      ? [...descendants(read.value)].filter((each) => each.text !== '').map(({ local }) => local)
      : [];
    expect(texts).toEqual(['X509Certificate', 'X509Certificate', 'X509Certificate', 'NameIDFormat']);
  });

  it('is what the reader of metadata finds whole, of a service provider', () => {
    expect(readMetadata(text)).toEqual({
      ok: false,
      problems: [{ line: 1, message: expect.stringContaining('describes a service provider') }],
    });
    expect(readXml(text, METADATA_RULES)).toMatchObject({
      ok: true,
      value: {
        attributes: [{ name: 'entityID', value: entityId }],
        children: [
          {
            local: 'SPSSODescriptor',
            attributes: [
              { name: 'AuthnRequestsSigned', value: 'true' },
              { name: 'WantAssertionsSigned', value: 'true' },
              { name: 'protocolSupportEnumeration', value: 'urn:oasis:names:tc:SAML:2.0:protocol' },
            ],
            children: [
              { local: 'KeyDescriptor' },
              { local: 'KeyDescriptor' },
              { local: 'KeyDescriptor' },
              { local: 'NameIDFormat', text: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' },
              {
                local: 'AssertionConsumerService',
                attributes: [
                  { name: 'Binding', value: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' },
                  { name: 'Location', value: acsUrl },
                  { name: 'index', value: '0' },
                  { name: 'isDefault', value: 'true' },
                ],
              },
            ],
          },
        ],
      },
    });
  });

  it('publishes the current and the next key for signatures, the current one for encryption', () => {
    const found = [...text.matchAll(/use="(\w+)".*?X509Certificate>([^<]+)</gs)].map(([, use, key = '']) => [
      use,
      new X509Certificate(Buffer.from(key, 'base64')).fingerprint256,
    ]);
    const [sp, rolled] = [certificate('sp'), certificate('rolled')].map(
      (each) => new X509Certificate(Buffer.from(each, 'base64')).fingerprint256,
    );
    expect(found).toEqual([
      ['signing', sp],
      ['signing', rolled],
      ['encryption', sp],
    ]);
  });

  const [GCM, CBC] = [
    ['256', '192', '128'].map((bits) => `http://www.w3.org/2009/xmlenc11#aes${bits}-gcm`),
    ['256', '192', '128'].map((bits) => `http://www.w3.org/2001/04/xmlenc#aes${bits}-cbc`),
  ];
  it.each([
    [['gcm'], GCM],
    [
      ['gcm', 'cbc'],
      [...GCM, ...CBC],
    ],
    [['cbc'], CBC],
  ] as const)('announces what is decrypted of %j, and RSA-OAEP, for the key that encrypts', (modes, ciphers) => {
    const [before, methods] = textFor(...modes).split('use="encryption"');
    expect([...(methods ?? '').matchAll(/EncryptionMethod Algorithm="([^"]*)"/g)].map(([, uri]) => uri)).toEqual([
      ...ciphers,
      'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
      'http://www.w3.org/2009/xmlenc11#rsa-oaep',
    ]);
    expect(before).not.toContain('EncryptionMethod');
  });

  it('holds no private key', () => {
    expect(text).not.toMatch(/PRIVATE|RSAKeyValue/);
  });
});
