import type { Client } from '../../configuration/documents/clients.ts';
import type { Connection } from '../../configuration/documents/connections.ts';
import type { Scope } from '../../configuration/documents/scopes.ts';
import type { Change, Said } from './change.ts';
import { compareClients } from './client.ts';
import { compareConnections } from './connection.ts';
import { compareScopes } from './scope.ts';

/** A document before and after; null: there is none. */
export type Pair =
  | { readonly document: 'scope'; readonly name: string; readonly before: Scope | null; readonly after: Scope | null }
  | {
      readonly document: 'connection';
      readonly name: string;
      readonly before: Connection | null;
      readonly after: Connection | null;
    }
  | {
      readonly document: 'client';
      readonly name: string;
      readonly before: Client | null;
      readonly after: Client | null;
    };

/** What one document changes for whom. Pure; documents that say the same in other words change nothing. */
export function changesOf(pair: Pair): readonly Change[] {
  const { document, name } = pair;
  return saidOf(pair).map((said) => ({ ...said, document, name }));
}

function saidOf(pair: Pair): readonly Said[] {
  switch (pair.document) {
    case 'scope':
      return compareScopes(pair.before, pair.after);
    case 'connection':
      return compareConnections(pair.before, pair.after);
    case 'client':
      return compareClients(pair.before, pair.after);
  }
}
