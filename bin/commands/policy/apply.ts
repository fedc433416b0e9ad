import { userInfo } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { applyConfiguration } from '../../../lib/aws/dynamodb/apply-configuration.ts';
import type { ConfigurationTable } from '../../../lib/aws/dynamodb/configuration-item.ts';
import { readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import {
  countDocuments,
  deployedAs,
  folderArgument,
  formatCounts,
  formatProblemCounts,
  formatProblems,
  issuerArgument,
} from './folder.ts';

/** Longest that an apply may take. */
const APPLY_MS = 300_000;

export const command: Command = {
  arguments: '<dir>',
  description: `Checks a folder as \`policy validate\` does, writes its documents as a new version beside the one in force, then puts it in force with one
write: requests see all of it or none, within 10 seconds. Credentials come from the AWS SDK's own settings (environment, profile, role).`,
  options: [
    {
      flags: '--issuer <url>',
      description:
        'the issuer of the deployment (default: TOKEN_BROKER_ISSUER, else that of the configuration in force)',
    },
    {
      flags: '--tables <prefix>',
      description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
    },
    { flags: '--change-issuer', description: 'put it in force although the one in force has another issuer' },
    { flags: '--json', description: 'print {"version", "previous", "change", "issuer", "table", "counts"}' },
  ],
  notes: 'Exit code: 0 in force, 1 refused or failed: then nothing has changed.',
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const stated = issuerArgument(given, terminal);
    const table = {
      client: sdkDynamoDb(new DynamoDBClient({})),
      table: tableName(prefixOf(given, terminal), 'config'),
    };
    // Where the issuer is stated, a wrong folder is told before anything is asked of AWS.
    const early = stated === null ? null : await readFolder(directory, stated, terminal);
    if (stated !== null && early === null) return 1;
    const issuer = await issuerToApply(table, stated, given.has('change-issuer'));
    const loaded = early ?? (await readFolder(directory, issuer, terminal));
    if (loaded === null) return 1;
    terminal.err(formatProblems(loaded.warnings));
    const { version, previous, change } = await applyConfiguration(loaded.documents, {
      ...table,
      clock: systemClock,
      issuer,
      appliedBy: appliedBy(terminal),
      signal: AbortSignal.timeout(APPLY_MS),
    });
    const counts = countDocuments(loaded.documents);
    if (given.has('json')) {
      terminal.out(`${JSON.stringify({ version, previous, change, issuer, table: table.table, counts })}\n`);
    } else if (change === 'unchanged') terminal.out(`version ${version} is in force already: nothing has changed\n`);
    else terminal.out(`version ${version} is in force for ${issuer}: ${formatCounts(loaded.documents)}\n`);
    return 0;
  },
};

/** The configuration of the folder; null where it is wrong, after everything that is wrong was said. */
async function readFolder(directory: string, issuer: string, terminal: Terminal) {
  const loaded = await loadConfiguration(directory, deployedAs(issuer));
  if (!('problems' in loaded)) return loaded;
  terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}: nothing was applied\n`);
  return null;
}

function prefixOf(given: Arguments, { env }: Terminal): string {
  const prefix = given.value('tables') ?? (env['TOKEN_BROKER_TABLES'] || 'token-broker');
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(prefix))
    throw new UsageError(`${JSON.stringify(prefix)} is no prefix of table names`);
  return prefix;
}

/** A wrong issuer would put a configuration in force that every function of the deployment refuses. */
async function issuerToApply(table: ConfigurationTable, stated: string | null, mayChange: boolean): Promise<string> {
  const current = await readConfigurationPointer(table, AbortSignal.timeout(APPLY_MS));
  const issuer = stated ?? current?.issuer;
  if (issuer === undefined) throw new UsageError('the first apply of a deployment needs --issuer');
  if (current !== null && current.issuer !== issuer && !mayChange) {
    throw new Error(
      `the configuration in force is for ${current.issuer}, not ${issuer}; --change-issuer puts this one in force`,
    );
  }
  return issuer;
}

/** For people: the CI run or the account that applied it. Not a proof of anything; CloudTrail knows who wrote. */
function appliedBy({ env }: Terminal): string {
  const run = env['GITHUB_RUN_ID'] && `${env['GITHUB_REPOSITORY']} run ${env['GITHUB_RUN_ID']}`;
  return (run || env['USER'] || userInfo().username).slice(0, 200);
}
