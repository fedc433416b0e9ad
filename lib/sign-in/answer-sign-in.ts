import { claimedInResponseTo } from '../identity/saml/read-message.ts';
import type { Authenticators } from '../issuance/authenticate.ts';
import { claimOnce } from '../issuance/single-use.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Replays } from '../ports/replays.ts';
import { refuseDevice } from './device/refuse-device.ts';
import { hashOf, makeSecret } from './secret.ts';
import { acsUrl } from './service-provider.ts';
import { type SettlePorts, type SignedIn, settleSignIn } from './settle-sign-in.ts';

export interface AnswerPorts extends SettlePorts {
  readonly issuer: string;
  readonly saml: NonNullable<Authenticators['saml']>;
  readonly replays: Replays;
}

/** What the browser posted to the assertion consumer service. */
interface PostedResponse {
  readonly connection: string;
  /** `SAMLResponse` as it came. */
  readonly document: string;
  /** The browser's cookie, or null. */
  readonly browser: string | null;
  /** Id of this HTTP request. */
  readonly id: string;
  readonly sourceIp: string;
}

/**
 * Takes the answer of an identity provider: finds the sign-in that it says it answers, verifies it as one for that
 * very request, requires the browser that began, and spends the assertion. RelayState plays no part. An answer that
 * nobody asked for names the person, where the connection takes such, and hands nothing over. Refuses with the reasons
 * of the verification, sign_in_unknown, sign_in_other_browser and replayed.
 */
export async function answerSignIn(
  ports: AnswerPorts,
  posted: PostedResponse,
  signal: AbortSignal,
): Promise<Outcome<SignedIn>> {
  const claimed = claimedInResponseTo(posted.document);
  if (!claimed.ok) return claimed;
  const pending = claimed.value === null ? null : await ports.signIns.find(claimed.value, signal);
  const ours = pending?.connection === posted.connection ? pending : null;
  // For a request that is not ours, an id that no request has: the verification says what is wrong with the rest first.
  const inResponseTo = claimed.value === null ? null : (ours?.requestId ?? makeSecret(ports.random));
  const { connection, document } = posted;
  const at = { kind: 'acs', connection, acsUrl: acsUrl(ports.issuer, connection), inResponseTo } as const;
  const configuration = await ports.configurations.current(signal);
  const verified = await ports.saml({ kind: 'saml', document, at }, { configuration, signal });
  const sameBrowser = posted.browser !== null && hashOf(posted.browser) === ours?.browser;
  if (!verified.ok) {
    if (ours === null || !sameBrowser) return verified;
    return refuseDevice(ports, ours, { refusal: verified.refusal, principal: null }, signal);
  }
  if (claimed.value !== null && ours === null) return refuse('sign_in_unknown');
  if (ours !== null && !sameBrowser) return refuse('sign_in_other_browser');
  const spent = await claimOnce(ports.replays, verified.value.reuse, posted.id, signal);
  if (!spent) return refuse('replayed');
  if (ours === null) return accept({ principal: verified.value, question: null });
  return settleSignIn(ports, ours, { principal: verified.value, sourceIp: posted.sourceIp }, signal);
}
