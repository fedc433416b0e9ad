import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import dynalite from 'dynalite';
import { type Endpoint, listenNear } from './server.ts';

/** Longest wait for answers under way, and how often they are looked at. */
const WAIT_MS = 2_000;
const POLL_MS = 5;

/**
 * DynamoDB in memory (dynalite): no transactions, no TTL deletion, and indexes that never lag. Empty at every start. It
 * stops once what it was asked is answered, also where nobody waits for it any more: a read of a closed database would
 * end the process.
 */
export async function startDynamoDb(preferredPort: number): Promise<Endpoint> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  const underWay = new Set<ServerResponse>();
  server.on('request', (_, response) => {
    underWay.add(response);
  });
  const sweep = setInterval(() => forgetAnswered(underWay), 1_000).unref();
  const { url, stop } = await listenNear(server, preferredPort);
  return {
    url,
    stop: async () => {
      clearInterval(sweep);
      const end = Date.now() + WAIT_MS;
      while (forgetAnswered(underWay) > 0 && Date.now() < end) await pause(POLL_MS);
      await stop();
    },
  };
}

/** How many are left. */
function forgetAnswered(underWay: Set<ServerResponse>): number {
  for (const response of underWay) if (response.writableEnded) underWay.delete(response);
  return underWay.size;
}
