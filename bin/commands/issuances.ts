import type { CommandTable } from '../command.ts';
import { commandGroup } from '../dispatch.ts';

const table: CommandTable = {
  list: { summary: 'list issuances, newest first', load: () => import('./issuances/list.ts') },
  show: { summary: 'show one issuance', load: () => import('./issuances/show.ts') },
};

/** `token-broker issuances …`: operators read the ledger, with their own AWS credentials. */
export const command = commandGroup('token-broker issuances', table);
