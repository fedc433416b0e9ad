import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type DynamoDb, dynamoDbClient } from '../../../lib/aws/dynamodb/client.ts';
import { createTables } from '../../../lib/aws/dynamodb/create-tables.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestTables {
  /** The functions' own client. */
  readonly client: DynamoDb;
  /** The AWS SDK's, for what a test itself looks at or puts there. */
  readonly sdk: DynamoDBClient;
  readonly endpoint: string;
  readonly table: (suffix: Parameters<typeof tableName>[1]) => string;
  stop(): Promise<void>;
}

/**
 * Fresh tables at AWS_ENDPOINT_URL_DYNAMODB (moto), or in this process where that is not set. On a shared endpoint the
 * name keeps runs apart.
 */
export async function startTables(): Promise<TestTables> {
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const server = given === undefined ? dynalite({ createTableMs: 0 }) : null;
  if (server !== null) await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server?.address() ?? null;
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const endpoint = given ?? `http://127.0.0.1:${port}`;
  const sdk = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const prefix = `test-${process.pid}-${Date.now().toString(36)}`;
  await createTables(sdk, prefix);
  return {
    client: clientAt(endpoint),
    sdk,
    endpoint,
    table: (suffix) => tableName(prefix, suffix),
    stop: async () => {
      sdk.destroy();
      if (server === null) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client whose every request fails at once, as where nothing listens. */
export const deadClient = (): DynamoDb => clientAt('http://127.0.0.1:9');

/** The functions' own client at an endpoint. */
export const clientAt = (endpoint: string): DynamoDb =>
  dynamoDbClient({ region: REGION }, { endpoint: new URL(endpoint), credentials: async () => CREDENTIALS });

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

/**
 * Twenty under way at a time: a database in this very process, or one in Python, answers no more within the functions'
 * second.
 */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += 20) {
    results.push(...(await Promise.all(items.slice(start, start + 20).map(work))));
  }
  return results;
}
