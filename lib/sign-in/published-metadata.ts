import { listedModes } from '../identity/saml/encrypted-assertion.ts';
import type { ServiceKeys } from '../identity/saml/service-keys.ts';
import { accept, type Outcome } from '../outcome.ts';
import type { Configurations } from '../ports/configuration.ts';
import { samlConnection } from './begin-sign-in.ts';
import { acsUrl } from './service-provider.ts';

export interface PublishPorts {
  readonly issuer: string;
  readonly configurations: Configurations;
  readonly keys: ServiceKeys;
}

/** The SAML metadata of this broker as the service provider of a connection. Refuses with sign_in_connection. */
export async function publishedMetadata(
  { issuer, configurations, keys }: PublishPorts,
  name: string,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const connection = await samlConnection(name, await configurations.current(signal), signal);
  if (!connection.ok) return connection;
  const { serviceMetadata } = await import('../identity/saml/service-metadata.ts');
  const { entityId } = connection.value;
  const provider = { entityId, acsUrl: acsUrl(issuer, name), encryption: listedModes(connection.value) };
  return accept(serviceMetadata(provider, await keys.ring(signal)));
}
