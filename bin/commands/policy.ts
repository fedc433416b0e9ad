import type { CommandTable } from '../command.ts';
import { commandGroup } from '../dispatch.ts';

const table: CommandTable = {
  schema: { summary: 'write the JSON Schemas of the configuration files', load: () => import('./policy/schema.ts') },
};

/** `token-broker policy …`: what operators do with a configuration folder. */
export const command = commandGroup('token-broker policy', table);
