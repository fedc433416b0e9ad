import type { KeyObject } from 'node:crypto';
import type { SamlConnection } from '../../configuration/documents/connections.ts';
import type { Outcome } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { EpochSeconds } from '../../time.ts';
import type { IdpMetadata } from './metadata.ts';

/** The metadata of a connection's IdP, from its file or its URL. */
export interface IdpMetadataSource {
  /** Refuses with metadata_unavailable, saml_metadata_invalid or saml_metadata_expired. */
  find(connection: SamlConnection, signal: AbortSignal): Promise<Outcome<IdpMetadata>>;
}

/** The service provider's own keys, a ring: IdPs encrypt to any that its metadata published. */
export interface DecryptionKeys {
  /** RSA private keys, current first. Empty: this deployment has none. Throws `Fault('secrets')`. */
  decryptionKeys(signal: AbortSignal): Promise<readonly KeyObject[]>;
}

/** What the verification of a SAML document needs. */
export interface SamlContext {
  readonly configuration: Configuration;
  readonly metadata: IdpMetadataSource;
  readonly decryption: DecryptionKeys;
  /** The broker's own issuer: an https origin without a path. */
  readonly issuer: string;
  readonly now: EpochSeconds;
  readonly signal: AbortSignal;
}
