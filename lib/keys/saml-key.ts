import type { JsonObject } from '../json.ts';
import type { Clock, Random } from '../ports/host.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { makeSigningKey } from './signing-key.ts';

/**
 * A key lives for three periods of its ring; IdPs that look at the end of a certificate must not be the ones who end it
 * sooner.
 */
const LIFETIME_SECONDS = 10 * 365 * 86_400;
/** Clocks of IdPs may be behind. */
const BACKDATED_SECONDS = 3_600;
const SERIAL_BYTES = 16;

/** A fresh RSA key for SAML with its self-signed certificate in `x5c`. The name says whose it is and nothing else. */
export async function makeSamlKey(issuer: string, clock: Clock, random: Random): Promise<JsonObject> {
  const key = await makeSigningKey('RS256', random);
  const now = toEpochSeconds(clock.now());
  const certificate = selfSignedCertificate(key, {
    commonName: new URL(issuer).hostname.slice(0, 64),
    serial: random.bytes(SERIAL_BYTES),
    notBefore: epochSeconds(now - BACKDATED_SECONDS),
    notAfter: epochSeconds(now + LIFETIME_SECONDS),
  });
  return { ...key, x5c: [certificate] };
}
