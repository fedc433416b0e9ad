import type { SamlConnection } from '../configuration/documents.ts';
import type { IdpMetadataSource } from '../identity/saml/context.ts';
import type { IdpMetadata } from '../identity/saml/metadata.ts';
import type { ServiceKeys } from '../identity/saml/service-keys.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock, Configuration, Random } from '../ports.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import { acsUrl } from './service-provider.ts';
import type { AuthorizationRequest, SignIns } from './sign-ins.ts';

export interface BeginPorts {
  /** This broker's own: the origin of every URL. */
  readonly issuer: string;
  /** Plain http is for the local stack (contract section 5). */
  readonly loopback: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly signIns: SignIns;
  readonly metadata: IdpMetadataSource;
  readonly keys: ServiceKeys;
}

export interface Begin {
  readonly connection: string;
  /** SHA-256 (hex) of the browser's cookie. */
  readonly browser: string;
  /** null: a sign-in for its own sake. */
  readonly authorization: AuthorizationRequest | null;
}

/** A person has this long to sign in and to decide. */
const SIGN_IN_SECONDS = 600;

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const ID_BYTES = 20;

/**
 * Begins a sign-in at a SAML connection: remembers it, bound to the browser, for ten minutes, and returns the URL of
 * the IdP with a signed AuthnRequest. Refuses with sign_in_connection, metadata_unavailable, saml_metadata_invalid and
 * saml_metadata_expired. Throws `Fault` where keys or table can't be reached.
 */
export async function beginSignIn(
  ports: BeginPorts,
  begin: Begin,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const connection = await samlConnection(begin.connection, configuration, signal);
  if (!connection.ok) return connection;
  const idp = await ports.metadata.find(connection.value, signal);
  if (!idp.ok) return idp;
  const location = redirectLocation(idp.value, ports.loopback);
  if (location === null) return refuse('saml_metadata_invalid', { log: { found: 'no HTTP-Redirect single sign-on' } });
  const { current } = await ports.keys.ring(signal);
  const now = toEpochSeconds(ports.clock.now());
  // An NCName begins with a letter or an underscore (SAML core section 1.3.4).
  const requestId = `_${Buffer.from(ports.random.bytes(ID_BYTES)).toString('hex')}`;
  await ports.signIns.begin({ ...begin, requestId, expires: epochSeconds(now + SIGN_IN_SECONDS) }, signal);
  const { authnRequestUrl } = await import('../identity/saml/authn-request.ts');
  const { entityId } = connection.value;
  const request = { id: requestId, issued: now, entityId, acsUrl: acsUrl(ports.issuer, begin.connection) };
  return accept(authnRequestUrl({ ...request, idpEntityId: idp.value.entityId, location }, current));
}

export async function samlConnection(
  name: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<SamlConnection>> {
  const connection = await configuration.connection(name, signal);
  return connection?.type === 'saml' ? accept(connection) : refuse('sign_in_connection');
}

/** Where the browser goes is the metadata's word, but never anything other than a web address. */
function redirectLocation({ singleSignOn }: IdpMetadata, loopback: boolean): string | null {
  const schemes = loopback ? ['https:', 'http:'] : ['https:'];
  const found = singleSignOn.find(
    ({ binding, location }) =>
      binding === REDIRECT && URL.canParse(location) && schemes.includes(new URL(location).protocol),
  );
  return found?.location ?? null;
}
