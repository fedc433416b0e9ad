import type { ReadLedgerPorts } from '../read-ledger.ts';
import { dynamoLedgerQueries } from './ledger-queries.ts';
import { world } from './world.ts';

/** The ports of the operators' API. */
export function liveReadLedgerPorts(): ReadLedgerPorts {
  const { settings, clock, dynamoDb, ownKeys, revocations, table } = world();
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  return { issuer: settings.issuer, clock, ownKeys, revocations, queries };
}
