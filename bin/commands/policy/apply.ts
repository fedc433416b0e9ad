import { dirname } from 'node:path';
import { type ApplyOptions, applyConfiguration } from '../../../lib/aws/dynamodb/apply-configuration.ts';
import type { ConfigurationTable } from '../../../lib/aws/dynamodb/configuration-item.ts';
import { readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { type LoadedConfiguration, loadConfiguration } from '../../../lib/configuration/load.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { AUTHORSHIP_OPTIONS, authorshipOf, commitOf } from './authorship.ts';
import { configurationTable, TABLES_OPTION } from './configuration-table.ts';
import {
  countDocuments,
  deployedAs,
  folderArgument,
  formatCounts,
  formatProblemCounts,
  formatProblems,
  issuerArgument,
} from './folder.ts';
import { isPlanFile, loadPlan, readPlan } from './plan-file.ts';

/** Longest that an apply may take. */
const APPLY_MS = 300_000;

export const command: Command = {
  arguments: '<dir>',
  description: `Checks a folder as \`policy validate\` does, writes its documents as a new version beside the one in force, then puts it in force with one
write: requests see all of it or none, within 10 seconds. Credentials come from the AWS SDK's own settings (environment, profile, role).
Who applied it, why and the commit of the folder are kept with the version. A file is a plan that \`policy plan --out\` wrote: it is refused where the version in force
has moved since, or the file is not as it was written.`,
  options: [
    ...AUTHORSHIP_OPTIONS,
    {
      flags: '--issuer <url>',
      description:
        'the issuer of the deployment (default: TOKEN_BROKER_ISSUER, else that of the configuration in force)',
    },
    TABLES_OPTION,
    { flags: '--digest <sha256>', description: 'of the plan that was approved: another one is refused' },
    { flags: '--change-issuer', description: 'put it in force although the one in force has another issuer' },
    { flags: '--json', description: 'print {"version", "previous", "change", "issuer", "table", "counts"}' },
  ],
  notes: 'Exit code: 0 in force, 1 refused or failed: then nothing has changed.',
  examples: ['token-broker policy apply config/ --reason "the web service rolls itself"'],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const stated = issuerArgument(given, terminal);
    const table = configurationTable(given, terminal);
    if (isPlanFile(directory)) return applyPlan(directory, table, given, terminal);
    if (given.value('digest') !== undefined) throw new UsageError('--digest is of a plan, and this is a folder');
    const { author, reason } = await authorshipOf(given, terminal, directory);
    // Where the issuer is stated, a wrong folder is told before anything is asked of AWS.
    const early = stated === null ? null : await readFolder(directory, stated, terminal);
    if (stated !== null && early === null) return 1;
    const issuer = await issuerToApply(table, stated, given.has('change-issuer'));
    const loaded = early ?? (await readFolder(directory, issuer, terminal));
    if (loaded === null) return 1;
    const commit = await commitOf(directory);
    return putInForce(
      loaded,
      { ...table, clock: systemClock, issuer, appliedBy: author, reason, commit },
      given,
      terminal,
    );
  },
};

/** The very plan that was approved, where nothing was put in force since it was made. */
async function applyPlan(path: string, table: ConfigurationTable, given: Arguments, terminal: Terminal) {
  const plan = readPlan(path, given.value('digest'));
  const stated = issuerArgument(given, terminal);
  if (stated !== null && stated !== plan.issuer) throw new Error(`the plan is for ${plan.issuer}, not for ${stated}`);
  await issuerToApply(table, plan.issuer, given.has('change-issuer'));
  const { author, reason } = await authorshipOf(given, terminal, dirname(path));
  const loaded = await loadPlan(plan);
  const { issuer, commit } = plan;
  const base = plan.base === null ? null : { ...plan.base, appliedAt: epochMilliseconds(plan.base.appliedAt) };
  const options = { ...table, clock: systemClock, issuer, appliedBy: author, reason, commit, base };
  return putInForce(loaded, options, given, terminal);
}

async function putInForce(
  { documents, files, warnings }: LoadedConfiguration,
  options: ApplyOptions,
  given: Arguments,
  terminal: Terminal,
) {
  terminal.err(formatProblems(warnings));
  const signal = AbortSignal.timeout(APPLY_MS);
  const { version, previous, change } = await applyConfiguration(documents, { ...options, files, signal });
  const { issuer, table } = options;
  if (given.has('json')) {
    const counts = countDocuments(documents);
    terminal.out(`${JSON.stringify({ version, previous, change, issuer, table, counts })}\n`);
  } else if (change === 'unchanged') terminal.out(`version ${version} is in force already: nothing has changed\n`);
  else terminal.out(`version ${version} is in force for ${issuer}: ${formatCounts(documents)}\n`);
  return 0;
}

/** The configuration of the folder; null where it is wrong, after everything that is wrong was said. */
async function readFolder(directory: string, issuer: string, terminal: Terminal): Promise<LoadedConfiguration | null> {
  const loaded = await loadConfiguration(directory, deployedAs(issuer));
  if (!('problems' in loaded)) return loaded;
  terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}: nothing was applied\n`);
  return null;
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
