import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { type Terminal, UsageError } from '../../command.ts';

/**
 * What a deployment's tables are called unless `--tables` or TOKEN_BROKER_TABLES says otherwise: the default of
 * `template.yaml`.
 */
const DEFAULT_PREFIX = 'token-broker';

/** The ledger of a deployment, read with the AWS SDK's own settings and credentials: profile, Region, endpoint. */
export async function withLedger<T>(
  prefix: string | undefined,
  terminal: Terminal,
  use: (ledger: LedgerQueries) => Promise<T>,
): Promise<T> {
  const name = prefix ?? (terminal.env['TOKEN_BROKER_TABLES'] || DEFAULT_PREFIX);
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(name)) {
    throw new UsageError('--tables takes 1 to 200 characters of A-Z a-z 0-9 _ . -');
  }
  const client = new DynamoDBClient({});
  try {
    return await use(dynamoLedgerQueries({ client: sdkDynamoDb(client), table: tableName(name, 'ledger') }));
  } catch (error) {
    throw new Error(`the ledger ${tableName(name, 'ledger')} cannot be read${reasonOf(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

/**
 * Names of AWS errors say what is wrong (ResourceNotFoundException, ExpiredTokenException); the SDK's own mistakes (no
 * Region) have only a text.
 */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return '';
  return `: ${cause.name === 'Error' ? cause.message : cause.name}`;
}
