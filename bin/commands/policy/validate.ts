import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { readArguments } from '../../arguments.ts';
import type { Command } from '../../command.ts';
import {
  countDocuments,
  folderArgument,
  formatCounts,
  formatProblemCounts,
  formatProblems,
  issuerArgument,
} from './folder.ts';

const help = `Usage: token-broker policy validate DIR [--issuer URL] [--json]

Checks connections/*.yaml, clients/*.yaml and scopes/*.yaml in DIR and says everything that is wrong at once, one line each:
file:line: field: message. Nothing is written and nothing is asked of AWS.

  --issuer URL  the issuer of the deployment (default: TOKEN_BROKER_ISSUER). Without one, plain http on loopback is a warning.
  --json        print one JSON object: {"valid", "problems": [{severity, file, line, field, message}], "counts"}

Exit code: 0 it loads, 1 it does not.
`;

export const command: Command = {
  help,
  run: async (args, terminal) => {
    const given = readArguments(args, { values: ['issuer'], flags: ['json'] });
    const directory = folderArgument(given, terminal);
    const loaded = await loadConfiguration(directory, { issuer: issuerArgument(given, terminal) });
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
