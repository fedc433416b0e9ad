import type { WitnessStore } from '../../archive/witness.ts';
import { Fault } from '../../outcome.ts';
import { conditionFailed, type DynamoDb } from './client.ts';

/** What a witness keeps, an item for each log, in a table whose partition key is `origin`. */
export function dynamoWitnessStore(client: DynamoDb, table: string): WitnessStore {
  return {
    read: async (origin, signal) => {
      const key = { TableName: table, Key: { origin: { S: origin } }, ConsistentRead: true };
      const { Item: item } = await client.call('GetItem', key, signal);
      if (item === undefined) return null;
      const size = Number(item['size']?.N);
      const root = Buffer.from(item['root']?.S ?? '', 'base64');
      if (!Number.isSafeInteger(size)) throw new Fault('archive', 'what the witness kept is damaged');
      return { size, root };
    },
    write: async (origin, { size, root }, before, signal) => {
      const item = {
        origin: { S: origin },
        size: { N: String(size) },
        root: { S: Buffer.from(root).toString('base64') },
      };
      const condition =
        before === null
          ? { ConditionExpression: 'attribute_not_exists(origin)' }
          : {
              ConditionExpression: '#size = :before',
              ExpressionAttributeNames: { '#size': 'size' },
              ExpressionAttributeValues: { ':before': { N: String(before) } },
            };
      try {
        await client.call('PutItem', { TableName: table, Item: item, ...condition }, signal);
        return 'written';
      } catch (cause) {
        if (conditionFailed(cause)) return 'conflict';
        throw cause;
      }
    },
  };
}
