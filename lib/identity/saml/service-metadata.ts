import samlify from 'samlify/build/index.js';
import { FORMAT_UNSPECIFIED, HTTP_POST } from './names.ts';
import type { ServiceKeyRing } from './service-keys.ts';

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
      nameIDFormat: [FORMAT_UNSPECIFIED],
      assertionConsumerService: [{ Binding: HTTP_POST, Location: acsUrl, isDefault: true }],
    })
    .getMetadata();
}
