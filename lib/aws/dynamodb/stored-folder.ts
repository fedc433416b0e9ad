import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { BatchGetItemOutput, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { ConfigurationItem } from '../../configuration/items.ts';
import { packLines, partsOf, unpackLines } from '../../configuration/packed-lines.ts';
import { Fault } from '../../outcome.ts';
import { type ConfigurationPointer, type ConfigurationTable, documentKey, text } from './configuration-item.ts';

/** A file of the folder as it was written: a document, or what one names beside it. */
export interface StoredFile {
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

/** Key of a document -> SHA-256 of its text, lower-case hex; in the order of keys. */
export type ConfigurationIndex = ReadonlyMap<string, string>;

/** BatchGetItem takes 100 keys. */
const BATCH_KEYS = 100;
const ROUNDS = 8;

export function indexOf(items: readonly ConfigurationItem[]): ConfigurationIndex {
  const sorted = items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return new Map(sorted.map(({ key, doc }) => [key, sha256(doc)]));
}

/** What `hash` of a pointer is: it answers for the index, and the index for every document. */
export const hashOfIndex = (index: ConfigurationIndex): string => sha256(JSON.stringify([...index]));

/** What a version keeps beside its documents: which they are, and the files that they came of. */
export const folderItems = (index: ConfigurationIndex, files: readonly StoredFile[]): readonly ConfigurationItem[] => [
  ...packLines([...index]).map((doc, number) => ({ key: `index#${number}`, doc })),
  ...packLines(files).map((doc, number) => ({ key: `files#${number}`, doc })),
];

/**
 * Which documents a version has. null: it was applied by a release that kept no list. Throws `Fault('configuration')`
 * where the list is not the one that the pointer answers for.
 */
export async function readIndex(
  table: ConfigurationTable,
  { version, hash }: Pick<ConfigurationPointer, 'version' | 'hash'>,
  signal: AbortSignal,
): Promise<ConfigurationIndex | null> {
  const lines = await readPacked(table, version, 'index', signal);
  if (lines === null) return null;
  const index: ConfigurationIndex = new Map(lines as readonly [string, string][]);
  if (hashOfIndex(index) === hash) return index;
  throw new Fault('configuration', `the list of documents of version ${version} is not the one that was applied`);
}

/** The files that a version came of, as they were written; null: the release that applied it kept none. */
export async function readFiles(
  table: ConfigurationTable,
  version: number,
  signal: AbortSignal,
): Promise<readonly StoredFile[] | null> {
  return (await readPacked(table, version, 'files', signal)) as readonly StoredFile[] | null;
}

/**
 * Reads documents of a version, a batch at a time, so that memory does not grow with their number. Throws
 * `Fault('configuration')` for one that is missing or is not what the index says.
 */
export async function* readDocuments(
  table: ConfigurationTable,
  version: number,
  index: ConfigurationIndex,
  keys: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<ConfigurationItem> {
  for (let start = 0; start < keys.length; start += BATCH_KEYS) {
    const batch = keys.slice(start, start + BATCH_KEYS);
    const found = await batchOf(table, version, batch, signal);
    for (const key of batch) {
      const doc = found.get(key);
      if (doc === undefined || sha256(doc) !== index.get(key)) {
        throw new Fault('configuration', `${key} of version ${version} is missing, or is not what was applied`);
      }
      yield { key, doc };
    }
  }
}

async function readPacked(
  table: ConfigurationTable,
  version: number,
  name: string,
  signal: AbortSignal,
): Promise<readonly unknown[] | null> {
  const first = (await batchOf(table, version, [`${name}#0`], signal)).get(`${name}#0`);
  if (first === undefined) return null;
  const keys = Array.from({ length: partsOf(first) }, (_, number) => `${name}#${number}`);
  const found = await batchOf(table, version, keys, signal);
  const parts = keys.map((key) => found.get(key));
  if (parts.every((part) => part !== undefined)) return unpackLines(parts);
  throw new Fault('configuration', `a part of what version ${version} keeps is missing`);
}

async function batchOf(
  { client, table }: ConfigurationTable,
  version: number,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const prefix = `${version}#`;
  let left: KeysAndAttributes | undefined = {
    Keys: keys.map((key) => ({ pk: { S: documentKey(version, key) ?? '' } })),
    ConsistentRead: true,
  };
  for (let round = 0; left !== undefined; round += 1) {
    if (round === ROUNDS) throw new Fault('configuration', 'DynamoDB throttles reads of the configuration');
    if (round > 0) await setTimeout(25 * 2 ** round, undefined, { signal });
    const answer: BatchGetItemOutput = await client.call('BatchGetItem', { RequestItems: { [table]: left } }, signal);
    for (const item of answer.Responses?.[table] ?? [])
      found.set(text(item, 'pk').slice(prefix.length), text(item, 'doc'));
    left = answer.UnprocessedKeys?.[table];
  }
  return found;
}

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex');
