import { Fault } from '../../outcome.ts';
import type { RevocationList } from '../../revocation/ports.ts';
import { type Revocation, StandingRevocations } from '../../revocation/revocation.ts';
import { conditionFailed } from './client.ts';
import { keyOf, type StateTable } from './state-table.ts';

/** The one item that has them all: each function reads it every few seconds. */
const KEY = 'revocations';
/** DynamoDB's item has 400 KB; each reader takes all of it, so that it is kept well below that. */
const MOST_CHARACTERS = 200_000;
/** Several operators at once: each attempt reads anew. */
const MOST_ATTEMPTS = 20;

interface Stored {
  readonly version: number;
  readonly all: readonly Revocation[];
}

/** Reads all of them, consistently. `last` is given back where nothing has changed. */
export async function readStanding(
  table: StateTable,
  last: VersionedRevocations | null,
  signal: AbortSignal,
): Promise<VersionedRevocations> {
  const { version, all } = await read(table, signal);
  return last?.version === version ? last : new VersionedRevocations(version, all);
}

export class VersionedRevocations extends StandingRevocations {
  readonly version: number;

  constructor(version: number, all: readonly Revocation[]) {
    super(all);
    this.version = version;
  }
}

/** The list as operators read and change it. */
export const dynamoRevocationList = (table: StateTable): RevocationList => ({
  read: async (signal) => (await read(table, signal)).all,
  change: (change, signal) => changeStanding(table, change, signal),
});

/**
 * Changes the list by one conditional write, on what a consistent read has just found; again where somebody else was
 * first. `full`: it would be larger than every function may be made to read. Throws `Fault('revocations')` where it is
 * not known whether the change was made: made again, it changes nothing further.
 */
async function changeStanding(
  table: StateTable,
  change: (all: readonly Revocation[]) => readonly Revocation[],
  signal: AbortSignal,
): Promise<readonly Revocation[] | 'full'> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const before = await read(table, signal);
    const all = change(before.all);
    if (all === before.all) return all;
    const json = JSON.stringify(all);
    if (json.length > MOST_CHARACTERS && all.length >= before.all.length) return 'full';
    if (await write(table, before.version, json, signal)) return all;
  }
  throw new Fault('revocations', 'the list of revocations is being changed by too many at once');
}

async function read({ client, table }: StateTable, signal: AbortSignal): Promise<Stored> {
  try {
    const { Item } = await client.call('GetItem', { TableName: table, Key: keyOf(KEY), ConsistentRead: true }, signal);
    if (Item === undefined) return { version: 0, all: [] };
    return { version: Number(Item['version']?.N), all: JSON.parse(Item['list']?.S ?? '') as Revocation[] };
  } catch (cause) {
    throw new Fault('revocations', 'the list of revocations cannot be read', { cause });
  }
}

async function write({ client, table }: StateTable, before: number, list: string, signal: AbortSignal) {
  const input = {
    TableName: table,
    Item: { ...keyOf(KEY), version: { N: String(before + 1) }, list: { S: list } },
    ...(before === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :before OR (#version = :next AND #list = :list)',
          ExpressionAttributeNames: { '#version': 'version', '#list': 'list' },
          ExpressionAttributeValues: {
            ':before': { N: String(before) },
            ':next': { N: String(before + 1) },
            ':list': { S: list },
          },
        }),
  };
  try {
    await client.call('PutItem', input, signal);
    return true;
  } catch (cause) {
    if (conditionFailed(cause)) return false;
    throw new Fault('revocations', 'the list of revocations was not written', { cause });
  }
}
