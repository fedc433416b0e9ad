import { applyConfiguration } from '../lib/aws/dynamodb/apply-configuration.ts';
import type { DynamoDb } from '../lib/aws/dynamodb/client.ts';
import { tableName } from '../lib/aws/dynamodb/tables.ts';
import { loadConfiguration } from '../lib/configuration/load.ts';
import { formatProblem } from '../lib/configuration/problem.ts';
import { systemClock } from '../lib/host/clock.ts';
import { toEpochSeconds } from '../lib/time.ts';

/**
 * Loads a configuration folder for this issuer and puts it in force. Returns what is wrong with it, one line a problem
 * (`file:line: field: message`); then nothing changed.
 */
export async function putInForce(
  client: DynamoDb,
  tablePrefix: string,
  folder: string,
  issuer: string,
): Promise<readonly string[]> {
  const loaded = await loadConfiguration(folder, { issuer, now: toEpochSeconds(systemClock.now()) });
  if ('problems' in loaded) return loaded.problems.map(formatProblem);
  const table = tableName(tablePrefix, 'config');
  const { documents, files } = loaded;
  await applyConfiguration(documents, { client, table, issuer, appliedBy: 'npm start', files, clock: systemClock });
  return [];
}
