import type { Command } from '../../command.ts';
import { UsageError } from '../../command.ts';

export const command: Command = {
  help: 'Usage: token-broker policy schema [DIR]\n',
  run: async () => {
    throw new UsageError('not yet');
  },
};
