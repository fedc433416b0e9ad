import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Comparison, compareWithForce } from '../../../lib/aws/dynamodb/changed-documents.ts';
import { readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import type { Change } from '../../../lib/policy/plan/change.ts';
import { changesOf } from '../../../lib/policy/plan/plan.ts';
import { type Command, type Terminal, UsageError } from '../../command.ts';
import { commitOf } from './authorship.ts';
import { configurationTable, TABLES_OPTION } from './configuration-table.ts';
import { deployedAs, folderArgument, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';
import { writePlan } from './plan-file.ts';
import { changesText, markdownText, summaryOf } from './plan-text.ts';

const TIMEOUT_MS = 300_000;
const PROGRESS_EVERY = 1_000;

export const command: Command = {
  arguments: '<dir>',
  description: `Says what applying a folder would change, in words: who gains and who loses which scope under which condition, what sessions may do more or less,
limits, durations, approvals. Conditions and session policies are compared by what they let through, not by how they are written. Reads DynamoDB, writes nothing there.`,
  options: [
    {
      flags: '--issuer <url>',
      description:
        'the issuer of the deployment (default: TOKEN_BROKER_ISSUER, else that of the configuration in force)',
    },
    { flags: '--out <file>', description: 'write the plan, for `policy apply FILE`; its digest is printed' },
    { flags: '--markdown <file>', description: 'write what it says as Markdown, for a comment on a change' },
    {
      flags: '--json',
      description:
        'print {"base", "issuer", "documents", "changes": [{effect, document, name, who, what}], "summary", "digest"}',
    },
    TABLES_OPTION,
  ],
  notes:
    'Exit code: 0 nothing changes, 3 something does, 1 the folder does not load, or what is in force cannot be read.',
  examples: ['token-broker policy plan config/ --out plan.json && token-broker policy apply plan.json --reason "…"'],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const table = configurationTable(given, terminal);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const pointer = await readConfigurationPointer(table, signal);
    const issuer = issuerArgument(given, terminal) ?? pointer?.issuer;
    if (issuer === undefined) throw new UsageError('nothing is in force yet: say --issuer');
    const loaded = await loadConfiguration(directory, deployedAs(issuer));
    if ('problems' in loaded) {
      terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}: nothing was planned\n`);
      return 1;
    }
    const { documents, files } = loaded;
    const comparison = await compareWithForce(table, pointer, documents, signal);
    const changes = await collect(comparison, terminal, signal);
    if (pointer !== null && pointer.issuer !== issuer) terminal.err(`what is in force is for ${pointer.issuer}\n`);
    const base = pointer === null ? null : { version: pointer.version, appliedAt: pointer.appliedAt };
    const { hash, count } = comparison;
    const out = given.value('out');
    const made = { issuer, base, hash, commit: await commitOf(directory), changes: [...changes], files: [...files] };
    const digest = out === undefined ? null : writePlan(resolve(terminal.cwd, out), made);
    const text = changesText(changes, documents, count);
    const markdown = given.value('markdown');
    if (markdown !== undefined) writeFileSync(resolve(terminal.cwd, markdown), markdownText(text, digest));
    const json = { base, issuer, documents: count, changes, summary: summaryOf(changes), digest };
    if (given.has('json')) terminal.out(`${JSON.stringify(json, null, 2)}\n`);
    else terminal.out(`${text}${digest === null ? '' : `plan ${digest}\n`}`);
    return changes.length === 0 ? 0 : 3;
  },
};

async function collect(comparison: Comparison, terminal: Terminal, signal: AbortSignal): Promise<readonly Change[]> {
  if (comparison.base === 'unlisted') {
    terminal.err('what is in force was applied by a release that kept no list of it: everything is told as new\n');
  }
  const changes: Change[] = [];
  let compared = 0;
  for await (const pair of comparison.pairs(signal)) {
    changes.push(...changesOf(pair));
    compared += 1;
    if (compared % PROGRESS_EVERY === 0) terminal.err(`compared ${compared} of ${comparison.count} documents\n`);
  }
  return changes;
}
