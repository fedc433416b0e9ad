import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { TABLES, type TableDefinition, tableName } from './tables.ts';

const keySchema = (partitionKey: string, sortKey: string | null) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  ...(sortKey === null ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
];

/** What CreateTable (Amazon DynamoDB API reference) takes for a table. */
export function createTableInput(prefix: string, table: TableDefinition): CreateTableCommandInput {
  const { suffix, partitionKey, sortKey, indexes } = table;
  const keys = [table, ...indexes].flatMap((keyed) => [keyed.partitionKey, keyed.sortKey]);
  const names = new Set(keys.filter((key) => key !== null));
  return {
    TableName: tableName(prefix, suffix),
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...names].map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: 'KEYS_ONLY' as const },
          })),
        }),
  };
}

/** Longest wait for the tables to be active. */
const WAIT_SECONDS = 30;

/**
 * Makes the tables that are missing, and waits until all are active. Does not set the TTL, which some local endpoints
 * do not know and nothing relies on. For local stacks and tests: a deployment's tables come from `template.yaml`.
 */
export async function createTables(client: DynamoDBClient, prefix: string): Promise<void> {
  await Promise.all(
    TABLES.map(async (table) => {
      const input = createTableInput(prefix, table);
      try {
        await client.send(new CreateTableCommand(input));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      await waitUntilTableExists(
        { client, maxWaitTime: WAIT_SECONDS, minDelay: 1, maxDelay: 1 },
        { TableName: input.TableName },
      );
    }),
  );
}
