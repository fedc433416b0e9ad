import { setTimeout } from 'node:timers/promises';
import type { AttributeValue, BatchGetItemOutput, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { parseIssuanceId } from '../../ledger/id.ts';
import type { LedgerEntry, Range } from '../../ledger/merge.ts';
import {
  denialKey,
  type IndexName,
  type Partition,
  pointedTo,
  type RecordKey,
  recordKey,
} from '../../ledger/partitions.ts';
import { searchLedger } from '../../ledger/query.ts';
import { type LedgerStorage, walkLedger } from '../../ledger/reader.ts';
import { Fault } from '../../outcome.ts';
import type { LedgerQueries } from '../../ports/ledger.ts';
import type { DynamoDb } from './client.ts';
import { finishOf, type Item, readItem } from './ledger-item.ts';

export interface LedgerTable {
  readonly client: DynamoDb;
  /** Name of the ledger table. */
  readonly table: string;
}

/**
 * Reads of the ledger in DynamoDB. `get` is consistent; `list` and `walk` read indexes and may lag by about a second.
 */
export function dynamoLedgerQueries(ledger: LedgerTable): LedgerQueries {
  const storage = ledgerStorage(ledger);
  return {
    get: async (id, signal) => {
      if (parseIssuanceId(id) === null) return null;
      const reading = { consistent: true, signal };
      // An id does not say whether it is a denial's.
      const [item] = await batchGet(ledger, [recordKey(id), denialKey(id)], reading);
      if (item === undefined) return null;
      const finish = finishOf(item);
      const [outcome = item] = finish === null ? [] : await batchGet(ledger, [finish], reading);
      return readItem(outcome);
    },
    list: (filter, limit, cursor, signal) => searchLedger(storage, filter, limit, cursor, signal),
    walk: (filter, way, signal) => walkLedger(storage, filter, way, signal),
  };
}

const ledgerStorage = (ledger: LedgerTable): LedgerStorage => ({
  read: (partition, range, count, signal) => readPartition(ledger, partition, { ...range, count, signal }),
  records: async (keys, signal) => {
    const items = await batchGet(ledger, keys, { consistent: false, signal });
    return new Map(items.map((item) => [textOf(item, 'sk'), readItem(item)]));
  },
});

/** Each partition's key and sort attributes. */
const attributesOf = (index: IndexName | null) =>
  index === null ? (['pk', 'sk'] as const) : ([index, 'place'] as const);

async function readPartition(
  { client, table }: LedgerTable,
  { index, value }: Partition,
  page: Range & { readonly count: number; readonly signal: AbortSignal },
): Promise<{ readonly entries: readonly LedgerEntry[]; readonly more: boolean }> {
  const [hash, range] = attributesOf(index);
  const query = {
    TableName: table,
    ...(index === null ? {} : { IndexName: index }),
    KeyConditionExpression: '#hash = :hash AND #range BETWEEN :low AND :high',
    ExpressionAttributeNames: { '#hash': hash, '#range': range },
    ExpressionAttributeValues: { ':hash': { S: value }, ':low': { S: page.low }, ':high': { S: page.high } },
    ScanIndexForward: page.order === 'oldest-first',
    Limit: page.count,
  };
  const { Items = [], LastEvaluatedKey } = await sent(client.call('Query', query, page.signal));
  return { entries: Items.map((item) => entryOf(item, index)), more: LastEvaluatedKey !== undefined };
}

function entryOf(item: Item, index: IndexName | null): LedgerEntry {
  const key = { pk: textOf(item, 'pk'), sk: textOf(item, 'sk') };
  const outcome = finishOf(item);
  if (index === null) return { place: key.sk, key, record: readItem(item), ...(outcome === null ? {} : { outcome }) };
  return { place: textOf(item, 'place'), key: pointedTo(key), record: null };
}

function textOf(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new Fault('ledger', `an item of the ledger has no ${name}`);
  return text;
}

const BATCH = 100;
/** Keys that DynamoDB leaves unprocessed (16 MB, or throttling) are asked for again, with a pause that doubles. */
const ROUNDS = 6;
const FIRST_PAUSE_MS = 25;

export interface Reading {
  readonly consistent: boolean;
  readonly signal: AbortSignal;
}

/** The items with these keys, each given once, in no order. Throws `Fault('ledger')`. */
export async function batchGet(
  ledger: LedgerTable,
  keys: readonly RecordKey[],
  reading: Reading,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH).map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
    items.push(...(await batchOf(ledger, batch, reading)));
  }
  return items;
}

async function batchOf(
  { client, table }: LedgerTable,
  keys: Record<string, AttributeValue>[],
  reading: Reading,
): Promise<Item[]> {
  const items: Item[] = [];
  let left: KeysAndAttributes | undefined = { Keys: keys, ConsistentRead: reading.consistent };
  for (let round = 0; left !== undefined; round += 1) {
    if (round === ROUNDS) throw new Fault('ledger', 'DynamoDB throttles reads of the ledger');
    if (round > 0) await pause(FIRST_PAUSE_MS * 2 ** (round - 1), reading.signal);
    const { Responses, UnprocessedKeys }: BatchGetItemOutput = await sent(
      client.call('BatchGetItem', { RequestItems: { [table]: left } }, reading.signal),
    );
    items.push(...(Responses?.[table] ?? []));
    left = UnprocessedKeys?.[table];
  }
  return items;
}

async function sent<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new Fault('ledger', 'the ledger cannot be read', { cause });
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sent(setTimeout(milliseconds, undefined, { signal }));
}
