import { dynamoLimits } from '../aws/dynamodb/limits.ts';
import { systemPauses } from '../host/pauses.ts';
import { systemRandom } from '../host/random.ts';
import type { ClientPorts } from '../identity/client/registered-client.ts';
import { verifyClient } from '../identity/client/verify-client.ts';
import { wrongSecrets } from '../identity/client/wrong-secrets.ts';
import type { Authenticators } from '../issuance/authenticate.ts';
import { toEpochSeconds } from '../time.ts';
import { resources } from './resources.ts';

let made: Promise<ClientPorts> | null = null;

/**
 * What authenticates clients in this process, which counts wrong secrets for all of its routes. In a module of its own,
 * so that it is loaded with the first client.
 */
export function liveClientPorts(): Promise<ClientPorts> {
  made ??= makeClientPorts();
  return made;
}

async function makeClientPorts(): Promise<ClientPorts> {
  const { settings, clock, dynamoDb, keySets, secrets, table } = resources();
  const limits = dynamoLimits({ client: dynamoDb, table: table('state'), random: systemRandom });
  return {
    ...{ issuer: settings.issuer, clock, pauses: systemPauses, keySets },
    secrets: await secrets(),
    wrongSecrets: wrongSecrets(clock, limits),
  };
}

export const authenticateClient: NonNullable<Authenticators['client']> = async (proof, publicClients, context) => {
  const ports = await liveClientPorts();
  return verifyClient(proof, publicClients, { ...context, ...ports, now: toEpochSeconds(ports.clock.now()) });
};
