/**
 * Where records lie. Every partition is a value and a shard, sorted by a text that begins with the time: never a key a
 * day, never one key for a busy scope. `docs/storage.md` counts why. Changing a number here hides what was written
 * before.
 */
import { createHash } from 'node:crypto';
import { parseIssuanceId } from './id.ts';

/**
 * Of all records but denials, in the table itself: a thousand issuances a second are about 125 write units a second on
 * each.
 */
const RECORD_SHARDS = 16;
/**
 * Of one scope, one principal, and the denials: the rate at which one of them may be written is this many times a
 * partition's.
 */
const INDEX_SHARDS = 8;

export type IndexName = 'principal' | 'scope' | 'accessKey';

/** One sorted run of records. `index: null`: of the table itself. */
export interface Partition {
  readonly index: IndexName | null;
  readonly value: string;
}

export interface RecordKey {
  readonly pk: string;
  readonly sk: string;
}

/** The shard of an id: evenly spread, the same for ever. Throws `RangeError` for what is no id. */
function shardOf(id: string, shards: number): number {
  const parts = parseIssuanceId(id);
  if (parts === null) throw new RangeError('not an issuance id');
  return parts.spread % shards;
}

/** Where a record that is no denial lies. */
export const recordKey = (id: string): RecordKey => ({ pk: `issuance#${shardOf(id, RECORD_SHARDS)}`, sk: id });

/**
 * Where the outcome of an issuance of which `started` was written lies: under the first of its scopes, so that finding
 * it by that takes no index. `started` stays where it is, and says so.
 */
export const outcomeKey = (scope: string, id: string): RecordKey => ({ pk: `scope#${indexValue(scope, id)}`, sk: id });

/** Where an outcome that is no denial may lie, the likelier place first. */
export const outcomePlaces = (scopes: readonly string[], id: string): readonly RecordKey[] => [
  ...scopes.slice(0, 1).map((scope) => outcomeKey(scope, id)),
  recordKey(id),
];

/**
 * Where a denial lies: apart, because its key is made of what it is a repeat of, while its place in time is its first
 * attempt's.
 */
export const denialKey = (id: string): RecordKey => ({ pk: `denial#${shardOf(id, RECORD_SHARDS)}`, sk: id });

/** Where the further scopes of an issuance of several lie, one small item each, so that each scope's index finds it. */
export const pointerKey = (to: RecordKey, scope: number): RecordKey => ({
  pk: `pointer#${to.pk}`,
  sk: `${to.sk}#${scope}`,
});

/** The record's key, where this is a pointer's; else the key itself. */
export function pointedTo(key: RecordKey): RecordKey {
  const [kind, ...pk] = key.pk.split('#');
  const [id = ''] = key.sk.split('#');
  return kind === 'pointer' ? { pk: pk.join('#'), sk: id } : key;
}

/**
 * Values come from callers and may be long or empty: a digest is neither. 128 bits; a reader compares the record itself
 * anyway.
 */
const digest = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 32);

/** The index attribute of a record's principal or of one of its scopes. */
export const indexValue = (value: string, id: string): string => `${digest(value)}#${shardOf(id, INDEX_SHARDS)}`;

/**
 * Denials have no access key, so that index is free to hold them by time: a fourth one would cost every issuance a
 * write.
 */
export const denialIndexValue = (id: string): string => `denial#${shardOf(id, INDEX_SHARDS)}`;

const shards = (count: number): readonly number[] => Array.from({ length: count }, (_, shard) => shard);

export const recordPartitions = (): readonly Partition[] =>
  shards(RECORD_SHARDS).map((shard) => ({ index: null, value: `issuance#${shard}` }));

export const denialPartitions = (): readonly Partition[] =>
  shards(INDEX_SHARDS).map((shard) => ({ index: 'accessKey', value: `denial#${shard}` }));

const indexPartitions = (index: IndexName, value: string): readonly Partition[] =>
  shards(INDEX_SHARDS).map((shard) => ({ index, value: `${digest(value)}#${shard}` }));

export const principalPartitions = (principal: string): readonly Partition[] => indexPartitions('principal', principal);

/** Outcomes that lie under their scope, and the index for the rest: denials, further scopes, what had no `started`. */
export const scopePartitions = (scope: string): readonly Partition[] => [
  ...shards(INDEX_SHARDS).map((shard) => ({ index: null, value: `scope#${digest(scope)}#${shard}` })),
  ...indexPartitions('scope', scope),
];

/** An access key is one issuance's alone, so it needs no shards. */
export const accessKeyPartitions = (accessKeyId: string): readonly Partition[] => [
  { index: 'accessKey', value: accessKeyId },
];
