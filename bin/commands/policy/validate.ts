import { loadConfiguration } from '../../../lib/configuration/load.ts';
import type { Command } from '../../command.ts';
import {
  countDocuments,
  deployedAs,
  folderArgument,
  formatCounts,
  formatProblemCounts,
  formatProblems,
  issuerArgument,
} from './folder.ts';

export const command: Command = {
  arguments: '<dir>',
  description: `Checks connections/*.yaml, clients/*.yaml and scopes/*.yaml in a folder and says everything that is wrong at once, one line each:
file:line: field: message. Nothing is written and nothing is asked of AWS.`,
  options: [
    {
      flags: '--issuer <url>',
      description:
        'the issuer of the deployment (default: TOKEN_BROKER_ISSUER; without one, plain http on loopback is a warning)',
    },
    {
      flags: '--json',
      description: 'print {"valid", "problems": [{severity, file, line, column, field, message}], "counts"}',
    },
  ],
  notes: 'Exit code: 0 it loads, 1 it does not.',
  examples: ['token-broker policy validate config/ --issuer https://broker.example.com'],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const loaded = await loadConfiguration(directory, deployedAs(issuerArgument(given, terminal)));
    const valid = 'documents' in loaded;
    const problems = valid ? loaded.warnings : loaded.problems;
    if (given.has('json')) {
      const counts = valid ? countDocuments(loaded.documents) : null;
      terminal.out(`${JSON.stringify({ valid, problems, counts })}\n`);
    } else {
      terminal.out(formatProblems(problems));
      const end = valid ? `${formatCounts(loaded.documents)}: valid` : formatProblemCounts(problems);
      terminal.err(`${end}\n`);
    }
    return valid ? 0 : 1;
  },
};
