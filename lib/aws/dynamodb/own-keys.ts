import { isJsonObject, type JsonObject } from '../../json.ts';
import { Fault } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import type { OwnKeys } from '../../ports/keys.ts';
import type { DynamoDb } from './client.ts';

/**
 * Item of the keys table that only the rotation function may write: this broker's published key set. It does not
 * expire.
 */
const ITEM = 'own#signing-keys';
const FRESH_MS = 60_000;
/** Longest wait of a rotation for the published keys to be written. */
const PUBLISH_MS = 5_000;
/** A token with an unknown kid makes nobody read more often than this. */
const COOLDOWN_MS = 5_000;

export interface KeysTable {
  readonly client: DynamoDb;
  readonly table: string;
}

/** Replaces the published key set (a JWK Set, RFC 7517 section 5). */
export async function publishOwnKeys({ client, table }: KeysTable, keys: readonly JsonObject[]): Promise<void> {
  const text = JSON.stringify({ keys });
  await client.call(
    'PutItem',
    { TableName: table, Item: { pk: { S: ITEM }, text: { S: text } } },
    AbortSignal.timeout(PUBLISH_MS),
  );
}

/**
 * This broker's published keys, kept for a minute from when they were asked for and never used longer, so that a key
 * which was dropped in an emergency is good nowhere after it. Read again for an unknown kid, so that a fresh key is
 * known at once. Throws `Fault` where they cannot be read.
 */
export function ownKeys(table: KeysTable, clock: Clock): OwnKeys {
  let kept: { readonly keys: readonly JsonObject[]; readonly readAt: number } | null = null;
  const read = async (maxAgeMs: number, signal: AbortSignal): Promise<readonly JsonObject[]> => {
    if (kept !== null && clock.now() - kept.readAt < maxAgeMs) return kept.keys;
    const readAt = clock.now();
    const keys = await readOwnKeys(table, signal);
    kept = { keys, readAt };
    return keys;
  };
  return {
    all: (signal) => read(FRESH_MS, signal),
    find: async (kid, signal) => {
      const known = named(await read(FRESH_MS, signal), kid);
      return known.length > 0 ? known : named(await read(COOLDOWN_MS, signal), kid);
    },
  };
}

const named = (keys: readonly JsonObject[], kid: string | undefined): readonly JsonObject[] =>
  kid === undefined ? keys : keys.filter((key) => key['kid'] === kid);

async function readOwnKeys({ client, table }: KeysTable, signal: AbortSignal): Promise<readonly JsonObject[]> {
  try {
    const input = { TableName: table, Key: { pk: { S: ITEM } }, ConsistentRead: true };
    const { Item } = await client.call('GetItem', input, signal);
    const set: unknown = JSON.parse(Item?.['text']?.S ?? 'null');
    const keys = isJsonObject(set) ? set['keys'] : undefined;
    if (!Array.isArray(keys) || keys.length === 0) throw new Error('the item is absent or no key set');
    return keys.filter(isJsonObject);
  } catch (cause) {
    throw new Fault('key-sets', 'the published keys of this broker cannot be read', { cause });
  }
}
