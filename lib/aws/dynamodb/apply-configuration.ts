import type { UpdateItemInput, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { ConfigurationDocuments } from '../../configuration/documents/configuration.ts';
import { CONFIGURATION_FORMAT } from '../../configuration/format.ts';
import { type ConfigurationItem, configurationItems } from '../../configuration/items.ts';
import { Fault } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import {
  COUNTER_KEY,
  type ConfigurationPointer,
  type ConfigurationTable,
  documentKey,
  wholeNumber,
} from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';
import { ConcurrentApply, movePointer, type PointerBase } from './move-pointer.ts';
import { folderItems, hashOfIndex, indexOf, type StoredFile } from './stored-folder.ts';

export interface ApplyOptions extends ConfigurationTable {
  readonly clock: Clock;
  /** The deployment's issuer: readers of another deployment refuse this configuration. */
  readonly issuer: string;
  /** Who applies, for people. */
  readonly appliedBy: string;
  readonly reason?: string | null;
  readonly commit?: string | null;
  /** What the documents were made of, to be shown and written again. */
  readonly files?: readonly StoredFile[];
  /** What must be in force still; null: nothing. Absent: whatever is. */
  readonly base?: PointerBase | null;
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
 * Writes the documents as items of a new version, then moves the pointer to it: readers see all of it or none. The
 * pointer moves only from where it was at the start (`base`, where that is given); of two at once one wins, and the
 * other throws `ConcurrentApply`. A failure before the pointer moves changes nothing in force. Throws what the client
 * throws where DynamoDB cannot be reached.
 */
export async function applyConfiguration(
  documents: ConfigurationDocuments,
  options: ApplyOptions,
): Promise<AppliedConfiguration> {
  const signal = options.signal ?? new AbortController().signal;
  const before = await readConfigurationPointer(options, signal);
  if (options.base !== undefined && !isAt(before, options.base)) throw new ConcurrentApply();
  const items = configurationItems(documents);
  const index = indexOf(items);
  const hash = hashOfIndex(index);
  const { issuer, appliedBy, clock, reason = null, commit = null, files = [] } = options;
  if (before !== null && before.hash === hash && before.issuer === issuer && before.format === CONFIGURATION_FORMAT) {
    return { version: before.version, change: 'unchanged', previous: before.previous, hash };
  }
  const version = await nextVersion(options, signal);
  await writeItems(options, version, [...items, ...folderItems(index, files)], signal);
  const made = { version, issuer, appliedAt: clock.now(), appliedBy, hash, reason, commit };
  await movePointer(options, before, { ...made, format: CONFIGURATION_FORMAT, how: 'apply' }, signal);
  return { version, change: 'applied', previous: before?.version ?? null, hash };
}

const isAt = (pointer: ConfigurationPointer | null, base: PointerBase | null): boolean =>
  pointer?.version === base?.version && pointer?.appliedAt === base?.appliedAt;

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
