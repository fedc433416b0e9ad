import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { configurationReader, readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { issuerOrigin } from '../../../lib/configuration/web-address.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import type { RehearsalContext } from '../../../lib/rehearsal/proof.ts';
import { toEpochSeconds } from '../../../lib/time.ts';
import type { Arguments, Terminal } from '../../command.ts';
import { documentConfiguration } from './document-configuration.ts';
import { deployedAs, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';

/** The configuration that a question is about. */
export interface ConsideredConfiguration {
  readonly context: RehearsalContext;
  /** Every scope; null where that is not known: one in force is read by key. */
  readonly scopes: readonly string[] | null;
  readonly connections: readonly string[];
}

/** That of the folder named, or of the working folder where it is one; else the one in force. null: it is wrong. */
export async function consideredConfiguration(
  given: Arguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ConsideredConfiguration | null> {
  const [named] = given.positionals;
  const folder = resolve(terminal.cwd, named ?? '.');
  const isFolder = named !== undefined || ['connections', 'scopes'].some((name) => existsSync(join(folder, name)));
  return isFolder
    ? configurationOfFolder(folder, given, terminal, signal)
    : configurationInForce(given, terminal, signal);
}

/** Of a folder. null: it is wrong, which was told. */
export async function configurationOfFolder(
  folder: string,
  given: Arguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ConsideredConfiguration | null> {
  const deployment = deployedAs(issuerArgument(given, terminal));
  const loaded = await loadConfiguration(folder, deployment);
  if ('problems' in loaded) {
    terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}: nothing to explain by\n`);
    return null;
  }
  const { documents } = loaded;
  const configuration = documentConfiguration(documents);
  return {
    context: { configuration, issuer: issuerOrigin(deployment), now: deployment.now, signal },
    scopes: documents.scopes.map(({ scope }) => scope),
    connections: documents.connections.map(({ connection }) => connection),
  };
}

export async function configurationInForce(
  given: Arguments,
  { env }: Terminal,
  signal: AbortSignal,
): Promise<ConsideredConfiguration> {
  const prefix = given.value('tables') ?? (env['TOKEN_BROKER_TABLES'] || 'token-broker');
  const table = { client: sdkDynamoDb(new DynamoDBClient({})), table: tableName(prefix, 'config') };
  const pointer = await readConfigurationPointer(table, signal);
  if (pointer === null) throw new Error(`no configuration is in force in ${table.table}`);
  const { issuer } = pointer;
  const configuration = await configurationReader({ ...table, issuer, clock: systemClock }).current(signal);
  return {
    context: { configuration, issuer, now: toEpochSeconds(systemClock.now()), signal },
    scopes: null,
    connections: [],
  };
}
