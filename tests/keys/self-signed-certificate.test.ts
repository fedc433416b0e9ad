import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { selfSignedCertificate } from '../../lib/keys/self-signed-certificate.ts';
import { epochSeconds } from '../../lib/time.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = JSON.parse(JSON.stringify(privateKey.export({ format: 'jwk' })));
const subject = {
  commonName: 'broker.example.com',
  serial: Uint8Array.of(0xff, 0, 0xff),
  notBefore: epochSeconds(Date.UTC(2026, 10, 21, 9) / 1000),
  notAfter: epochSeconds(Date.UTC(2036, 10, 21, 9) / 1000),
};
const made = (more: Partial<typeof subject> = {}) =>
  new X509Certificate(Buffer.from(selfSignedCertificate(jwk, { ...subject, ...more }), 'base64'));

describe('a self-signed certificate', () => {
  it('is signed by its own key, and holds its public half', () => {
    expect(made().verify(publicKey)).toBe(true);
    expect(made().publicKey.equals(publicKey)).toBe(true);
  });

  it('names one subject, who is the issuer', () => {
    expect(made().subject).toBe('CN=broker.example.com');
    expect(made().issuer).toBe('CN=broker.example.com');
  });

  it('lasts from one second to another', () => {
    expect(new Date(made().validFrom).toISOString()).toBe('2026-11-21T09:00:00.000Z');
    expect(new Date(made().validTo).toISOString()).toBe('2036-11-21T09:00:00.000Z');
  });

  it.each([
    ['the last second that UTCTime can say', Date.UTC(2049, 11, 31, 23, 59, 59), '2049-12-31T23:59:59.000Z'],
    ['the first second that it cannot', Date.UTC(2050, 0, 1), '2050-01-01T00:00:00.000Z'],
  ])('ends at %s (RFC 5280 section 4.1.2.5)', (_, end, text) => {
    expect(new Date(made({ notAfter: epochSeconds(end / 1000) }).validTo).toISOString()).toBe(text);
  });

  it.each([
    [Uint8Array.of(0xff, 0, 0xff), '7F00FF'],
    [Uint8Array.of(0, 0, 1), '400001'],
  ])('has a serial number that is positive and has no zero in front', (serial, text) => {
    expect(made({ serial }).serialNumber).toBe(text);
  });
});
