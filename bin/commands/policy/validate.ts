import { sarifOf } from '../../../lib/configuration/lints/sarif.ts';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { type Problem, problemJson } from '../../../lib/configuration/problem.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { expectManyFiles } from '../../many-files.ts';
import { progressOn } from '../../progress.ts';
import {
  deployedAs,
  folderArgument,
  formatCounts,
  formatProblemCounts,
  formatProblems,
  issuerArgument,
} from './folder.ts';

const FORMATS = ['text', 'json', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

export const command: Command = {
  arguments: '<dir>',
  description: `Checks connections/*.yaml, clients/*.yaml and scopes/*.yaml in a folder and says everything that is wrong at once, one line each:
file:line:column: field: message (what to write instead) [code]. It knows the claims that each preset's provider issues. Nothing is written
and nothing is asked of AWS.

A comment on a line allows a warning of it: # token-broker: allow <code>: why. docs/lints.md says more of every code.`,
  options: [
    {
      flags: '--issuer <url>',
      description:
        'the issuer of the deployment (default: TOKEN_BROKER_ISSUER; without one, audiences are not looked at and plain http on loopback is a warning)',
    },
    {
      flags: '--assumable-roles <arn>',
      description:
        "ARN pattern of the deployment's parameter AssumableRoles (default: arn:*:iam::*:role/token-broker/*)",
      repeatable: true,
    },
    { flags: '--strict', description: 'warnings are errors' },
    {
      flags: '--json',
      description: 'print {"problems": [{code, severity, file, line, column, field, message, fix}]}',
    },
    { flags: '--sarif', description: 'print SARIF 2.1.0, for code scanning' },
    { flags: '--format <format>', description: 'text, json or sarif', choices: FORMATS },
  ],
  notes: 'Exit code: 0 it loads, 1 it does not (with --strict: or there is a warning), 2 wrong usage.',
  examples: [
    'token-broker policy validate config/ --issuer https://broker.example.com --strict',
    'token-broker policy validate config/ --sarif > validate.sarif',
  ],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const format = formatArgument(given);
    const progress = progressOn(terminal, 'read');
    expectManyFiles();
    const { documents, problems } = validateFolder(directory, {
      deployment: deployedAs(issuerArgument(given, terminal)),
      assumableRoles: given.values('assumable-roles'),
      warnings: given.has('strict') ? 'errors' : 'warnings',
      progress: progress.at,
    });
    progress.end();
    print(format, problems, given.positionals[0] ?? '.', terminal);
    const isValid = problems.every(({ severity }) => severity === 'warning');
    if (format === 'text') {
      const counts =
        documents === null || !isValid ? formatProblemCounts(problems) : `${formatCounts(documents)}: valid`;
      terminal.err(`${counts}\n`);
    }
    return isValid ? 0 : 1;
  },
};

function formatArgument(given: Arguments): Format {
  const asked = FORMATS.filter((format) => given.value('format') === format || given.has(format));
  if (asked.length > 1) throw new UsageError(`one format, not ${asked.join(' and ')}`);
  return asked[0] ?? 'text';
}

function print(format: Format, problems: readonly Problem[], folder: string, terminal: Terminal): void {
  if (format === 'json') terminal.out(`${JSON.stringify({ problems: problems.map(problemJson) })}\n`);
  else if (format === 'sarif') terminal.out(`${JSON.stringify(sarifOf(problems, folder), null, 2)}\n`);
  else terminal.out(formatProblems(problems));
}
