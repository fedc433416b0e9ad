import { escapeXml } from '../../xml.ts';
import { type CipherMode, contentCiphers, OAEP, OAEP_MGF1P } from './encrypted-assertion.ts';
import { DS, FORMAT_UNSPECIFIED, HTTP_POST, METADATA, SAMLP } from './names.ts';
import type { ServiceKey, ServiceKeyRing } from './service-keys.ts';

export interface ServiceProvider {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Modes of the content ciphers that are decrypted. */
  readonly encryption: readonly CipherMode[];
}

/**
 * This broker's metadata as the service provider of one connection (SAML metadata section 2.4.4). It publishes the keys
 * that sign now and next, so that an IdP that reads it once a period is never surprised, and to encrypt to the current
 * one, with the algorithms that are decrypted. Not signed: it comes over https.
 */
export function serviceMetadata(provider: ServiceProvider, { current, next }: ServiceKeyRing): string {
  const methods = [...contentCiphers(provider.encryption), OAEP_MGF1P, OAEP].map(
    (algorithm) => `<md:EncryptionMethod Algorithm="${algorithm}"/>`,
  );
  return [
    `<md:EntityDescriptor xmlns:md="${METADATA}" xmlns:ds="${DS}" entityID="${escapeXml(provider.entityId)}">`,
    '<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true"',
    ` protocolSupportEnumeration="${SAMLP}">`,
    keyDescriptor('signing', current),
    keyDescriptor('signing', next),
    keyDescriptor('encryption', current, methods.join('')),
    `<md:NameIDFormat>${escapeXml(FORMAT_UNSPECIFIED)}</md:NameIDFormat>`,
    `<md:AssertionConsumerService Binding="${HTTP_POST}" Location="${escapeXml(provider.acsUrl)}" index="0"`,
    ' isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>',
  ].join('');
}

const keyDescriptor = (use: 'signing' | 'encryption', { certificate }: ServiceKey, methods = ''): string =>
  [
    `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate>`,
    `</ds:X509Data></ds:KeyInfo>${methods}</md:KeyDescriptor>`,
  ].join('');
