import type { CommandTable } from '../command.ts';
import { commandGroup } from '../dispatch.ts';

const table: CommandTable = {
  validate: {
    summary: 'say everything that is wrong in a configuration folder',
    load: () => import('./policy/validate.ts'),
  },
  apply: {
    summary: 'put a configuration folder in force, all of it or nothing',
    load: () => import('./policy/apply.ts'),
  },
  secrets: {
    summary: 'list which other authorization servers hold a static secret of the broker',
    load: () => import('./policy/secrets.ts'),
  },
  schema: { summary: 'write the JSON Schemas of the configuration files', load: () => import('./policy/schema.ts') },
};

/** `token-broker policy …`: what operators do with a configuration folder. */
export const command = commandGroup('token-broker policy', table);
