import type { PutItemInput } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../outcome.ts';
import type { DocumentStore, StoredDocument } from '../../ports/documents.ts';
import { epochMilliseconds } from '../../time.ts';
import { conditionFailed, type DynamoDb } from './client.ts';

export interface DocumentTable {
  readonly client: DynamoDb;
  readonly table: string;
}

/** An item has at most 400 KB, names included. */
const MAX_TEXT_BYTES = 300 * 1024;
/** A document older than a day serves nobody; one more day, because TTL deletes when it gets to it. */
const KEPT_SECONDS = 2 * 24 * 3_600;

/**
 * The store over the DynamoDB table `keys`: partition key `pk` (string), `text`, `fetchedAt` (milliseconds), `expires`
 * (TTL, seconds). A document is at most 300 KB; an older one never replaces a newer one. Throws `Fault('key-sets')`
 * where the table does not answer.
 */
export function dynamoDbDocumentStore({ client, table }: DocumentTable): DocumentStore {
  return {
    async get(key, signal) {
      try {
        const { Item: item } = await client.call('GetItem', { TableName: table, Key: { pk: { S: key } } }, signal);
        const [text, fetchedAt] = [item?.['text']?.S, Number(item?.['fetchedAt']?.N)];
        return text === undefined || !Number.isFinite(fetchedAt)
          ? null
          : { text, fetchedAt: epochMilliseconds(fetchedAt) };
      } catch (cause) {
        throw new Fault('key-sets', 'the table of kept documents cannot be read', { cause });
      }
    },
    async put(key, document, signal) {
      if (Buffer.byteLength(document.text) > MAX_TEXT_BYTES) throw new TypeError('a kept document has at most 300 KB');
      try {
        await client.call('PutItem', putUnlessNewer(table, key, document), signal);
      } catch (cause) {
        if (conditionFailed(cause)) return;
        throw new Fault('key-sets', 'the table of kept documents cannot be written', { cause });
      }
    },
  };
}

function putUnlessNewer(table: string, key: string, { text, fetchedAt }: StoredDocument): PutItemInput {
  return {
    TableName: table,
    Item: {
      pk: { S: key },
      text: { S: text },
      fetchedAt: { N: String(fetchedAt) },
      expires: { N: String(Math.floor(fetchedAt / 1000) + KEPT_SECONDS) },
    },
    ConditionExpression: 'attribute_not_exists(pk) OR #fetchedAt < :fetchedAt',
    ExpressionAttributeNames: { '#fetchedAt': 'fetchedAt' },
    ExpressionAttributeValues: { ':fetchedAt': { N: String(fetchedAt) } },
  };
}
