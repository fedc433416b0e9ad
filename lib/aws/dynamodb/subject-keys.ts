import { createHash } from 'node:crypto';
import type { SealingKey, SealRequest, SubjectKeyReader, SubjectKeys } from '../../archive/subject-keys.ts';
import { forEachAtOnce } from '../../archive/written.ts';
import { issuanceId } from '../../ledger/id.ts';
import type { RecordKey } from '../../ledger/partitions.ts';
import { Fault } from '../../outcome.ts';
import type { Clock, Random } from '../../ports/host.ts';
import { conditionFailed } from './client.ts';
import type { Item } from './ledger-item.ts';
import { batchGet, type LedgerTable } from './ledger-queries.ts';

const KEY_BYTES = 32;
const SK = 'key';

/** Whose key is which: found by a digest of the name, so that what is left of it after an erasure is no name. */
export const nameKey = (identity: string): RecordKey => ({
  pk: `subject#${createHash('sha256').update(identity).digest('hex')}`,
  sk: SK,
});
/** The key itself, under a name that was drawn at random: whoever has an entry of the log learns no name from it. */
export const dataKey = (id: string): RecordKey => ({ pk: `subject-key#${id}`, sk: SK });

export const itemKey = ({ pk, sk }: RecordKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** A pseudonym: `sub_` and 26 characters. */
export const newPseudonym = (clock: Clock, random: Random): string =>
  `sub_${issuanceId(clock.now(), random).slice('iss_'.length)}`;

/** What is known of a person's keys. */
export interface NameItem {
  /** null: none was made, or it was destroyed and none was made since. */
  readonly current: string | null;
  /** The last erasure: nothing from `until` or before is kept. */
  readonly erased: { readonly id: string; readonly until: number } | null;
  /** Every key that was, or is yet to be, destroyed. */
  readonly erasedIds: readonly string[];
}

export function nameOf(item: Item | undefined): NameItem {
  const [id, until] = [item?.['erasedId']?.S, item?.['erasedAt']?.N];
  return {
    current: item?.['keyId']?.S ?? null,
    erased: id === undefined || until === undefined ? null : { id, until: Number(until) },
    erasedIds: item?.['erasedIds']?.SS ?? [],
  };
}

/** Keys as readers of the archive find them. */
export const dynamoKeyReader = (table: LedgerTable): SubjectKeyReader => ({
  forOpening: async (ids, signal) => {
    const keys = [...new Set(ids)].map(dataKey);
    const items = await batchGet(table, keys, { consistent: true, signal });
    return new Map(
      items.map((item) => {
        const key = item['data']?.S;
        const id = (item['pk']?.S ?? '').slice('subject-key#'.length);
        return [id, key === undefined ? ('erased' as const) : Buffer.from(key, 'base64')] as const;
      }),
    );
  },
});

/** What somebody is called in sealed entries now; null: they have no key, or it was destroyed. */
export async function pseudonymOf(table: LedgerTable, identity: string, signal: AbortSignal): Promise<string | null> {
  const [item] = await batchGet(table, [nameKey(identity)], { consistent: true, signal });
  return nameOf(item).current;
}

export interface SubjectKeysOptions extends LedgerTable {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Keys in the ledger's table, two items a person. Nothing is remembered between calls: a key that was destroyed
 * meanwhile is not used again. Both reads are consistent.
 */
export function dynamoSubjectKeys(options: SubjectKeysOptions): SubjectKeys {
  return {
    forSealing: async (requests, signal) => {
      const names = await namesOf(options, requests, signal);
      const newest = newestOf(requests);
      const missing = [...names].filter(
        ([identity, { current, erased }]) => current === null && (newest.get(identity) ?? 0) > (erased?.until ?? -1),
      );
      await forEachAtOnce(missing, async ([identity]) => {
        names.set(identity, await makeKey(options, identity, signal));
      });
      const ids = [...names.values()].flatMap(({ current }) => current ?? []);
      const keys = await dynamoKeyReader(options).forOpening(ids, signal);
      return requests.map((request) => sealingKey(request, names.get(request.identity) ?? nameOf(undefined), keys));
    },
  };
}

const newestOf = (requests: readonly SealRequest[]): ReadonlyMap<string, number> =>
  requests.reduce(
    (newest, { identity, time }) => newest.set(identity, Math.max(time, newest.get(identity) ?? 0)),
    new Map<string, number>(),
  );

async function namesOf(table: LedgerTable, requests: readonly SealRequest[], signal: AbortSignal) {
  const byKey = new Map(requests.map(({ identity }) => [nameKey(identity).pk, identity]));
  const keys = [...byKey.keys()].map((pk) => ({ pk, sk: SK }));
  const items = await batchGet(table, keys, { consistent: true, signal });
  const found = new Map(items.map((item) => [item['pk']?.S, item]));
  return new Map([...byKey].map(([pk, identity]) => [identity, nameOf(found.get(pk))]));
}

function sealingKey(
  { time }: SealRequest,
  { current, erased }: NameItem,
  keys: ReadonlyMap<string, Uint8Array | 'erased'>,
): SealingKey {
  // A record from before an erasure that comes again, or late, must not come back under the key of after it.
  if (erased !== null && time <= erased.until) return { id: erased.id, key: null };
  const key = current === null ? undefined : keys.get(current);
  if (current === null || key === undefined || key === 'erased') {
    throw new Fault('archive', 'the data key of a person is missing');
  }
  return { id: current, key };
}

/**
 * The key is there before the name leads to it. Of two at once one is taken; the other stays behind, and seals nothing.
 */
async function makeKey(options: SubjectKeysOptions, identity: string, signal: AbortSignal): Promise<NameItem> {
  const { client, table, clock, random } = options;
  const id = newPseudonym(clock, random);
  const data = { S: Buffer.from(random.bytes(KEY_BYTES)).toString('base64') };
  try {
    const Item = { ...itemKey(dataKey(id)), data };
    await client.call('PutItem', { TableName: table, Item }, signal);
    const { Attributes } = await client.call(
      'UpdateItem',
      {
        TableName: table,
        Key: itemKey(nameKey(identity)),
        UpdateExpression: 'SET keyId = :id REMOVE #expires',
        ConditionExpression: 'attribute_not_exists(keyId) OR keyId = :id',
        ExpressionAttributeNames: { '#expires': 'expires' },
        ExpressionAttributeValues: { ':id': { S: id } },
        ReturnValues: 'ALL_NEW',
      },
      signal,
    );
    return nameOf(Attributes);
  } catch (cause) {
    if (!conditionFailed(cause)) throw new Fault('archive', 'the data key of a person cannot be made', { cause });
    const [item] = await batchGet(options, [nameKey(identity)], { consistent: true, signal });
    return nameOf(item);
  }
}
