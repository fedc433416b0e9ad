import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { metadataOutcome, readMetadata } from '../../../lib/identity/saml/metadata.ts';
import { metadataFindings } from '../../../lib/identity/saml/metadata-findings.ts';
import { epochSeconds } from '../../../lib/time.ts';
import { certificate, IDP, metadataOf } from './idp.ts';

const GOOD = metadataOf('idp', 'rolled');
const twice = (base64: string): string => {
  const octets = Buffer.from(base64, 'base64');
  return Buffer.concat([octets, octets]).toString('base64');
};
const role = (attributes: string): string =>
  GOOD.replace('<md:IDPSSODescriptor ', `<md:IDPSSODescriptor ${attributes} `);
const SP_ROLE = metadataOf('stranger')
  .replace(
    /^.*?<md:KeyDescriptor/,
    '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor',
  )
  .replace(/<md:SingleSignOnService.*$/, '</md:SPSSODescriptor>');

describe('IdP metadata', () => {
  it('gives entity id, all signing keys and sign-on endpoints', () => {
    expect(readMetadata(GOOD)).toMatchObject({
      ok: true,
      value: {
        entityId: IDP,
        keys: [{ key: { type: 'public' } }, { key: { type: 'public' } }],
        singleSignOn: [
          { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location: 'https://idp.example.com/sso' },
        ],
        wantsSignedRequests: false,
        validUntil: null,
        cacheDuration: null,
      },
    });
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['yes', false],
  ])('says whether the IdP wants signed requests: %s', (written, expected) => {
    const reading = readMetadata(role(`WantAuthnRequestsSigned="${written}"`));
    expect(reading.ok && reading.value.wantsSignedRequests).toBe(expected);
  });

  it.each([
    ['in the middle of a document', `${GOOD.slice(0, 50)}\uFEFF${GOOD.slice(50)}`],
    ['twice', `\uFEFF\uFEFF${GOOD}`],
  ])('takes a byte order mark at the beginning, not %s', (_rule, text) => {
    expect(readMetadata(text).ok).toBe(false);
  });

  it('takes 1 MB, ten certificates, and names of 1024 characters', () => {
    const long = GOOD.replace(IDP, 'x'.repeat(1024));
    expect(readMetadata(long + ' '.repeat(1024 * 1024 - long.length)).ok).toBe(true);
    expect(readMetadata(metadataOf(...Array<'idp'>(10).fill('idp'))).ok).toBe(true);
  });

  it('tells a sign-in every problem with its line', () => {
    const text = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">\n${metadataOf('idp')
      .replace(/^<[^>]*>/, '')
      .replace(' Location="https://idp.example.com/sso"', '')}`;
    expect(metadataOutcome(readMetadata(text))).toEqual({
      ok: false,
      refusal: {
        reason: 'saml_metadata_invalid',
        log: { found: 'line 1 EntityDescriptor has no entityID; line 2 SingleSignOnService has no Location' },
      },
    });
  });

  it('leaves out a key that is neither RSA nor EC, and says so', () => {
    const reading = readMetadata(metadataOf('idp', 'ed25519'));
    expect(reading).toMatchObject({
      ok: true,
      leftOut: [{ line: 1, message: 'the key of this certificate is of the kind ed25519' }],
    });
    expect(reading.ok && reading.value.keys.length).toBe(1);
  });

  it('takes no certificate for its chain, and one that stands in lines', () => {
    const chain = GOOD.replace(
      '</ds:X509Certificate>',
      '</ds:X509Certificate><ds:X509Certificate>chain</ds:X509Certificate>',
    );
    expect(readMetadata(chain).ok).toBe(true);
    const [one] = /MII[^<]*/.exec(GOOD) ?? [''];
    expect(readMetadata(GOOD.replace(one, `\n ${(one.match(/.{1,64}/g) ?? []).join('\r\n\t')}\n`)).ok).toBe(true);
  });

  it('takes no X509Certificate of anything else', () => {
    const elsewhere = metadataOf('idp').replaceAll('X509Data', 'KeyValue');
    expect(readMetadata(elsewhere)).toEqual({
      ok: false,
      problems: [
        { line: 1, message: expect.stringMatching(/^has no X509Certificate for signing: .*another kind of key/) },
      ],
    });
  });

  it.each([
    ['encryption', metadataOf('idp'), 'encryption'],
    ['encryption', metadataOf('idp', 'rolled'), 'encryption, encryption'],
    ['', metadataOf('idp'), '""'],
  ])('says which uses its keys have that are not for signing: "%s"', (use, text, said) => {
    const message = `has no X509Certificate for signing: its KeyDescriptors are for the use ${said}`;
    expect(readMetadata(text.replaceAll('use="signing"', `use="${use}"`))).toMatchObject({ problems: [{ message }] });
  });

  it('finds its role among others', () => {
    const others = GOOD.replace('<md:IDPSSO', '<md:AffiliationDescriptor/><md:IDPSSO');
    expect(readMetadata(others).ok).toBe(true);
    const [service] = [SP_ROLE];
    expect(
      readMetadata(metadataOf('idp').replace(/<md:IDPSSO.*<\/md:IDPSSODescriptor>/s, `<md:x/>${service}<md:x/>`)),
    ).toMatchObject({
      problems: [{ message: "describes a service provider: take the identity provider's own metadata" }],
    });
  });

  it.each([
    ['certificates without a named use', GOOD.replaceAll(' use="signing"', ''), 2],
    ['no certificates for encryption', GOOD.replace('use="signing"', 'use="encryption"'), 1],
    [
      'no certificates of its service provider role',
      GOOD.replace('</md:EntityDescriptor>', `${SP_ROLE}</md:EntityDescriptor>`),
      2,
    ],
    [
      'comments, a byte order mark and a declaration',
      `\uFEFF<?xml version="1.0" encoding="utf-8"?><!-- exported -->${GOOD}`,
      2,
    ],
    ['no weak key', metadataOf('idp', 'weak'), 1],
  ])('%s', (_rule, text, keys) => {
    const outcome = readMetadata(text);
    expect(outcome.ok && outcome.value.keys.length).toBe(keys);
  });

  it('reads the sooner of its ends', () => {
    const text = role('validUntil="2027-02-01T00:00:00Z" cacheDuration="PT6H"').replace(
      'entityID',
      'validUntil="2027-03-01T00:00:00Z" cacheDuration="P1DT1M" entityID',
    );
    expect(readMetadata(text)).toMatchObject({ ok: true, value: { validUntil: 1801440000, cacheDuration: 21_600 } });
  });

  const LINES = GOOD.replaceAll('><', '>\n<');
  const CERTIFICATE = /X509Certificate>MII/;

  it.each([
    [
      'several entities',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${LINES}</md:EntitiesDescriptor>`,
      [[1, /EntitiesDescriptor: cut out/]],
    ],
    ['something else', '<html></html>', [[1, /is not an EntityDescriptor/]]],
    [
      'an EntityDescriptor of another namespace',
      LINES.replace('xmlns:md="urn:oasis', 'xmlns:md="urn:x:oasis'),
      [[1, /is not an EntityDescriptor/]],
    ],
    ['a service provider', LINES.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'), [[1, /service provider/]]],
    ['no IdP role', LINES.replaceAll('IDPSSODescriptor', 'AttributeAuthorityDescriptor'), [[1, /no IDPSSODescriptor/]]],
    ['a role of SAML 1.1', LINES.replace('SAML:2.0:protocol', 'SAML:1.1:protocol'), [[1, /no IDPSSODescriptor/]]],
    ['two IdP roles', LINES.replace(/(<md:IDPSSO.*<\/md:IDPSSODescriptor>)/s, '$1$1'), [[18, /several IdP roles/]]],
    ['no entityID', LINES.replace(/ entityID="[^"]*"/, ''), [[1, /no entityID/]]],
    ['an entityID of 1025 characters', LINES.replace(IDP, 'x'.repeat(1025)), [[1, /entityID has more than 1024/]]],
    ['an entityID with a control character', LINES.replace(IDP, 'a&#10;b'), [[1, /entityID has a control/]]],
    ['an endpoint without Location', LINES.replace(/ Location="[^"]*"/, ''), [[17, /no Location/]]],
    ['no certificate', metadataOf().replaceAll('><', '>\n<'), [[2, /no X509Certificate/]]],
    ['only a weak key', metadataOf('weak').replaceAll('><', '>\n<'), [[2, /2048/]]],
    ['eleven certificates', metadataOf(...Array<'idp'>(11).fill('idp')), [[1, /more than 10/]]],
    [
      'one damaged certificate among good ones',
      LINES.replace(CERTIFICATE, 'X509Certificate>AAA'),
      [[6, /not a certificate/]],
    ],
    ['a certificate that is not base64', LINES.replace(CERTIFICATE, 'X509Certificate>*II'), [[6, /not base64/]]],
    [
      'an empty certificate',
      LINES.replace(CERTIFICATE, 'X509Certificate></ds:X509Certificate><ds:X509Certificate>MII'),
      [[6, /not base64/]],
    ],
    [
      'PEM lines around a certificate',
      LINES.replace(CERTIFICATE, 'X509Certificate>\n-----BEGIN CERTIFICATE-----\nMII'),
      [[6, /PEM lines/]],
    ],
    [
      'two certificates in one element',
      LINES.replace(/X509Certificate>(MII[^<=]*=*)/, (_all, one: string) => `X509Certificate>${twice(one)}`),
      [[6, /more behind/]],
    ],
    [
      'two mistakes',
      LINES.replace(CERTIFICATE, 'X509Certificate>AAA').replace(/ Location="[^"]*"/, ''),
      [
        [6, /not a certificate/],
        [17, /no Location/],
      ],
    ],
    ['a document type', `<!DOCTYPE x>\n${LINES}`, [[1, /DOCTYPE/]]],
    ['a document that is cut off', LINES.slice(0, -40), [[18, /not XML/]]],
    ['a character that XML does not have', LINES.replace('Location', '\0Location'), [[17, /not XML/]]],
    ['a validUntil that is no time', role('validUntil="tomorrow"'), [[1, /validUntil/]]],
    ['a cacheDuration that is no duration', role('cacheDuration="1h"'), [[1, /cacheDuration/]]],
    ['more than 1 MB', GOOD + ' '.repeat(1024 * 1024), [[1, /over 1 MB/]]],
  ] as const)('says of %s what is wrong and in which line', (_rule, text, problems) => {
    const reading = readMetadata(text);
    expect(reading).toEqual({
      ok: false,
      problems: problems.map(([line, message]) => ({ line, message: expect.stringMatching(message) })),
    });
    expect(metadataOutcome(reading)).toMatchObject({ ok: false, refusal: { reason: 'saml_metadata_invalid' } });
  });
});

describe('what an operator has to know', () => {
  const day = 86_400;
  const findings = (text: string, now: number) =>
    metadataFindings(readMetadata(text), epochSeconds(now)).map(({ severity, line, message }) => [
      severity,
      line,
      message.slice(0, 40),
    ]);
  const AT = Date.parse('2027-01-15T12:00:00Z') / 1000;
  const UNTIL = role('validUntil="2027-03-01T12:00:00Z"').replaceAll('><', '>\n<');
  const until = Date.parse('2027-03-01T12:00:00Z') / 1000;
  const certificateEnd = (name: 'idp' | 'ended'): number =>
    Date.parse(new X509Certificate(Buffer.from(certificate(name), 'base64')).validTo) / 1000;

  it('is nothing while all is well', () => {
    expect(findings(GOOD, AT)).toEqual([]);
  });

  it.each([
    [until - 30 * day - 1, []],
    [until - 30 * day, [['warning', 2, 'validUntil is 2027-03-01T12:00:00Z: take']]],
    [until - 1, [['warning', 2, 'validUntil is 2027-03-01T12:00:00Z: take']]],
    [until, [['error', 2, 'validUntil is 2027-03-01T12:00:00Z: take']]],
  ])('is validUntil within 30 days: at %d', (now, expected) => {
    expect(findings(UNTIL, now)).toEqual(expected);
  });

  it.each([
    [-30 * day - 1, []],
    [-30 * day, [['warning', 6]]],
    [0, [['warning', 6]]],
    [1, [['error', 6]]],
  ])(
    'is a certificate that ends within 30 days, and an error where it was the last: %d s off its end',
    (offset, expected) => {
      const text = metadataOf('idp').replaceAll('><', '>\n<');
      expect(findings(text, certificateEnd('idp') + offset).map((each) => each.slice(0, 2))).toEqual(expected);
    },
  );

  it('is a certificate whose time has not begun', () => {
    const begins = Date.parse(new X509Certificate(Buffer.from(certificate('idp'), 'base64')).validFrom) / 1000;
    expect(findings(metadataOf('idp'), begins)).toEqual([]);
    expect(findings(metadataOf('idp'), begins - 1)).toEqual([['error', 1, 'no certificate for signing is in its tim']]);
  });

  it('is one that ends this second beside a good one, which has not ended yet', () => {
    const at = certificateEnd('ended');
    const [text, begins] = [metadataOf('ended', 'idp'), (offset: number) => findings(text, at + offset)[0]?.[2]];
    expect([begins(0), begins(1)]).toEqual([
      expect.stringContaining('this certificate ends at'),
      expect.stringContaining('this certificate ended at'),
    ]);
  });

  it('is one that has ended beside a good one', () => {
    expect(findings(metadataOf('idp', 'ended'), AT)).toEqual([
      ['warning', 1, expect.stringContaining('this certificate ended at')],
    ]);
  });

  it('is one that counts for nothing', () => {
    expect(findings(metadataOf('idp', 'weak'), AT)).toEqual([
      ['warning', 1, 'no signature of it is taken: the RSA key'],
    ]);
  });

  it('is that nobody can begin a sign-in', () => {
    expect(findings(GOOD.replace('HTTP-Redirect', 'HTTP-POST'), AT)).toEqual([
      ['warning', 1, 'has no SingleSignOnService for HTTP-Redi'],
    ]);
  });

  it.each([
    ['http://127.0.0.1:8080/sso', []],
    ['http://idp.example.com/sso', [['warning', 1, 'sends browsers to no https address: a si']]],
    ['ftp://127.0.0.1/sso', [['warning', 1, 'sends browsers to no https address: a si']]],
  ])('is that browsers are sent over plain http, but for this machine: %s', (location, expected) => {
    expect(findings(GOOD.replace('https://idp.example.com/sso', location), AT)).toEqual(expected);
  });

  it('is every problem, of a document that cannot be read', () => {
    expect(findings('<html></html>', AT)).toEqual([['error', 1, 'is not an EntityDescriptor of SAML 2.0 m']]);
  });

  it('begins with the end that comes first', () => {
    const reading = readMetadata(role('validUntil="2027-01-20T00:00:00Z"'));
    expect(reading.ok && reading.ends.map(({ part }) => part)).toEqual(['document', 'certificate', 'certificate']);
  });
});
