import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readConfigurationPointer } from '../lib/aws/dynamodb/configuration-table.ts';
import { sdkDynamoDb } from '../lib/aws/dynamodb/sdk-client.ts';
import { tableName } from '../lib/aws/dynamodb/tables.ts';
import { type LocalSecret, storedValue } from './secrets-file.ts';

/** An outside endpoint holds what is somebody else's, and nobody said that it is to be taken over. */
export class HeldByAnother extends Error {
  constructor(problems: readonly string[]) {
    super(
      [
        ...problems,
        'AWS_ENDPOINT_URL or a variable of that kind names where that is. Unset it and start again; or, if all of it is',
        'yours to lose: npm start -- --take-over',
      ].join('\n'),
    );
  }
}

const READ_MS = 10_000;

/**
 * Throws `HeldByAnother` where the tables of this prefix hold the configuration of another issuer: that one would be
 * out of service.
 */
export async function checkTables(client: DynamoDBClient, tablePrefix: string, issuer: string): Promise<void> {
  const held = await issuerInForce(client, tablePrefix);
  if (held === null || held === issuer) return;
  throw new HeldByAnother([
    `The tables ${tablePrefix}-* hold the configuration of ${held}: with another one in its place it would answer nobody.`,
  ]);
}

async function issuerInForce(client: DynamoDBClient, tablePrefix: string): Promise<string | null> {
  const table = tableName(tablePrefix, 'config');
  try {
    const pointer = await readConfigurationPointer(
      { client: sdkDynamoDb(client), table },
      AbortSignal.timeout(READ_MS),
    );
    return pointer?.issuer ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return null;
    throw error;
  }
}

/** Throws `HeldByAnother` where a secret is there with another value: whoever uses it would be locked out. */
export async function checkSecrets(client: SecretsManagerClient, secrets: readonly LocalSecret[]): Promise<void> {
  const states = await Promise.all(
    secrets.map(async (secret) => ({ secret, held: await storedValue(client, secret.name) })),
  );
  const others = states.filter(({ secret, held }) => held !== null && held !== secret.value);
  if (others.length === 0) return;
  throw new HeldByAnother(
    others.map(({ secret }) => `The secret ${secret.name} has another value: whoever uses it would be locked out.`),
  );
}
