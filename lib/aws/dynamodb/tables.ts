/** The four tables as data, for local stacks and tests. `template.yaml` says the same to CloudFormation, and a test compares the two. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/** Epoch seconds after which DynamoDB deletes an item, in a few days at most: readers look at it where that matters. */
export const TTL_ATTRIBUTE = 'expires';

export interface TableDefinition {
  /** The table's name is the deployment's prefix, a hyphen and this. */
  readonly suffix: 'config' | 'ledger' | 'state' | 'keys';
  /** All keys are strings. */
  readonly partitionKey: string;
  readonly sortKey: string | null;
  /** Sparse, keys only. */
  readonly indexes: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey: string }[];
  readonly ttl: typeof TTL_ATTRIBUTE | null;
}

const single = { partitionKey: 'pk', sortKey: null, indexes: [] } as const;

/** All of them are billed on demand. What lies in each is in `docs/storage.md`. */
export const TABLES: readonly TableDefinition[] = [
  { ...single, suffix: 'config', ttl: null },
  {
    suffix: 'ledger',
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: ['principal', 'scope', 'accessKey'].map((name) => ({ name, partitionKey: name, sortKey: 'place' })),
    ttl: TTL_ATTRIBUTE,
  },
  { ...single, suffix: 'state', ttl: TTL_ATTRIBUTE },
  { ...single, suffix: 'keys', ttl: TTL_ATTRIBUTE },
];

export const tableName = (prefix: string, suffix: TableDefinition['suffix']): string => `${prefix}-${suffix}`;

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
 * Makes the tables that are missing, and waits until all are active. Does not set the TTL, which some local endpoints do not know and nothing relies on.
 * For local stacks and tests: a deployment's tables come from `template.yaml`.
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
