import { rollbackConfiguration } from '../../../lib/aws/dynamodb/rollback-configuration.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import type { Command } from '../../command.ts';
import { AUTHORSHIP_OPTIONS, authorshipOf } from './authorship.ts';
import { configurationTable, TABLES_OPTION, versionArgument } from './configuration-table.ts';

const TIMEOUT_MS = 300_000;

export const command: Command = {
  arguments: '[version]',
  description: `Puts an earlier version in force again, by one write, once every document of it was found as it was applied: requests see it within 10 seconds.
Without VERSION it is the one before the version in force. It is a move of its own, with its author and reason; versions stay as they are.`,
  options: [
    ...AUTHORSHIP_OPTIONS,
    TABLES_OPTION,
    { flags: '--json', description: 'print {"version", "previous", "checked"}' },
  ],
  notes: 'Exit code: 0 in force, 1 refused or failed: then nothing has changed.',
  examples: ['token-broker policy rollback --reason "deploys fail since 12"'],
  run: async (given, terminal) => {
    const [text] = given.positionals;
    const version = text === undefined ? null : versionArgument(text);
    const { author, reason } = await authorshipOf(given, terminal, terminal.cwd);
    const done = await rollbackConfiguration({
      ...configurationTable(given, terminal),
      clock: systemClock,
      version,
      appliedBy: author,
      reason,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (done.checked === 'unlisted') {
      terminal.err(
        `version ${done.version} was applied by a release that kept no list: nobody looked whether it is whole\n`,
      );
    }
    if (given.has('json')) terminal.out(`${JSON.stringify(done)}\n`);
    else terminal.out(`version ${done.version} is in force again, instead of ${done.previous}\n`);
    return 0;
  },
};
