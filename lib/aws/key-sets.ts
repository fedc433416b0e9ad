import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cachedKeySets } from '../identity/oidc/key-sets.ts';
import type { Clock, Fetcher, KeySets } from '../ports.ts';
import { dynamoDbDocumentStore } from './document-store.ts';

export interface LiveKeySets {
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** Name of the table `keys`. */
  readonly table: string;
}

/** Key sets of identity providers over the network, their copies in DynamoDB. One for the life of the process: it is the cache. */
export const liveKeySets = ({ fetcher, clock, client, table }: LiveKeySets): KeySets =>
  cachedKeySets({ fetcher, clock, store: dynamoDbDocumentStore({ client, table }) });
