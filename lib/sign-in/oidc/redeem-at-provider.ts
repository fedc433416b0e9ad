import type { DownstreamClient } from '../../configuration/documents/oauth-token-grant.ts';
import { type AskPorts, ask } from '../../downstream/ask.ts';
import type { Circuits } from '../../downstream/circuits.ts';
import { clientCredential } from '../../downstream/client-credential.ts';
import type { DownstreamPorts } from '../../downstream/downstream-ports.ts';
import { type HeldSecrets, readSecretsFor } from '../../downstream/held-secrets.ts';
import { hostTagOf } from '../../downstream/host-tag.ts';
import { providerError, type ReadAnswer } from '../../downstream/provider-error.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import { refusalEntry } from '../../refusals/registry.ts';
import type { OidcProvider } from './providers.ts';
import { callbackUrl, codeVerifierOf } from './sign-in-binding.ts';

export type RedeemAtProviderPorts = AskPorts &
  Pick<DownstreamPorts, 'issuer' | 'secrets' | 'webIdentities'> & { readonly circuits: Circuits };

/** A code that came back to the browser that began. */
export interface ReturnedCode {
  readonly connection: string;
  readonly requestId: string;
  /** The secret in the browser's cookie. */
  readonly browser: string;
  readonly code: string;
}

/**
 * Redeems a code at the issuer's token endpoint as the broker's own client there (RFC 6749 section 4.1.3) and returns
 * the ID token, unverified; whatever else comes is dropped. While the issuer refuses the client, another version of the
 * secret is tried, read anew last. Refuses with sign_in_provider_unavailable and sign_in_provider_refused; the log has
 * what was met. Throws `Fault('secrets')`.
 */
export async function redeemAtProvider(
  ports: RedeemAtProviderPorts,
  provider: OidcProvider,
  client: DownstreamClient,
  returned: ReturnedCode,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const endpoint = provider.tokenEndpoint;
  const uses = client.secret === null ? [] : [{ name: client.secret, endpoint }];
  const tried = new Set<string | null>();
  for (const age of ['cached', 'fresh'] as const) {
    const held = await readSecretsFor(ports.secrets, uses, age, signal);
    if (!held.ok) return ofSignIn(held.refusal);
    for (const secrets of held.value.filter(({ id }) => !tried.has(id))) {
      tried.add(secrets.id);
      const answered = await askOnce(ports, provider, client, { returned, secrets }, signal);
      if (answered.ok || answered.refusal.reason !== 'provider_client_refused') {
        return answered.ok ? answered : ofSignIn(answered.refusal);
      }
    }
  }
  return refuse('sign_in_provider_refused', { log: { host: endpoint, problem: 'provider_client_refused' } });
}

async function askOnce(
  ports: RedeemAtProviderPorts,
  { issuer, tokenEndpoint }: OidcProvider,
  client: DownstreamClient,
  { returned, secrets }: { readonly returned: ReturnedCode; readonly secrets: HeldSecrets },
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const { connection, requestId, browser, code } = returned;
  const host = hostTagOf(tokenEndpoint);
  const url = new URL(tokenEndpoint);
  // A host that the configuration does not name: a lying issuer must not have us dial addresses of our own network.
  const publicAddressOnly = url.protocol === 'https:' && url.hostname !== new URL(issuer).hostname;
  const tokenId = () => Buffer.from(ports.random.bytes(16)).toString('hex');
  const build = async () => {
    const credential = await clientCredential(
      { ports, request: { grant: { tokenEndpoint } }, secrets, signal, tokenId },
      client,
    );
    if (!credential.ok) return credential;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl(ports.issuer, connection),
      code_verifier: codeVerifierOf(browser, requestId),
      ...credential.value.parameters,
    }).toString();
    const headers = {
      ...credential.value.headers,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'user-agent': 'token-broker',
      // A code is taken once: it does not go on a kept connection that may have been closed.
      connection: 'close',
    };
    return accept({ url: tokenEndpoint, method: 'POST', headers, body, publicAddressOnly } as const);
  };
  const provider = JSON.stringify([tokenEndpoint, client.clientId]);
  const circuit = { provider, request: requestId };
  const answer = await ask(ports, ports.circuits, { circuit, host, repeat: 'unprocessed', build }, signal);
  return answer.ok ? idTokenIn(answer.value, host) : answer;
}

/** OpenID Connect Core section 3.1.3.3. */
function idTokenIn(answer: ReadAnswer, host: string): Outcome<string> {
  const { status, json } = answer;
  if (status >= 400 || json?.['error'] !== undefined) return providerError(answer, host, 'not');
  const token = status === 200 ? json?.['id_token'] : undefined;
  return typeof token === 'string'
    ? accept(token)
    : refuse('provider_answer_invalid', { log: { host, httpStatus: status, problem: 'id_token' } });
}

/** What another server's refusal means to a person who signs in; the log keeps the code and what was met. */
function ofSignIn(refusal: Refusal): { ok: false; refusal: Refusal } {
  const { log, retryAfter } = refusal;
  const isOutage = refusalEntry(refusal.reason).class === 'provider-outage';
  const reason = isOutage ? 'sign_in_provider_unavailable' : 'sign_in_provider_refused';
  const found = { ...log, found: refusal.reason };
  return { ok: false, refusal: { reason, log: found, ...(retryAfter === undefined ? {} : { retryAfter }) } };
}
