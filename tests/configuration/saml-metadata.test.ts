import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { type EpochSeconds, epochSeconds } from '../../lib/time.ts';
import { certificate, IDP, metadataOf } from '../identity/saml/idp.ts';
import { documentsOf, folderOf, ISSUER, NOW } from './folder-of.ts';

const GOOD = metadataOf('idp');
const CONNECTION = `connection: corp
type: saml
metadata: ./idp.xml
entityId: https://broker.example.com/saml/corp
`;

/** What is said of the document, as `<line> <severity> <message>`; nothing is ever said of another file. */
async function said(metadata: string, now: EpochSeconds = NOW, name = 'idp.xml'): Promise<readonly string[]> {
  const folder = folderOf({
    'connections/corp.yaml': CONNECTION.replace('idp.xml', name),
    [`connections/${name}`]: metadata,
  });
  const loaded = await loadConfiguration(folder, { issuer: ISSUER, now });
  const problems = 'problems' in loaded ? loaded.problems : loaded.warnings;
  return problems.map(({ file, line, severity, message }) => {
    expect(file).toBe(`connections/${name}`);
    return `${line} ${severity} ${message}`;
  });
}

/** A line for each element, so that lines mean something. */
const lined = (metadata: string): string => metadata.replaceAll('><', '>\n<');
const PEM = `-----BEGIN CERTIFICATE-----\n${certificate('idp')}\n-----END CERTIFICATE-----`;
const ROOT = /<md:EntityDescriptor /;

describe('SAML metadata of a folder is read as a sign-in reads it', () => {
  it.each([
    ['as its IdP serves it', GOOD],
    ['with an XML declaration and a comment before the root', `<?xml version="1.0"?><!-- entityID="x" -->${GOOD}`],
    ['with a byte order mark', `\ufeff${GOOD}`],
    ['with a certificate in lines', GOOD.replace(certificate('idp'), certificate('idp').replace(/.{64}/g, '$&\n'))],
    ['with two certificates', metadataOf('idp', 'rolled')],
    ['that ends in a year', GOOD.replace(ROOT, '<md:EntityDescriptor validUntil="2028-01-15T00:00:00Z" ')],
  ])('a document loads %s', async (_name, metadata) => {
    expect(await said(metadata)).toEqual([]);
  });

  it.each([
    ['that is not XML', 'secret: value', /^1 error is not XML/],
    ['that is HTML', '<html/>', /^1 error is not an EntityDescriptor/],
    ['with a document type', `<!DOCTYPE x>${GOOD}`, /^1 error is not XML of the kind that is read here: <!DOCTYPE/],
    [
      'without a certificate',
      lined(GOOD).replace(/<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>\n/, ''),
      /^2 error has no X509Cert/,
    ],
    [
      'with a certificate for encryption only',
      lined(GOOD).replace('use="signing"', 'use="encryption"'),
      /^2 error has no X509Cert/,
    ],
    [
      'of a service provider',
      GOOD.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
      /^1 error describes a service provider/,
    ],
    [
      'of a service for SAML 1.1',
      GOOD.replace('SAML:2.0:protocol"', 'SAML:1.1:protocol"'),
      /^1 error has no IDPSSODescriptor for SAML 2.0/,
    ],
    ['that is cut off', lined(GOOD).slice(0, -60), /^\d+ error is not XML/],
    [
      'wrapped in EntitiesDescriptor',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${GOOD}</md:EntitiesDescriptor>`,
      /^1 error is an EntitiesDescriptor/,
    ],
    [
      'with PEM lines around its certificate',
      lined(GOOD).replace(certificate('idp'), PEM),
      /^6 error .*-----BEGIN|^6 error .*PEM/,
    ],
    [
      'with one bad certificate of two',
      lined(metadataOf('idp', 'rolled')).replace(certificate('rolled'), 'AAAA'),
      /^1\d error /,
    ],
    [
      'with a key for encryption only',
      GOOD.replace('use="signing"', 'use="encryption"'),
      /^1 error has no X509Certificate for signing: its KeyDescriptors are for the use encryption$/,
    ],
    ['with a use in capitals', GOOD.replace('use="signing"', 'use="Signing"'), /are for the use Signing$/],
    ['without keys', GOOD.replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/, ''), /: it has no KeyDescriptor$/],
    [
      'with a bare key',
      GOOD.replace(/<ds:X509Data>.*<\/ds:X509Data>/, '<ds:KeyValue></ds:KeyValue>'),
      /: a KeyDescriptor for signing has another kind of key, which is not taken$/,
    ],
    ['with a certificate that is too weak only', metadataOf('weak'), /^1 error has no certificate for signing/],
    ['with blanks around its entityID', GOOD.replace(IDP, `${IDP}\n`), /^1 error entityID has blanks around it/],
    ['without an entityID', GOOD.replace(/ entityID="[^"]*"/, ''), /^1 error EntityDescriptor has no entityID/],
    [
      'that has ended',
      GOOD.replace(ROOT, '<md:EntityDescriptor validUntil="2027-01-15T12:00:00Z" '),
      /^1 error validUntil is 2027-01-15T12:00:00Z/,
    ],
    [
      'with a time that is none',
      GOOD.replace(ROOT, '<md:EntityDescriptor validUntil="2027-02-30T00:00:00Z" '),
      /^1 error validUntil is not/,
    ],
  ])('a document does not load %s', async (_name, metadata, expected) => {
    expect(await said(metadata)).toEqual([expect.stringMatching(expected)]);
  });

  it('a document does not load whose only certificate has ended', async () => {
    expect(await said(metadataOf('ended'))).toContainEqual(
      expect.stringMatching(/^1 error no certificate for signing is in its time/),
    );
  });

  it.each([
    [
      'the document',
      GOOD.replace(ROOT, '<md:EntityDescriptor validUntil="2027-02-14T12:00:00Z" '),
      NOW,
      /^1 warning validUntil is 2027-02-14/,
    ],
    [
      'its certificate',
      GOOD,
      epochSeconds(Date.parse('2126-10-01T00:00:00Z') / 1000),
      /^1 warning this certificate ends at 2126-10-28/,
    ],
  ])('a warning says that %s ends within 30 days', async (_name, metadata, now, expected) => {
    expect(await said(metadata, now)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['has no place for it', 'HTTP-Redirect', 'HTTP-POST', /^1 warning has no SingleSignOnService for HTTP-Redirect/],
    [
      'sends browsers over plain http',
      'https://idp.example.com/sso',
      'http://idp.example.com/sso',
      /^1 warning sends browsers/,
    ],
    ['sends browsers to a path', 'https://idp.example.com/sso', '/sso', /^1 warning sends browsers/],
    ['sends browsers to a script', 'https://idp.example.com/sso', 'javascript:alert(1)', /^1 warning sends browsers/],
  ])('a warning says that no sign-in can begin, where the document %s', async (_name, from, to, expected) => {
    expect(await said(GOOD.replace(from, to))).toEqual([expect.stringMatching(expected)]);
  });

  it('an end in more than 30 days is not worth a word', async () => {
    expect(await said(GOOD.replace(ROOT, '<md:EntityDescriptor validUntil="2027-02-14T12:00:01Z" '))).toEqual([]);
  });

  it('the problems of one document that two connections name are told once', async () => {
    const second = CONNECTION.replaceAll('corp', 'second');
    const files = {
      'connections/corp.yaml': CONNECTION,
      'connections/second.yaml': second,
      'connections/idp.xml': '<x/>',
    };
    const loaded = await loadConfiguration(folderOf(files), { issuer: ISSUER, now: NOW });
    expect(loaded).toMatchObject({ problems: [{ file: 'connections/idp.xml', line: 1, severity: 'error' }] });
  });
});

describe('the entity id of an identity provider', () => {
  const second = CONNECTION.replace('connection: corp', 'connection: second').replace('idp.xml', 'two.xml');
  const files = { 'connections/corp.yaml': CONNECTION, 'connections/second.yaml': second, 'connections/idp.xml': GOOD };
  const loads = async (metadata: string) => {
    const loaded = await loadConfiguration(folderOf({ ...files, 'connections/two.xml': metadata }), {
      issuer: ISSUER,
      now: NOW,
    });
    return 'documents' in loaded;
  };

  it("is the document's own, whatever a comment before the root says", async () => {
    const comment = '<!-- <md:EntityDescriptor entityID="https://other.example"> -->';
    expect(await loads(`${comment}${GOOD}`)).toBe(false);
    expect(await loads(`${comment}${GOOD.replace(IDP, 'https://another.example/metadata')}`)).toBe(true);
    expect(
      await loads(`<!-- <md:EntityDescriptor entityID="${IDP}"> -->${GOOD.replace(IDP, 'https://another.example')}`),
    ).toBe(true);
  });

  it('is compared after entities are read, and as it is written otherwise', async () => {
    expect(await loads(GOOD.replace(IDP, IDP.replace('i', '&#105;')))).toBe(false);
    expect(await loads(GOOD.replace(IDP, IDP.toUpperCase()))).toBe(true);
  });

  it('stands in the document that is stored, without its byte order mark', async () => {
    const { connections } = await documentsOf({
      'connections/corp.yaml': CONNECTION,
      'connections/idp.xml': `\ufeff${GOOD}`,
    });
    expect(connections).toMatchObject([{ metadata: GOOD }]);
  });
});
