import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configuration } from '../ports/configuration.ts';
import { isRegistered } from './redirect-uri.ts';

const OWN_PAGES: readonly string[] = ['console', 'approvals'];
const CLIENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Who asks at the authorization endpoint, and where the answer would go. */
interface AskingClient {
  readonly client: string;
  readonly redirectUri: string;
  /** This broker's own. */
  readonly issuer: string;
}

/**
 * Whether a redirect URI may be trusted: its client is registered, public, and registered it. Until then a refusal is
 * a page, never a redirect (RFC 6749 section 4.1.2.1). The broker's own pages are registered without a file: the
 * clients `console` and `approvals`, whose only address is this broker's own `/console` or `/approvals`. Refuses with
 * client_unknown, client_not_permitted and redirect_uri_mismatch.
 */
export async function trustClient(
  { client, redirectUri, issuer }: AskingClient,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (OWN_PAGES.includes(client) && redirectUri === `${issuer}/${client}`) return accept(null);
  const found = CLIENT_NAME.test(client) ? await configuration.client(client, signal) : null;
  if (found === null) return refuse('client_unknown');
  if (found.authentication.method !== 'public') return refuse('client_not_permitted');
  return isRegistered(redirectUri, found.redirectUris) ? accept(null) : refuse('redirect_uri_mismatch');
}
