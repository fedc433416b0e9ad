import type { OidcSignIn } from '../../configuration/documents/connections.ts';
import type { OidcProvider } from './providers.ts';
import { callbackUrl, challengeOf, codeVerifierOf, nonceOf } from './sign-in-binding.ts';

interface BegunSignIn {
  /** This broker's own. */
  readonly issuer: string;
  readonly connection: string;
  readonly requestId: string;
  /** The secret in the browser's cookie. */
  readonly browser: string;
}

/** Where the browser is sent to sign in (OpenID Connect Core section 3.1.2.1, RFC 7636). */
export function authenticationUrl(
  { issuer, connection, requestId, browser }: BegunSignIn,
  { authorizationEndpoint }: OidcProvider,
  { client, scopes }: OidcSignIn,
): string {
  const url = new URL(authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: callbackUrl(issuer, connection),
    scope: scopes.join(' '),
    state: requestId,
    nonce: nonceOf(browser, requestId),
    code_challenge: challengeOf(codeVerifierOf(browser, requestId)),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
