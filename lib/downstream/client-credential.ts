import type { DownstreamClient } from '../configuration/documents/oauth-token-grant.ts';
import { withoutLineEnd } from '../line-end.ts';
import { JWT_CLIENT_ASSERTION } from '../oauth-urns.ts';
import { accept, Fault, type Outcome } from '../outcome.ts';
import { type Attempt, assertionTimes, signWithSecret } from './assertion.ts';
import type { DownstreamPorts } from './downstream-ports.ts';

/** The part of an attempt that authenticates the broker; a sign-in has no other. */
export interface Authenticating extends Pick<Attempt, 'secrets' | 'signal' | 'tokenId'> {
  readonly ports: Pick<DownstreamPorts, 'clock' | 'webIdentities'>;
  readonly request: { readonly grant: { readonly tokenEndpoint: string } };
}

/** What a request carries so that the server knows the broker. Secret. */
interface ClientCredential {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Authenticates the broker as a client of the server (RFC 6749 section 2.3.1; RFC 7523 section 2.2). A grant without a
 * client sends nothing. Refuses with `downstream_key_unusable`, `web_identity_refused`, `sts_throttled`,
 * `sts_unavailable`.
 */
export async function clientCredential(
  attempt: Authenticating,
  client: DownstreamClient | null,
): Promise<Outcome<ClientCredential>> {
  if (client === null) return accept({ headers: {}, parameters: {} });
  const { clientId } = client;
  switch (client.authentication) {
    case 'client_secret_basic': {
      const pair = `${formEncoded(clientId)}:${formEncoded(secretOf(attempt, client))}`;
      const authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
      return accept({ headers: { authorization }, parameters: {} });
    }
    case 'client_secret_post':
      return accept({ headers: {}, parameters: { client_id: clientId, client_secret: secretOf(attempt, client) } });
    case 'private_key_jwt':
      return withAssertion(client, await ownAssertion(attempt, client));
    case 'aws-web-identity': {
      const algorithm = client.algorithm === 'ES384' ? 'ES384' : 'RS256';
      const audience = client.assertionAudience ?? attempt.request.grant.tokenEndpoint;
      return withAssertion(client, await attempt.ports.webIdentities.token(audience, algorithm, attempt.signal));
    }
  }
}

function withAssertion({ clientId }: DownstreamClient, assertion: Outcome<string>): Outcome<ClientCredential> {
  if (!assertion.ok) return assertion;
  const parameters = {
    client_id: clientId,
    client_assertion_type: JWT_CLIENT_ASSERTION,
    client_assertion: assertion.value,
  };
  return accept({ headers: {}, parameters });
}

function ownAssertion(attempt: Authenticating, client: DownstreamClient): Promise<Outcome<string>> {
  const { clientId, keyId, keyHeader, algorithm, secret, assertionAudience } = client;
  if (secret === null) throw new Fault('bug', 'private_key_jwt without a secret.');
  const { grant } = attempt.request;
  const header = keyId === null ? {} : { [keyHeader]: keyId };
  const aud = assertionAudience ?? grant.tokenEndpoint;
  const claims = { iss: clientId, sub: clientId, aud, ...assertionTimes(attempt, null) };
  return signWithSecret(attempt, { secret, algorithm, header }, claims);
}

function secretOf({ secrets }: Pick<Attempt, 'secrets'>, { secret }: DownstreamClient): string {
  const version = secret === null ? undefined : secrets.versions.get(secret);
  if (version === undefined) throw new Fault('bug', 'A client secret that was not read is asked for.');
  return withoutLineEnd(version.value);
}

/** RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
