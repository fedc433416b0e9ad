import { GRANT_TYPE } from '../../oauth-urns.ts';
import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { Clock, Random } from '../../ports/host.ts';
import { epochSeconds, type Seconds, seconds, toEpochSeconds } from '../../time.ts';
import { signInConnection } from '../oidc/sign-in-connection.ts';
import { hashOf, makeSecret } from '../secret.ts';
import { publicRedirects, type TrustPorts } from '../trust-client.ts';
import { type DeviceRequest, type Devices, userCodeOf } from './devices.ts';

export interface BeginDevicePorts extends Omit<TrustPorts, 'issuer'> {
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
 * Begins to wait for somebody at a browser: for ten minutes, under a user code that nobody else waits under. Without a
 * connection the person chooses one. Refuses as the authorization endpoint does for what is no public client, with
 * sign_in_connection, and with parameter_missing where there is no connection to choose.
 */
export async function beginDevice(
  ports: BeginDevicePorts,
  request: DeviceRequest,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<BegunDevice>> {
  const asking = { client: request.client, grant: GRANT_TYPE.deviceCode } as const;
  const client = await publicRedirects(ports, asking, configuration, signal);
  if (!client.ok) return client;
  const connection = await checkConnection(request.connection, configuration, signal);
  if (!connection.ok) return connection;
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

/** Of one that is named, whether people sign in there; of none, whether there is any. */
async function checkConnection(
  name: string | null,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  if (name === null) {
    const all = await configuration.signInConnections(signal);
    return all.length > 0
      ? accept(null)
      : refuse('parameter_missing', { detail: 'The parameter connection is missing.' });
  }
  const connection = await configuration.connection(name, signal);
  return connection?.type === 'saml' ? accept(null) : signInConnection(name, configuration, signal);
}
