import type { OidcSignIn } from '../../configuration/documents/connections.ts';
import { parseJwt } from '../../identity/oidc/jwt.ts';
import { verifyJwt } from '../../identity/oidc/verify-jwt.ts';
import type { Principal } from '../../identity/principal.ts';
import { claimOnce } from '../../issuance/single-use.ts';
import { type Outcome, refuse } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { KeySets } from '../../ports/keys.ts';
import type { Replays } from '../../ports/replays.ts';
import { toEpochSeconds } from '../../time.ts';
import { refuseDevice } from '../device/refuse-device.ts';
import { hashOf } from '../secret.ts';
import { type SettlePorts, type SignedIn, settleSignIn } from '../settle-sign-in.ts';
import type { PendingSignIn } from '../sign-ins.ts';
import type { OidcProvider, OidcProviders } from './providers.ts';
import type { ReturnedCode } from './redeem-at-provider.ts';
import { nonceOf } from './sign-in-binding.ts';
import { signInConnection } from './sign-in-connection.ts';

export interface OidcAnswerPorts extends SettlePorts {
  readonly issuer: string;
  readonly keySets: KeySets;
  readonly replays: Replays;
  readonly providers: OidcProviders;
  /** `redeemAtProvider` (its module is loaded when a code comes). */
  redeem(
    provider: OidcProvider,
    client: OidcSignIn['client'],
    returned: ReturnedCode,
    signal: AbortSignal,
  ): Promise<Outcome<string>>;
}

/** What the browser brought back from an issuer (RFC 6749 section 4.1.2, RFC 9207). */
export interface ReturnedAnswer {
  readonly connection: string;
  readonly state: string;
  /** The issuer's own word of who it is; null: it says none. */
  readonly issuer: string | null;
  /** Its code, or the error in its place (RFC 6749 section 4.1.2.1), which is one word. */
  readonly result: { readonly code: string } | { readonly error: string };
  /** The browser's cookie, or null. */
  readonly browser: string | null;
  /** Id of this HTTP request. */
  readonly id: string;
  readonly sourceIp: string;
}

/**
 * Takes the answer of an OIDC issuer: the sign-in that `state` names, begun at this very connection and by this very
 * browser; `iss` where the issuer sends it; the code, redeemed as the broker's own client; the ID token, verified as
 * every other token of that connection and held against client and nonce. A token that may be used once is spent.
 * Refuses with sign_in_unknown, sign_in_other_browser, sign_in_connection, sign_in_issuer_mismatch,
 * sign_in_provider_error, metadata_unavailable, sign_in_nonce_mismatch, replayed, and the reasons of `redeemAtProvider`
 * and `verifyJwt`.
 */
export async function answerOidcSignIn(
  ports: OidcAnswerPorts,
  answer: ReturnedAnswer,
  signal: AbortSignal,
): Promise<Outcome<SignedIn>> {
  const pending = await ports.signIns.find(answer.state, signal);
  if (pending === null || pending.connection !== answer.connection) return refuse('sign_in_unknown');
  const { browser } = answer;
  if (browser === null || hashOf(browser) !== pending.browser) return refuse('sign_in_other_browser');
  const principal = await personOf(ports, pending, { ...answer, browser }, signal);
  if (!principal.ok) return refuseDevice(ports, pending, { refusal: principal.refusal, principal: null }, signal);
  return settleSignIn(ports, pending, { principal: principal.value, sourceIp: answer.sourceIp }, signal);
}

/** Who signed in, of an answer to this sign-in by the browser that began it. */
async function personOf(
  ports: OidcAnswerPorts,
  { requestId }: PendingSignIn,
  answer: ReturnedAnswer & { readonly browser: string },
  signal: AbortSignal,
): Promise<Outcome<Principal>> {
  const configuration = await ports.configurations.current(signal);
  const connection = await signInConnection(answer.connection, configuration, signal);
  if (!connection.ok) return connection;
  const provider = await ports.providers.find(connection.value.issuer, signal);
  if (!provider.ok) return provider;
  // Before anything that the answer says is believed, its error included (RFC 9207 section 2.4).
  if (answer.issuer === null ? provider.value.saysIssuer : answer.issuer !== provider.value.issuer) {
    return refuse('sign_in_issuer_mismatch', { log: { connection: answer.connection, found: 'iss' } });
  }
  if ('error' in answer.result) return providerSaysNo(answer.connection, answer.result.error);
  const { client } = connection.value.signIn;
  const { browser } = answer;
  const returned = { connection: answer.connection, requestId, browser, code: answer.result.code };
  const token = await ports.redeem(provider.value, client, returned, signal);
  if (!token.ok) return token;
  const expected = { connection: answer.connection, clientId: client.clientId, nonce: nonceOf(browser, requestId) };
  const verified = await verifyIdToken(ports, token.value, expected, configuration, signal);
  if (!verified.ok) return verified;
  return (await claimOnce(ports.replays, verified.value.reuse, answer.id, signal)) ? verified : refuse('replayed');
}

/** What people may be told of an error: RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6. */
const TOLD: ReadonlySet<string> = new Set([
  ...['access_denied', 'invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope'],
  ...['server_error', 'temporarily_unavailable', 'interaction_required', 'login_required', 'consent_required'],
  ...['account_selection_required'],
]);
const OUTAGES: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

function providerSaysNo(connection: string, error: string) {
  const log = { connection, providerError: error };
  if (OUTAGES.has(error)) return refuse('sign_in_provider_unavailable', { log });
  const detail = TOLD.has(error) ? { detail: `The identity provider answered ${error}.` } : {};
  return refuse('sign_in_provider_error', { ...detail, log });
}

interface ExpectedIdToken {
  readonly connection: string;
  readonly clientId: string;
  readonly nonce: string;
}

/** OpenID Connect Core section 3.1.3.7, by the code of every other token, and then what is a sign-in's alone. */
async function verifyIdToken(
  ports: OidcAnswerPorts,
  token: string,
  expected: ExpectedIdToken,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<Principal>> {
  const now = toEpochSeconds(ports.clock.now());
  const { keySets } = ports;
  const verified = await verifyJwt(token, { configuration, keySets, now, signal, declaredType: 'id_token' });
  if (!verified.ok) return verified;
  const { connection, clientId, nonce } = expected;
  const mismatch = (found: string) => refuse('sign_in_issuer_mismatch', { log: { connection, found } });
  if (verified.value.source.name !== connection) return mismatch('another connection');
  const parsed = parseJwt(token);
  if (!parsed.ok) return parsed;
  const { aud, nonce: given } = parsed.value.unverified;
  if (![aud].flat().includes(clientId)) return mismatch('another client');
  return given === nonce ? verified : refuse('sign_in_nonce_mismatch', { log: { connection } });
}
