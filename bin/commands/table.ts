import type { CommandTable } from '../command.ts';

/** Every command of `token-broker`, one line each; a module is loaded only when its command is called. */
export const commands: CommandTable = {
  policy: { summary: 'validate and apply a configuration folder', load: () => import('./policy.ts') },
};
