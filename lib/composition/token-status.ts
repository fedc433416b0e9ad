import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { dynamoRevocations } from '../aws/dynamodb/revocations.ts';
import type { TokenStatusPorts } from '../introspect.ts';
import { milliseconds } from '../time.ts';
import { liveClientPorts } from './client-authenticator.ts';
import { resources } from './resources.ts';

/**
 * Here a token that was not revoked is asked about again sooner than elsewhere: resource servers ask in order to know.
 */
const NOT_REVOKED_FOR = milliseconds(3_000);

/** What introspection and revocation have alike. */
export async function tokenStatusPorts(): Promise<TokenStatusPorts> {
  const { clock, configurations, dynamoDb, ownKeys, table } = resources();
  const state = { client: dynamoDb, table: table('state'), clock };
  return {
    ...(await liveClientPorts()),
    configurations,
    replays: dynamoReplays(state),
    ownKeys,
    revocations: dynamoRevocations({ ...state, notRevokedFor: NOT_REVOKED_FOR }),
  };
}
