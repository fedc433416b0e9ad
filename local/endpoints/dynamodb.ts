import dynalite from 'dynalite';
import { type Endpoint, listenNear } from './server.ts';

/**
 * DynamoDB in memory (dynalite): no transactions, no TTL deletion, and indexes that never lag. Empty at every start.
 */
export async function startDynamoDb(preferredPort: number): Promise<Endpoint> {
  return listenNear(dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 }), preferredPort);
}
