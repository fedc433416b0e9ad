import { describe, expect, it } from '@jest/globals';
import { readMetadata } from '../../../lib/identity/saml/metadata.ts';
import { IDP, metadataOf } from './idp.ts';

const GOOD = metadataOf('idp', 'rolled');
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

  it.each([
    [
      'several entities',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${GOOD}</md:EntitiesDescriptor>`,
    ],
    ['no IdP role', GOOD.replaceAll('IDPSSODescriptor', 'AttributeAuthorityDescriptor')],
    ['a role of SAML 1.1', GOOD.replace('SAML:2.0:protocol', 'SAML:1.1:protocol')],
    ['no certificate', metadataOf()],
    ['only a weak key', metadataOf('weak')],
    ['a damaged certificate', GOOD.replace('MII', 'AAA')],
    ['a document type', `<!DOCTYPE x>${GOOD}`],
    ['a validUntil that is no time', role('validUntil="tomorrow"')],
    ['a cacheDuration that is no duration', role('cacheDuration="1h"')],
    ['something else', '<html></html>'],
    ['more than 1 MB', GOOD + ' '.repeat(1024 * 1024)],
  ])('refuses %s', (_rule, text) => {
    expect(readMetadata(text)).toMatchObject({ ok: false, refusal: { reason: 'saml_metadata_invalid' } });
  });
});
