import type { OidcConnection, OidcSignIn } from '../../configuration/documents/connections.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';

/** An OIDC connection at which the broker is a client, with the issuer whose sign-in it is. */
export async function signInConnection(
  name: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<{ readonly issuer: string; readonly signIn: OidcSignIn }>> {
  const connection = await configuration.connection(name, signal);
  const found = connection?.type === 'oidc' ? ofClient(connection) : null;
  return found === null ? refuse('sign_in_connection') : accept(found);
}

/** Of several issuers the first is the one that people sign in at (Entra ID's v2). */
function ofClient({ issuers: [first], signIn = null }: OidcConnection) {
  return signIn === null || first === undefined ? null : { issuer: first.issuer, signIn };
}
