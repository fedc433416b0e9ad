import type { UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { DenialDamper, type DenialWrite } from '../../ledger/denials.ts';
import type { IssuanceRecord } from '../../ledger/record.ts';
import { Fault } from '../../outcome.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { type Seconds, seconds } from '../../time.ts';
import { conditionFailed, type DynamoDb } from './client.ts';
import { denialItems, finishedItems, type Item, startedItem } from './ledger-item.ts';

export interface LedgerOptions {
  readonly client: DynamoDb;
  /** Name of the ledger table. */
  readonly table: string;
  /** How long DynamoDB keeps a record; default 90 days. */
  readonly retention?: Seconds;
  /** New denial records a minute for each connection and instance, before they become one; default 200. */
  readonly denialCeiling?: number;
}

/** Longest wait for a denial's record, which the caller's answer waits for too (contract section 4). */
const DENIAL_MS = 200;
const DEFAULT_RETENTION = seconds(90 * 86_400);
const DEFAULT_CEILING = 200;

/**
 * The ledger in DynamoDB. `started` and `finished` are one conditional PutItem each (and a small one for each scope
 * beyond the first); the same record written again, as the SDK does where an answer got lost, is no conflict. A
 * finished record is never written over by another.
 */
export function dynamoLedger(options: LedgerOptions): Ledger {
  const { retention = DEFAULT_RETENTION, denialCeiling = DEFAULT_CEILING } = options;
  const damper = new DenialDamper(denialCeiling);
  return {
    started: (record, signal) =>
      put(options, startedItem(record, retention), {
        condition: 'attribute_not_exists(pk) OR #record = :record',
        signal,
      }),
    finished: async (record, signal, after) => {
      const { item, pointers } = finishedItems(record, retention, after);
      // Side by side: before both are there nothing leaves, so whatever left is found under each of its scopes. A
      // pointer to nothing is skipped by readers.
      const written = [
        ...pointers.map((pointer) => putPointer(options, pointer, signal)),
        put(options, item, {
          condition: 'attribute_not_exists(pk) OR #outcome = :started OR #record = :record',
          signal,
        }),
      ];
      await Promise.allSettled(written);
      await Promise.all(written);
    },
    denied: async (record) => {
      const giveUp = AbortSignal.timeout(DENIAL_MS);
      await Promise.race([writeDenial(options, { damper, retention, record }, giveUp), aborted(giveUp)]);
    },
  };
}

/** Resolves once the signal aborts. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function put(
  { client, table }: LedgerOptions,
  item: Item,
  { condition, signal }: { readonly condition: string; readonly signal: AbortSignal },
): Promise<void> {
  const usesOutcome = condition.includes('#outcome');
  const input = {
    TableName: table,
    Item: item,
    ConditionExpression: condition,
    ExpressionAttributeNames: { '#record': 'record', ...(usesOutcome ? { '#outcome': 'outcome' } : {}) },
    ExpressionAttributeValues: {
      ':record': item['record'] ?? { S: '' },
      ...(usesOutcome ? { ':started': { S: 'started' } } : {}),
    },
  };
  try {
    await client.call('PutItem', input, signal);
  } catch (cause) {
    const conflict = conditionFailed(cause);
    throw new Fault('ledger', conflict ? 'the id has another record already' : 'the record was not written', { cause });
  }
}

async function putPointer({ client, table }: LedgerOptions, item: Item, signal: AbortSignal): Promise<void> {
  try {
    await client.call('PutItem', { TableName: table, Item: item }, signal);
  } catch (cause) {
    throw new Fault('ledger', 'the index of a further scope was not written', { cause });
  }
}

interface Denial {
  readonly damper: DenialDamper;
  readonly retention: Seconds;
  readonly record: IssuanceRecord;
}

/** Never throws: the refusal stands with or without its record, and the metrics count every one. */
async function writeDenial(options: LedgerOptions, denial: Denial, signal: AbortSignal): Promise<void> {
  try {
    const write = denial.damper.count(denial.record);
    if (write === null) return;
    await updateDenial(options, write, denial.retention, signal);
  } catch {
    // Best effort by contract; the log and the metrics have the refusal.
  }
}

async function updateDenial(
  options: LedgerOptions,
  { record, attempts }: DenialWrite,
  retention: Seconds,
  signal: AbortSignal,
): Promise<void> {
  const { key, first, pointers } = denialItems(record, retention);
  const names = Object.keys(first);
  const input: UpdateItemInput = {
    TableName: options.table,
    Key: key,
    UpdateExpression: `SET ${names.map((name) => `#${name} = if_not_exists(#${name}, :${name})`).join(', ')} ADD #attempts :attempts`,
    ExpressionAttributeNames: Object.fromEntries([...names, 'attempts'].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(first).map(([name, value]) => [`:${name}`, value])),
      ':attempts': { N: String(attempts) },
    },
    ReturnValues: 'ALL_NEW',
  };
  const { Attributes: written } = await options.client.call('UpdateItem', input, signal);
  const place = written?.['place']?.S;
  // Only the first attempt makes pointers: the count is its own then.
  if (place === undefined || written?.['attempts']?.N !== String(attempts)) return;
  await Promise.all(pointers(place).map((pointer) => putPointer(options, pointer, signal)));
}
