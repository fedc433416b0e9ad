import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../outcome.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../time.ts';
import type { DynamoDb } from './client.ts';

export interface ConfigurationTable {
  readonly client: DynamoDb;
  /** Name of the configuration table. */
  readonly table: string;
}

/** The item that says which version is in force. */
export const POINTER_KEY = 'current';
/** The item that hands out version numbers; a number is given once, also where its apply fails. */
export const COUNTER_KEY = 'versions';

/** DynamoDB: a partition key has at most 2,048 bytes. */
const MAX_KEY_BYTES = 2048;

/** Which version of the configuration is in force, for which issuer, and where it came from. */
export interface ConfigurationPointer {
  readonly version: number;
  readonly issuer: string;
  readonly appliedAt: EpochMilliseconds;
  /** Who applied it, as they said; for people. */
  readonly appliedBy: string;
  /** SHA-256 over the keys and digests of all documents, lower-case hex. */
  readonly hash: string;
  /** The version that was in force before; null for the first. */
  readonly previous: number | null;
  /** Of the documents (`lib/configuration/format.ts`). */
  readonly format: number;
  /** `rollback`: an earlier version was put in force again, and who, when and why are those of that. */
  readonly how: 'apply' | 'rollback';
  /** Why, as they said; null: they did not. */
  readonly reason: string | null;
  /** The commit of the folder, with `-dirty` where files differed from it; null: it had none. */
  readonly commit: string | null;
  /** Key of the item that keeps the pointer before this one; null: there was none, or it was not kept. */
  readonly before: string | null;
}

type Item = Record<string, AttributeValue>;

/** The key of a document under its version; null where no item can have it. */
export function documentKey(version: number, key: string): string | null {
  const pk = `${version}#${key}`;
  return Buffer.byteLength(pk) > MAX_KEY_BYTES ? null : pk;
}

export function pointerItem(pointer: ConfigurationPointer): Item {
  return {
    pk: { S: POINTER_KEY },
    version: { N: String(pointer.version) },
    issuer: { S: pointer.issuer },
    appliedAt: { N: String(pointer.appliedAt) },
    appliedBy: { S: pointer.appliedBy },
    hash: { S: pointer.hash },
    format: { N: String(pointer.format) },
    how: { S: pointer.how },
    ...(pointer.previous === null ? {} : { previous: { N: String(pointer.previous) } }),
    ...(pointer.reason === null ? {} : { reason: { S: pointer.reason } }),
    ...(pointer.commit === null ? {} : { commit: { S: pointer.commit } }),
    ...(pointer.before === null ? {} : { before: { S: pointer.before } }),
  };
}

/** Where a pointer is kept once another has taken its place: its time tells two moves to one version apart. */
export const keptPointerKey = ({ appliedAt, version }: ConfigurationPointer): string => `move#${appliedAt}#${version}`;

/** Reads a pointer item. Throws `TypeError` where it is none, which a reader takes for a fault. */
export function readPointer(item: Item): ConfigurationPointer {
  return {
    version: wholeNumber(item, 'version'),
    issuer: text(item, 'issuer'),
    appliedAt: epochMilliseconds(wholeNumber(item, 'appliedAt')),
    appliedBy: text(item, 'appliedBy'),
    hash: text(item, 'hash'),
    previous: item['previous'] === undefined ? null : wholeNumber(item, 'previous'),
    // Pointers of before have none of these.
    format: item['format'] === undefined ? 1 : wholeNumber(item, 'format'),
    how: item['how']?.S === 'rollback' ? 'rollback' : 'apply',
    reason: item['reason']?.S ?? null,
    commit: item['commit']?.S ?? null,
    before: item['before']?.S ?? null,
  };
}

export function text(item: Item, attribute: string): string {
  const value = item[attribute]?.S;
  if (value === undefined) throw new TypeError(`the configuration table has an item without ${attribute}`);
  return value;
}

export function wholeNumber(item: Item, attribute: string): number {
  const value = Number(item[attribute]?.N ?? Number.NaN);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new TypeError(`the configuration table has an item without ${attribute}`);
  }
  return value;
}

/** The caller's deadline passed while it waited for a read. */
export const lateConfiguration = (cause: unknown): Fault =>
  new Fault('configuration', 'the deadline passed while the configuration was being read', { cause });
