import type { KeyObject } from 'node:crypto';
import type { DecryptionKeys } from './context.ts';

/** A key of this service provider with its self-signed certificate. */
export interface ServiceKey {
  readonly privateKey: KeyObject;
  /** base64 of DER, one line. */
  readonly certificate: string;
}

/**
 * The ring of this broker as a SAML service provider. `next` is published and does not sign yet; `previous` only
 * decrypts.
 */
export interface ServiceKeyRing {
  readonly current: ServiceKey;
  readonly next: ServiceKey;
  /** null: the first period. */
  readonly previous: ServiceKey | null;
}

export interface ServiceKeys extends DecryptionKeys {
  /** Throws `Fault('secrets')` where there is no ring. */
  ring(signal: AbortSignal): Promise<ServiceKeyRing>;
}
