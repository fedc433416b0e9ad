import { clientIdUrl } from '../identity/client/client-id-url.ts';
import type { GRANT_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configuration } from '../ports/configuration.ts';
import { isRegistered } from './redirect-uri.ts';

const OWN_PAGES: readonly string[] = ['console', 'approvals'];

/** Registered without a file. */
export const isOwnPage = (client: string): boolean => OWN_PAGES.includes(client);

const CLIENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Who asks at the authorization endpoint, and where the answer would go. */
interface AskingClient {
  readonly client: string;
  readonly redirectUri: string;
}

/** Client ID metadata documents, which programs serve at the address that is their `client_id`. */
export interface ClientDocuments {
  /** Refuses with client_document_invalid and client_document_unavailable. */
  read(clientId: string, signal: AbortSignal): Promise<Outcome<ClientDocument>>;
}

export interface ClientDocument {
  readonly redirectUris: readonly string[];
  /** The grants that the program says it uses (RFC 7591 section 2); null: it says nothing. */
  readonly grantTypes: readonly string[] | null;
}

/** How a public client gets what a person allowed it. */
export type PublicGrant = 'authorization_code' | typeof GRANT_TYPE.deviceCode;

export interface TrustPorts {
  /** This broker's own. */
  readonly issuer: string;
  readonly loopback: boolean;
  readonly clientDocuments: ClientDocuments;
}

/**
 * Whether a redirect URI may be trusted: its client is registered, public, and registered it. Until then a refusal is
 * a page, never a redirect (RFC 6749 section 4.1.2.1). A program whose `client_id` is the address of its document is
 * registered by the document's host, and its redirect URIs stand there. The broker's own pages are registered without a
 * file: the clients `console` and `approvals`, whose only address is this broker's own `/console` or `/approvals`.
 * Refuses with client_unknown, client_not_permitted, redirect_uri_mismatch and the reasons of the document.
 */
export async function trustClient(
  { issuer, loopback, clientDocuments }: TrustPorts,
  { client, redirectUri }: AskingClient,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (isOwnPage(client) && redirectUri === `${issuer}/${client}`) return accept(null);
  const asking = { client, grant: 'authorization_code' } as const;
  const registered = await publicRedirects({ loopback, clientDocuments }, asking, configuration, signal);
  if (!registered.ok) return registered;
  if (isRegistered(redirectUri, registered.value)) return accept(null);
  return refuse('redirect_uri_mismatch', { log: { found: redirectUri } });
}

/**
 * The redirect URIs of a public client, by its file or by its document. Refuses as `trustClient` does where there is no
 * such client, and with client_not_permitted where its document names its grants and this is none: whoever begins at a
 * device says which program it is, and nothing proves it.
 */
export async function publicRedirects(
  { loopback, clientDocuments }: Omit<TrustPorts, 'issuer'>,
  { client, grant }: { readonly client: string; readonly grant: PublicGrant },
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<readonly string[]>> {
  const document = clientIdUrl(client, loopback ? 'loopback' : 'public');
  if (document !== null) {
    // Nothing is fetched for a host that no file names.
    if ((await configuration.metadataClient(document.host, signal)) === null)
      return refuse('client_unknown', { log: { found: client } });
    const read = await clientDocuments.read(client, signal);
    if (!read.ok) return read;
    const { redirectUris, grantTypes } = read.value;
    if (grantTypes?.includes(grant) ?? true) return accept(redirectUris);
    return refuse('client_not_permitted', { detail: `The grant_types of the client's document do not have ${grant}.` });
  }
  const found = CLIENT_NAME.test(client) ? await configuration.client(client, signal) : null;
  if (found === null) return refuse('client_unknown', { log: { found: client } });
  return found.authentication.method === 'public' ? accept(found.redirectUris) : refuse('client_not_permitted');
}
