import type { CommandTable } from '../command.ts';

/** Every command of `token-broker`, one line each; a module is loaded only when its command is called. */
export const commands: CommandTable = {
  issuances: { summary: 'list and show what the ledger has', load: () => import('./issuances.ts') },
  login: { summary: 'sign in at a browser, for credentials or a token', load: () => import('./login.ts') },
  policy: { summary: 'validate and apply a configuration folder', load: () => import('./policy.ts') },
};
