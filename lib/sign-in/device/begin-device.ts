import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { Clock, Random } from '../../ports/host.ts';
import { epochSeconds, type Seconds, seconds, toEpochSeconds } from '../../time.ts';
import { signInConnection } from '../oidc/sign-in-connection.ts';
import { hashOf, makeSecret } from '../secret.ts';
import { type DeviceRequest, type Devices, userCodeOf } from './devices.ts';

export interface BeginDevicePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly devices: Devices;
}

/** RFC 8628 section 3.2. */
export interface BegunDevice {
  /** Secret of the program. */
  readonly deviceCode: string;
  readonly userCode: string;
  readonly expiresIn: Seconds;
  readonly interval: Seconds;
}

const LIFETIME = seconds(600);
/** RFC 8628 section 3.2: what a client waits that is told nothing. */
export const POLL_INTERVAL = seconds(5);
const CODE_BYTES = 24;
const MOST_TRIES = 5;

/**
 * Begins to wait for somebody at a browser: for ten minutes, under a user code that nobody else waits under. Refuses
 * with client_unknown, client_not_permitted (as the authorization endpoint has public clients only) and
 * sign_in_connection.
 */
export async function beginDevice(
  ports: BeginDevicePorts,
  request: DeviceRequest,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<BegunDevice>> {
  const client = /^[a-z][a-z0-9-]{0,62}$/.test(request.client)
    ? await configuration.client(request.client, signal)
    : null;
  if (client === null) return refuse('client_unknown');
  if (client.authentication.method !== 'public') return refuse('client_not_permitted');
  const connection = await configuration.connection(request.connection, signal);
  if (connection?.type !== 'saml') {
    const oidc = await signInConnection(request.connection, configuration, signal);
    if (!oidc.ok) return oidc;
  }
  const expires = epochSeconds(Math.floor(toEpochSeconds(ports.clock.now())) + LIFETIME);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const userCode = userCodeOf(ports.random.bytes(CODE_BYTES));
    if (userCode === null) continue;
    // The program's secret names the item that it polls; whoever knows the user code alone cannot poll.
    const deviceCode = `${userCode}.${makeSecret(ports.random)}`;
    const begun = await ports.devices.begin({ ...request, userCode, device: hashOf(deviceCode), expires }, signal);
    if (begun) return accept({ deviceCode, userCode, expiresIn: LIFETIME, interval: POLL_INTERVAL });
  }
  throw new Fault('sign-ins', 'no free user code was found');
}
