import type { BearerPorts } from '../admit-bearer.ts';
import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { resources } from './resources.ts';

/** What each function of the broker's own API knows its callers by. */
export function bearerPorts(): BearerPorts {
  const { settings, clock, dynamoDb, ownKeys, revocations, table } = resources();
  const replays = dynamoReplays({ client: dynamoDb, table: table('state'), clock, kind: 'dpop' });
  return { issuer: settings.issuer, clock, replays, ownKeys, revocations };
}
