import { type DocumentTable, dynamoDbDocumentStore } from '../aws/dynamodb/document-store.ts';
import { cachedKeySets } from '../identity/oidc/key-sets.ts';
import type { Fetcher } from '../ports/documents.ts';
import type { Clock } from '../ports/host.ts';
import type { KeySets } from '../ports/keys.ts';

/**
 * Key sets of identity providers over the network, their copies in the table `keys`. One for the life of the process:
 * it is the cache.
 */
export const liveKeySets = ({
  fetcher,
  clock,
  ...table
}: DocumentTable & { readonly fetcher: Fetcher; readonly clock: Clock }): KeySets =>
  cachedKeySets({ fetcher, clock, store: dynamoDbDocumentStore(table) });
