import type { OidcSignIn, SamlConnection } from '../configuration/documents/connections.ts';
import type { IdpMetadataSource } from '../identity/saml/context.ts';
import type { IdpMetadata } from '../identity/saml/metadata.ts';
import type { ServiceKeys } from '../identity/saml/service-keys.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configuration } from '../ports/configuration.ts';
import type { Clock, Random } from '../ports/host.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import { authenticationUrl } from './oidc/authentication-url.ts';
import type { OidcProviders } from './oidc/providers.ts';
import { signInConnection } from './oidc/sign-in-connection.ts';
import { hashOf } from './secret.ts';
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
  readonly providers: OidcProviders;
}

export interface Begin {
  readonly connection: string;
  /** Absent: of either type. */
  readonly type?: 'saml' | 'oidc';
  /** The secret in the browser's cookie; what is kept is its hash. */
  readonly browser: string;
  /** null: a sign-in for its own sake. */
  readonly authorization: AuthorizationRequest | null;
}

/** A person has this long to sign in and to decide. */
const SIGN_IN_SECONDS = 600;

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const ID_BYTES = 20;

/**
 * Begins a sign-in at a SAML connection, or at an OIDC connection at which the broker is a client: remembers it, bound
 * to the browser, for ten minutes, and returns the URL of the IdP, with a signed AuthnRequest or an authentication
 * request. Refuses with sign_in_connection, metadata_unavailable, saml_metadata_invalid and saml_metadata_expired.
 * Throws `Fault` where keys or table can't be reached.
 */
export async function beginSignIn(
  ports: BeginPorts,
  begin: Begin,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const connection = await configuration.connection(begin.connection, signal);
  if (connection === null || (begin.type !== undefined && connection.type !== begin.type)) {
    return refuse('sign_in_connection');
  }
  if (connection.type === 'saml') return beginSaml(ports, begin, connection, signal);
  const oidc = await signInConnection(begin.connection, configuration, signal);
  return oidc.ok ? beginOidc(ports, begin, oidc.value, signal) : oidc;
}

async function beginSaml(
  ports: BeginPorts,
  begin: Begin,
  connection: SamlConnection,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const idp = await ports.metadata.find(connection, signal);
  if (!idp.ok) return idp;
  const location = redirectLocation(idp.value, ports.loopback);
  if (location === null) return refuse('saml_metadata_invalid', { log: { found: 'no HTTP-Redirect single sign-on' } });
  const { current } = await ports.keys.ring(signal);
  const { requestId, issued } = await remember(ports, begin, signal);
  const { authnRequestUrl } = await import('../identity/saml/authn-request.ts');
  const { entityId } = connection;
  const request = { id: requestId, issued, entityId, acsUrl: acsUrl(ports.issuer, begin.connection) };
  return accept(authnRequestUrl({ ...request, idpEntityId: idp.value.entityId, location }, current));
}

async function beginOidc(
  ports: BeginPorts,
  begin: Begin,
  { issuer, signIn }: { readonly issuer: string; readonly signIn: OidcSignIn },
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const provider = await ports.providers.find(issuer, signal);
  if (!provider.ok) return provider;
  const { requestId } = await remember(ports, begin, signal);
  const { connection, browser } = begin;
  return accept(authenticationUrl({ issuer: ports.issuer, connection, requestId, browser }, provider.value, signIn));
}

async function remember({ clock, random, signIns }: BeginPorts, begin: Begin, signal: AbortSignal) {
  const issued = toEpochSeconds(clock.now());
  // An NCName begins with a letter or an underscore (SAML core section 1.3.4).
  const requestId = `_${Buffer.from(random.bytes(ID_BYTES)).toString('hex')}`;
  const { connection, authorization } = begin;
  const pending = { requestId, connection, authorization, browser: hashOf(begin.browser) };
  await signIns.begin({ ...pending, expires: epochSeconds(issued + SIGN_IN_SECONDS) }, signal);
  return { requestId, issued };
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
