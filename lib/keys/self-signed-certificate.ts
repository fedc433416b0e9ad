import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { EpochSeconds } from '../time.ts';

/**
 * What a certificate for SAML says beside its key. Nobody checks a chain: identity providers are given the certificate
 * itself.
 */
export interface CertificateSubject {
  /** Common name of subject and issuer, as UTF-8; at most 64 characters (RFC 5280 appendix A.1). */
  readonly commonName: string;
  /** At most 20 octets; made positive and not zero (RFC 5280 section 4.1.2.2). */
  readonly serial: Uint8Array;
  readonly notBefore: EpochSeconds;
  /** Before the year 2050 of UTCTime or after: each is written in its own form (RFC 5280 section 4.1.2.5). */
  readonly notAfter: EpochSeconds;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const VERSION_TAG = 0xa0;

/** 1.2.840.113549.1.1.11 sha256WithRSAEncryption, with its NULL (RFC 4055 section 5). */
const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
/** 2.5.4.3 id-at-commonName. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const V3 = Buffer.from('020102', 'hex');

/**
 * A self-signed X.509 v3 certificate (RFC 5280 section 4.1) for a private RSA JWK, as base64 of its DER: the form of
 * `x5c` (RFC 7517 section 4.7) and of ds:X509Certificate. It has no extensions: it is a name and two dates around a
 * public key, because that is the form in which SAML publishes keys.
 */
export function selfSignedCertificate(privateJwk: JsonObject, subject: CertificateSubject): string {
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(subject.commonName)))));
  const body = der(
    SEQUENCE,
    der(VERSION_TAG, V3),
    der(INTEGER, positive(subject.serial)),
    SHA256_WITH_RSA,
    name,
    der(SEQUENCE, time(subject.notBefore), time(subject.notAfter)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = der(BIT_STRING, Buffer.of(0), sign('sha256', body, key));
  return der(SEQUENCE, body, SHA256_WITH_RSA, signature).toString('base64');
}

/** Tag, definite length, contents (X.690 section 8.1). */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

function length(octets: number): Buffer {
  if (octets < 0x80) return Buffer.of(octets);
  const digits = Buffer.from(octets.toString(16).padStart(octets > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits]);
}

/** The first octet from 0x40 to 0x7f: never negative, never a superfluous zero in front (X.690 section 8.3.2). */
function positive(serial: Uint8Array): Buffer {
  const octets = Buffer.from(serial);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets;
}

function time(at: EpochSeconds): Buffer {
  const digits = `${new Date(at * 1000).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return digits < '2050' ? der(UTC_TIME, Buffer.from(digits.slice(2))) : der(GENERALIZED_TIME, Buffer.from(digits));
}
