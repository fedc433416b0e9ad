import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configuration } from '../ports.ts';
import { isRegistered } from './redirect-uri.ts';

const CLIENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Whether a redirect URI may be trusted: its client is registered, public, and registered it. Until then a refusal is
 * a page, never a redirect (RFC 6749 section 4.1.2.1). Refuses with client_not_permitted and redirect_uri_mismatch.
 */
export async function trustClient(
  client: string,
  redirectUri: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const found = CLIENT_NAME.test(client) ? await configuration.client(client, signal) : null;
  if (found === null) return refuse('client_unknown');
  if (found.authentication.method !== 'public') return refuse('client_not_permitted');
  return isRegistered(redirectUri, found.redirectUris) ? accept(null) : refuse('redirect_uri_mismatch');
}
