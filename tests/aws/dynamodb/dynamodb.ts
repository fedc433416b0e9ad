import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createTables, tableName } from '../../../lib/aws/dynamodb/tables.ts';

export interface TestTables {
  readonly client: DynamoDBClient;
  readonly table: (suffix: Parameters<typeof tableName>[1]) => string;
  stop(): Promise<void>;
}

/**
 * Fresh tables at AWS_ENDPOINT_URL_DYNAMODB (DynamoDB Local, moto), or in this process where that is not set. On a shared endpoint the name keeps runs apart.
 */
export async function startTables(): Promise<TestTables> {
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const server = given === undefined ? dynalite({ createTableMs: 0 }) : null;
  if (server !== null) await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server?.address() ?? null;
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const client = new DynamoDBClient({
    endpoint: given ?? `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const prefix = `test-${process.pid}-${Date.now().toString(36)}`;
  await createTables(client, prefix);
  return {
    client,
    table: (suffix) => tableName(prefix, suffix),
    stop: async () => {
      client.destroy();
      if (server === null) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client whose every request fails at once, as where nothing listens. */
export const deadClient = (): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

/** A clock that stands where it is put. */
export function standingClock<T extends number>(now: T) {
  return {
    time: now,
    now(): T {
      return this.time;
    },
  };
}

export const noDeadline = new AbortController().signal;
