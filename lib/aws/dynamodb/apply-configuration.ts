import { createHash } from 'node:crypto';
import type { UpdateItemInput, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { ConfigurationDocuments } from '../../configuration/documents.ts';
import { type ConfigurationItem, configurationItems } from '../../configuration/items.ts';
import { Fault } from '../../outcome.ts';
import type { Clock } from '../../ports.ts';
import { conditionFailed } from './client.ts';
import {
  COUNTER_KEY,
  type ConfigurationPointer,
  type ConfigurationTable,
  documentKey,
  pointerItem,
  wholeNumber,
} from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';

export interface ApplyOptions extends ConfigurationTable {
  readonly clock: Clock;
  /** The deployment's issuer: readers of another deployment refuse this configuration. */
  readonly issuer: string;
  /** Who applies, for people. */
  readonly appliedBy: string;
  readonly signal?: AbortSignal;
}

export interface AppliedConfiguration {
  /** The version now in force. */
  readonly version: number;
  /** `unchanged`: the very same documents were in force already, and nothing was written. */
  readonly change: 'applied' | 'unchanged';
  readonly previous: number | null;
  readonly hash: string;
}

/**
 * Another apply moved the pointer while this one wrote its documents: its version is in force, and this one's is not.
 */
export class ConcurrentApply extends Error {
  constructor() {
    super('another configuration was applied at the same time and is in force; look at it, then apply again');
    this.name = 'ConcurrentApply';
  }
}

/**
 * Writes the documents as items of a new version, then moves the pointer to it: readers see all of it or none. The
 * pointer moves only from the version that was in force at the start; of two at once one wins, and the other throws
 * `ConcurrentApply`. A failure before the pointer moves changes nothing in force. Throws what the client throws where
 * DynamoDB cannot be reached.
 */
export async function applyConfiguration(
  documents: ConfigurationDocuments,
  options: ApplyOptions,
): Promise<AppliedConfiguration> {
  const signal = options.signal ?? new AbortController().signal;
  const before = await readConfigurationPointer(options, signal);
  const items = configurationItems(documents);
  const hash = hashOf(items);
  if (before !== null && before.hash === hash && before.issuer === options.issuer) {
    return { version: before.version, change: 'unchanged', previous: before.previous, hash };
  }
  const version = await nextVersion(options, signal);
  await writeItems(options, version, items, signal);
  const previous = before?.version ?? null;
  const { issuer, appliedBy, clock } = options;
  await movePointer(options, { version, issuer, appliedAt: clock.now(), appliedBy, hash, previous }, signal);
  return { version, change: 'applied', previous, hash };
}

function hashOf(items: readonly ConfigurationItem[]): string {
  const hash = createHash('sha256');
  const sorted = items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, doc } of sorted) hash.update(`${JSON.stringify([key, doc])}\n`);
  return hash.digest('hex');
}

/** Numbers are handed out once, so that two applies at once never write items of one version. */
async function nextVersion({ client, table }: ConfigurationTable, signal: AbortSignal): Promise<number> {
  const input: UpdateItemInput = {
    TableName: table,
    Key: { pk: { S: COUNTER_KEY } },
    UpdateExpression: 'ADD #last :one',
    ExpressionAttributeNames: { '#last': 'last' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
    ReturnValues: 'UPDATED_NEW',
  };
  const { Attributes } = await client.call('UpdateItem', input, signal);
  return wholeNumber(Attributes ?? {}, 'last');
}

/** BatchWriteItem takes 25 items and 16 MB. */
const BATCH_ITEMS = 25;
const BATCH_BYTES = 8_000_000;
const PARALLEL_BATCHES = 4;
const ATTEMPTS = 8;

async function writeItems(
  options: ConfigurationTable,
  version: number,
  items: readonly ConfigurationItem[],
  signal: AbortSignal,
): Promise<void> {
  const batches = batchesOf(version, items);
  const writeNext = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop())
      await writeBatch(options, batch, signal);
  };
  await Promise.all(Array.from({ length: PARALLEL_BATCHES }, writeNext));
}

function batchesOf(version: number, items: readonly ConfigurationItem[]): WriteRequest[][] {
  const batches: WriteRequest[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { key, doc } of items) {
    const pk = documentKey(version, key);
    if (pk === null) throw new TypeError(`${key} is too long for a key of the configuration table`);
    const request = { PutRequest: { Item: { pk: { S: pk }, doc: { S: doc } } } };
    const size = Buffer.byteLength(doc);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH_ITEMS || bytes + size > BATCH_BYTES) {
      batches.push([request]);
      bytes = size;
    } else {
      last.push(request);
      bytes += size;
    }
  }
  return batches;
}

/** What DynamoDB left out (it throttles a part of a batch) is written again, later each time. */
async function writeBatch({ client, table }: ConfigurationTable, batch: WriteRequest[], signal: AbortSignal) {
  let rest = batch;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await pause(50 * 2 ** attempt, signal);
    const input = { RequestItems: { [table]: rest } };
    const { UnprocessedItems } = await client.call('BatchWriteItem', input, signal);
    rest = UnprocessedItems?.[table] ?? [];
    if (rest.length === 0) return;
  }
  throw new Fault('configuration', 'DynamoDB throttles: not all documents were written, and nothing has changed');
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

async function movePointer(
  { client, table }: ConfigurationTable,
  pointer: ConfigurationPointer,
  signal: AbortSignal,
): Promise<void> {
  const isFirst = pointer.previous === null;
  const input = {
    TableName: table,
    Item: pointerItem(pointer),
    ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : '#version = :previous',
    ...(isFirst
      ? {}
      : {
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':previous': { N: String(pointer.previous) } },
        }),
  };
  try {
    await client.call('PutItem', input, signal);
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    // The SDK sends again what got no answer: the pointer may be this one's own already.
    const now = await readConfigurationPointer({ client, table }, signal);
    if (now?.version !== pointer.version) throw new ConcurrentApply();
  }
}
