import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApplyOptions, applyConfiguration } from '../../../lib/aws/dynamodb/apply-configuration.ts';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { configurationHistory } from '../../../lib/aws/dynamodb/configuration-history.ts';
import { configurationReader, readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { createTables } from '../../../lib/aws/dynamodb/create-tables.ts';
import { ConcurrentApply } from '../../../lib/aws/dynamodb/move-pointer.ts';
import { rollbackConfiguration } from '../../../lib/aws/dynamodb/rollback-configuration.ts';
import { readDocuments, readFiles, readIndex } from '../../../lib/aws/dynamodb/stored-folder.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import type { Client } from '../../../lib/configuration/documents/clients.ts';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { CONFIGURATION_FORMAT } from '../../../lib/configuration/format.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';

const ISSUER = 'https://broker.example.com';
const START = 1_795_000_000_000;
const NAMES = Array.from({ length: 30 }, (_, index) => `client-${index}`);

/** Every client says which edition it is of, so that a mixture of two would be seen. */
const edition = (mark: string): ConfigurationDocuments => ({
  connections: [],
  scopes: [],
  clients: NAMES.map(
    (client): Client => ({
      client,
      authentication: { method: 'public' },
      redirectUris: [],
      claims: { mark },
      introspects: [],
    }),
  ),
});

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

let number = 0;
const clock = standingClock(epochMilliseconds(START));

/** A deployment of its own, and what is done to it; each move is a second later. */
async function deployment() {
  number += 1;
  const prefix = `history-${process.pid}-${number}`;
  await createTables(tables.sdk, prefix);
  const at = { client: tables.client, table: tableName(prefix, 'config') };
  const apply = (mark: string, more: Partial<ApplyOptions> = {}) => {
    clock.time = epochMilliseconds(clock.time + 1_000);
    return applyConfiguration(edition(mark), { ...at, clock, issuer: ISSUER, appliedBy: `author of ${mark}`, ...more });
  };
  const rollback = (version: number | null = null, client: DynamoDb = at.client) => {
    clock.time = epochMilliseconds(clock.time + 1_000);
    const why = { appliedBy: 'the one on call', reason: 'it broke' };
    return rollbackConfiguration({ ...at, client, clock, version, ...why, signal: noDeadline });
  };
  const history = async () => {
    const moves: string[] = [];
    for await (const { version, how, appliedBy, reason, commit } of configurationHistory(at, noDeadline)) {
      moves.push([version, how, appliedBy, reason, commit].join(', '));
    }
    return moves;
  };
  /** The edition that requests see; fails where they see parts of two. */
  const inForce = async () => {
    const current = await configurationReader({ ...at, clock, issuer: ISSUER }).current(noDeadline);
    const marks = await Promise.all(
      NAMES.map(async (name) => (await current.client(name, noDeadline))?.claims['mark']),
    );
    expect(new Set(marks).size).toBe(1);
    return marks[0];
  };
  return { at, apply, rollback, history, inForce };
}

const isWrite = (operation: string): boolean => !['GetItem', 'BatchGetItem', 'Query'].includes(operation);

/** Fails the write of that number: `before` it arrives, or `after` it was done, when its answer is lost. */
function interrupted(client: DynamoDb, at: number, when: 'before' | 'after') {
  const state = { writes: 0 };
  const interruptedClient: DynamoDb = {
    call: async (operation, input, signal) => {
      const mine = isWrite(operation) ? state.writes++ : -1;
      // Whoever is interrupted does nothing more.
      if (state.writes - 1 > at || (mine === at && when === 'before')) throw new Error('interrupted');
      const answer = await client.call(operation, input, signal);
      if (mine === at) throw new Error('interrupted');
      return answer;
    },
  };
  return { state, client: interruptedClient };
}

describe('history', () => {
  it('keeps who put what in force, when, why and from which commit, rollbacks too', async () => {
    const { apply, rollback, history } = await deployment();
    await apply('a', { reason: 'first', commit: 'c0ffee' });
    await apply('b', { commit: 'c0ffee-dirty' });
    await apply('c');
    await rollback(1);
    expect(await history()).toEqual([
      '1, rollback, the one on call, it broke, c0ffee',
      '3, apply, author of c, , ',
      '2, apply, author of b, , c0ffee-dirty',
      '1, apply, author of a, first, c0ffee',
    ]);
  });

  it('leads a request to whoever put its version in force', async () => {
    const { apply, at } = await deployment();
    await apply('a', { reason: 'first', commit: 'c0ffee' });
    const current = await configurationReader({ ...at, clock, issuer: ISSUER }).current(noDeadline);
    expect(current.applied).toEqual({
      author: 'author of a',
      appliedAt: clock.time,
      reason: 'first',
      commit: 'c0ffee',
    });
  });

  it('keeps files as they were written, and every document under its digest', async () => {
    const { apply, at } = await deployment();
    const files = [{ name: 'clients/a.yaml', text: '# ünïcode\nclient: a\n' }];
    const { version, hash } = await apply('a', { files });
    expect(await readFiles(at, version, noDeadline)).toEqual(files);
    const index = await readIndex(at, { version, hash }, noDeadline);
    expect([...(index ?? new Map()).keys()]).toEqual(NAMES.map((name) => `client#${name}`).sort());
  });

  it('splits over several items what one does not hold', async () => {
    const { apply, at } = await deployment();
    const text = Array.from({ length: 60_000 }, (_, line) => Math.imul(line, 2_654_435_761).toString(36)).join('\n');
    const files = [0, 1, 2].map((each) => ({ name: `${each}.yaml`, text: `${each}${text}` }));
    const { version } = await apply('a', { files });
    expect(await readFiles(at, version, noDeadline)).toEqual(files);
  });
});

describe('rolling back', () => {
  it('goes to the version before the one in force, further each time', async () => {
    const { apply, rollback, inForce } = await deployment();
    for (const mark of ['a', 'b', 'c']) await apply(mark);
    expect(await rollback()).toEqual({ version: 2, previous: 3, checked: 'whole' });
    expect(await inForce()).toBe('b');
    await rollback();
    expect(await inForce()).toBe('a');
    await expect(rollback()).rejects.toThrow(/nothing is known of a version before 1/);
  });

  it.each([
    ['that is in force', 2, /in force already/],
    ['that never was', 9, /never in force/],
  ])('refuses a version %s', async (_name, version, expected) => {
    const { apply, rollback, inForce } = await deployment();
    await apply('a');
    await apply('b');
    await expect(rollback(version)).rejects.toThrow(expected);
    expect(await inForce()).toBe('b');
  });

  it.each([
    ['is missing', null],
    ['is not what was applied', '{"client":"client-7","claims":{"mark":"a"}}'],
  ])('refuses a version of which a document %s', async (_name, doc) => {
    const { apply, rollback, inForce, at } = await deployment();
    await apply('a');
    await apply('b');
    const pk = { S: '1#client#client-7' };
    if (doc === null) await at.client.call('DeleteItem', { TableName: at.table, Key: { pk } }, noDeadline);
    else await at.client.call('PutItem', { TableName: at.table, Item: { pk, doc: { S: doc } } }, noDeadline);
    await expect(rollback()).rejects.toThrow(/client#client-7 of version 1 is missing, or is not what was applied/);
    expect(await inForce()).toBe('b');
  });
});

describe('two at once', () => {
  it('refuses an apply whose base is not in force any more', async () => {
    const { apply, at, inForce } = await deployment();
    await apply('a');
    const base = await readConfigurationPointer(at, noDeadline);
    await apply('b');
    await expect(apply('c', { base })).rejects.toBeInstanceOf(ConcurrentApply);
    expect(await inForce()).toBe('b');
  });

  it('refuses an apply whose base was replaced and put in force again', async () => {
    const { apply, rollback, at, inForce } = await deployment();
    await apply('a');
    const base = await readConfigurationPointer(at, noDeadline);
    await apply('b');
    await rollback(1);
    await expect(apply('c', { base })).rejects.toBeInstanceOf(ConcurrentApply);
    expect(await inForce()).toBe('a');
  });

  it('refuses an apply that another overtook between its reading and its pointer', async () => {
    const { apply, at, inForce } = await deployment();
    await apply('a');
    let overtaken = false;
    const client: DynamoDb = {
      call: async (operation, input, signal) => {
        if (operation === 'BatchWriteItem' && !overtaken) {
          overtaken = true;
          await apply('b');
        }
        return at.client.call(operation, input, signal);
      },
    };
    await expect(apply('c', { client })).rejects.toBeInstanceOf(ConcurrentApply);
    expect(await inForce()).toBe('b');
  });
});

/** Number, two batches, the kept pointer, the pointer. */
const WRITES_OF_APPLY = 5;
const points = (writes: number) =>
  Array.from({ length: writes }, (_, at) => (['before', 'after'] as const).map((when) => ({ at, when }))).flat();

describe('interrupted at a write', () => {
  it('writes as often as the tables below count', async () => {
    const { apply, rollback, at } = await deployment();
    await apply('a');
    const counting = interrupted(at.client, Number.MAX_SAFE_INTEGER, 'before');
    await apply('b', { client: counting.client });
    expect(counting.state.writes).toBe(WRITES_OF_APPLY);
    await rollback(null, counting.client);
    expect(counting.state.writes).toBe(WRITES_OF_APPLY + 2);
  });

  it.each(points(WRITES_OF_APPLY))(
    '$when write $at, an apply leaves one whole version in force',
    async ({ at, when }) => {
      const target = await deployment();
      await target.apply('a');
      const { client } = interrupted(target.at.client, at, when);
      await expect(target.apply('b', { client })).rejects.toThrow('interrupted');
      const moved = at === WRITES_OF_APPLY - 1 && when === 'after';
      expect(await target.inForce()).toBe(moved ? 'b' : 'a');
      await target.apply('c');
      expect(await target.inForce()).toBe('c');
      const expected = ['author of c', ...(moved ? ['author of b'] : []), 'author of a'];
      expect((await target.history()).map((move) => move.split(', ')[2])).toEqual(expected);
    },
  );

  it.each(points(2))('$when write $at, a rollback leaves one whole version in force', async ({ at, when }) => {
    const target = await deployment();
    await target.apply('a');
    await target.apply('b');
    const { client } = interrupted(target.at.client, at, when);
    await expect(target.rollback(null, client)).rejects.toThrow('interrupted');
    expect(await target.inForce()).toBe(at === 1 && when === 'after' ? 'a' : 'b');
  });
});

describe('releases', () => {
  const legacy = (version: number) => ({
    pk: { S: 'current' },
    version: { N: String(version) },
    issuer: { S: ISSUER },
    appliedAt: { N: String(START) },
    appliedBy: { S: 'long ago' },
    hash: { S: '00' },
  });
  const put = (TableName: string, Item: PutItemCommand['input']['Item']) =>
    tables.sdk.send(new PutItemCommand({ TableName, Item }));

  it('reads a version of before, applies over it and goes back to it', async () => {
    const { at, apply, rollback, history, inForce } = await deployment();
    for (const client of edition('old').clients) {
      await put(at.table, { pk: { S: `4#client#${client.client}` }, doc: { S: JSON.stringify(client) } });
    }
    await put(at.table, { pk: { S: 'versions' }, last: { N: '4' } });
    await put(at.table, legacy(4));
    expect(await inForce()).toBe('old');
    await apply('new');
    expect(await history()).toEqual(['5, apply, author of new, , ', '4, apply, long ago, , ']);
    expect(await rollback()).toEqual({ version: 4, previous: 5, checked: 'unlisted' });
    expect(await inForce()).toBe('old');
  });

  it('refuses a configuration of a later format, by a reason of its own', async () => {
    const { at, apply, inForce } = await deployment();
    await apply('a');
    const pointer = { ...legacy(1), format: { N: String(CONFIGURATION_FORMAT + 1) } };
    await put(at.table, pointer);
    const reading = configurationReader({ ...at, clock, issuer: ISSUER }).current(noDeadline);
    await expect(reading).rejects.toMatchObject({ name: 'Fault', dependency: 'configuration-format' });
    await put(at.table, { ...legacy(1), format: { N: String(CONFIGURATION_FORMAT) } });
    expect(await inForce()).toBe('a');
  });
});

it('reads documents in batches, whatever their number', async () => {
  const { at, apply } = await deployment();
  const { version, hash } = await apply('a');
  const index = (await readIndex(at, { version, hash }, noDeadline)) ?? new Map();
  let count = 0;
  for await (const { doc } of readDocuments(at, version, index, [...index.keys()], noDeadline)) {
    expect(JSON.parse(doc)).toMatchObject({ claims: { mark: 'a' } });
    count += 1;
  }
  expect(count).toBe(NAMES.length);
});
