import { BROKER_TOKEN_TYPE, GRANT_TYPE } from '../../lib/oauth-urns.ts';
import { BrokerRefusal } from '../caller/broker.ts';
import { type Answer, ask, Unreachable } from '../caller/http.ts';
import type { Login } from './login.ts';
import { type Redeemed, redeemedOf } from './login-redeem.ts';

/** A device authorization response (RFC 8628 section 3.2). */
interface Device {
  /** Secret. */
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

const TIMEOUT_MS = 30_000;
/** RFC 8628 section 3.5. */
const SLOWER_SECONDS = 5;

/** Begins; `name`: this machine, as the person sees it. Throws BrokerRefusal or Unreachable. */
export async function beginOnDevice({ issuer, client, connection, scope }: Login, name: string): Promise<Device> {
  const form = new URLSearchParams({ client_id: client, connection, scope });
  const printable = name.replace(/[^\x20-\x7e]/g, '').slice(0, 64);
  if (printable !== '') form.set('device_name', printable);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await ask(`${issuer}/oauth2/device_authorization`, { method: 'POST', form, signal });
  if (answer.status !== 200) throw new BrokerRefusal(answer);
  const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } = answer.body;
  return {
    deviceCode: String(device_code),
    userCode: String(user_code),
    verificationUri: String(verification_uri),
    verificationUriComplete: String(verification_uri_complete ?? verification_uri),
    expiresInSeconds: Number(expires_in),
    intervalSeconds: Number(interval ?? 5),
  };
}

/**
 * Polls until somebody has decided. An answer that did not come, or an outage, is no end: it asks again (RFC 8628
 * section 3.5). Throws BrokerRefusal for a no, and for a device code that has ended.
 */
export async function redeemWhenAllowed(login: Login, device: Device): Promise<Redeemed> {
  const until = Date.now() + device.expiresInSeconds * 1000;
  for (let pause = device.intervalSeconds; ; ) {
    await new Promise((done) => setTimeout(done, pause * 1000));
    const answer = await poll(login, device).catch((error: unknown) => {
      if (error instanceof Unreachable && error.mayPass && Date.now() < until) return null;
      throw error;
    });
    if (answer?.status === 200) return redeemedOf(answer.body, login.issuer);
    const error = answer?.body['error'];
    if (error === 'slow_down') pause += SLOWER_SECONDS;
    const waits = answer === null || answer.status >= 429 || error === 'slow_down' || error === 'authorization_pending';
    if (waits && Date.now() < until) continue;
    if (answer === null) throw new Unreachable(`${login.issuer} could not be reached in time`, true);
    throw new BrokerRefusal(answer);
  }
}

/** By token exchange, which gives every kind of grant. */
function poll({ issuer, client, scope, intent, duration }: Login, { deviceCode }: Device): Promise<Answer> {
  const form = new URLSearchParams({
    grant_type: GRANT_TYPE.tokenExchange,
    subject_token_type: BROKER_TOKEN_TYPE.deviceCode,
    subject_token: deviceCode,
    client_id: client,
    scope,
    ...(intent === undefined ? {} : { intent }),
    ...(duration === undefined ? {} : { duration }),
  });
  return ask(`${issuer}/oauth2/token`, { method: 'POST', form, signal: AbortSignal.timeout(TIMEOUT_MS) });
}
