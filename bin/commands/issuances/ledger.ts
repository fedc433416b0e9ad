import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { type TableDefinition, tableName } from '../../../lib/aws/dynamodb/tables.ts';
import { Fault } from '../../../lib/outcome.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { type Terminal, UsageError } from '../../command.ts';

/**
 * What a deployment's tables are called unless `--tables` or TOKEN_BROKER_TABLES says otherwise: the default of
 * `template.yaml`.
 */
const DEFAULT_PREFIX = 'token-broker';

/** The tables of a deployment, over the AWS SDK. */
export interface Tables {
  readonly client: DynamoDb;
  readonly name: (suffix: TableDefinition['suffix']) => string;
}

/** The ledger of a deployment, read with the AWS SDK's own settings and credentials: profile, Region, endpoint. */
export const withLedger = <T>(
  prefix: string | undefined,
  terminal: Terminal,
  use: (ledger: LedgerQueries) => Promise<T>,
): Promise<T> =>
  withTables(prefix, terminal, ({ client, name }) => use(dynamoLedgerQueries({ client, table: name('ledger') })));

/** Its tables, for whoever needs more than the ledger's queries. */
export async function withTables<T>(
  prefix: string | undefined,
  terminal: Terminal,
  use: (tables: Tables) => Promise<T>,
): Promise<T> {
  const given = prefix ?? (terminal.env['TOKEN_BROKER_TABLES'] || DEFAULT_PREFIX);
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(given)) {
    throw new UsageError('--tables takes 1 to 200 characters of A-Z a-z 0-9 _ . -');
  }
  const name: Tables['name'] = (suffix) => tableName(given, suffix);
  const client = new DynamoDBClient({});
  try {
    return await use({ client: sdkDynamoDb(client), name });
  } catch (error) {
    if (error instanceof UsageError || (error instanceof Fault && error.dependency !== 'ledger')) throw error;
    throw new Error(`the ledger ${name('ledger')} cannot be read${reasonOf(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

/**
 * Names of what AWS answered say what is wrong (ResourceNotFoundException, ExpiredTokenException); of what never got
 * there (no Region, no credentials, settings that exclude each other) the SDK's text does.
 */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return '';
  return `: ${'$fault' in cause ? cause.name : cause.message}`;
}
