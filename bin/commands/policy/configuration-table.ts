import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ConfigurationPointer, ConfigurationTable } from '../../../lib/aws/dynamodb/configuration-item.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import { type Arguments, type OptionSpec, type Terminal, UsageError } from '../../command.ts';

export const TABLES_OPTION: OptionSpec = {
  flags: '--tables <prefix>',
  description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
};

/** The configuration table of the deployment, over the AWS SDK's own settings and credentials. */
export function configurationTable(given: Arguments, { env }: Terminal): ConfigurationTable {
  const prefix = given.value('tables') ?? (env['TOKEN_BROKER_TABLES'] || 'token-broker');
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(prefix)) {
    throw new UsageError(`${JSON.stringify(prefix)} is no prefix of table names`);
  }
  return { client: sdkDynamoDb(new DynamoDBClient({})), table: tableName(prefix, 'config') };
}

/** A version as people write it: a whole number from 1. */
export function versionArgument(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new UsageError(`${JSON.stringify(text)} is no version: a whole number`);
  return Number(text);
}

/** Who put a version in force, when and why, as `--json` prints it. */
export function moveJson(pointer: ConfigurationPointer) {
  const { version, how, previous, issuer, format, reason, commit, hash } = pointer;
  const appliedAt = new Date(pointer.appliedAt).toISOString();
  return { version, how, appliedAt, author: pointer.appliedBy, reason, commit, previous, issuer, format, hash };
}
