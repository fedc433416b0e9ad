import { dynamoDbDocumentStore } from '../aws/dynamodb/document-store.ts';
import { samlKeys } from '../aws/secrets-manager/saml-keys.ts';
import type { IdpMetadataSource, SamlContext } from '../identity/saml/context.ts';
import { MetadataSource } from '../identity/saml/metadata-source.ts';
import type { ServiceKeys } from '../identity/saml/service-keys.ts';
import type { VerifierContext } from '../issuance/authenticate.ts';
import { toEpochSeconds } from '../time.ts';
import { resources } from './resources.ts';

export { verifySaml } from '../identity/saml/verify-saml.ts';

export interface LiveSaml {
  readonly metadata: IdpMetadataSource;
  readonly keys: ServiceKeys;
  context(request: VerifierContext): SamlContext;
}

let made: LiveSaml | null = null;

/** What verifies SAML documents in this process. Loaded by the functions that take them, when one comes. */
export function liveSaml(): LiveSaml {
  made ??= makeSaml();
  return made;
}

function makeSaml(): LiveSaml {
  const { settings, clock, dynamoDb, fetcher, secrets, table } = resources();
  const store = dynamoDbDocumentStore({ client: dynamoDb, table: table('keys') });
  const metadata = new MetadataSource({ fetcher, store, clock });
  const keys = samlKeys(secrets, settings.samlKeysSecret);
  const context = ({ configuration, signal }: VerifierContext): SamlContext => ({
    configuration,
    metadata,
    decryption: keys,
    issuer: settings.issuer,
    now: toEpochSeconds(clock.now()),
    signal,
  });
  return { metadata, keys, context };
}
