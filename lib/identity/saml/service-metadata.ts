import samlify from 'samlify/build/index.js';
import type { ServiceKeyRing } from './service-keys.ts';

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

/**
 * This broker's metadata as the service provider of one connection (SAML metadata section 2.4.4). It publishes the keys that sign now and next, so that an IdP that
 * reads it once a period is never surprised, and to encrypt to the current one. Not signed: it comes over https.
 */
export function serviceMetadata(entityId: string, acsUrl: string, { current, next }: ServiceKeyRing): string {
  return samlify
    .ServiceProvider({
      entityID: entityId,
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      signingCert: [current.certificate, next.certificate],
      encryptCert: current.certificate,
      nameIDFormat: [UNSPECIFIED],
      assertionConsumerService: [{ Binding: POST, Location: acsUrl, isDefault: true }],
    })
    .getMetadata();
}
