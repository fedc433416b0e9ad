import { DynamoDBClient, GetItemCommand, InternalServerError } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ownKeys, publishOwnKeys } from '../../../lib/aws/dynamodb/own-keys.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from './dynamodb.ts';

const START = Date.parse('2026-11-21T09:00:00Z');
const key = (kid: string) => ({ kty: 'EC', kid });
const [NEXT, CURRENT, PREVIOUS] = [key('next'), key('current'), key('previous')];

const aws = mockClient(DynamoDBClient);
const clock = { at: START, now: () => epochMilliseconds(clock.at) };
const published = (text: string) => aws.on(GetItemCommand).resolves({ Item: { text: { S: text } } });
const keysOf = (...keys: readonly object[]) => published(JSON.stringify({ keys }));
const reads = () => aws.commandCalls(GetItemCommand).length;
const fresh = () => ownKeys({ client: sdkDynamoDb(new DynamoDBClient({ region: 'eu-west-1' })), table: 'keys' }, clock);

describe('the published keys', () => {
  beforeEach(() => {
    aws.reset();
    clock.at = START;
  });

  it('are kept for a minute, and read again then', async () => {
    keysOf(CURRENT);
    const keys = fresh();
    expect(await keys.all(noDeadline)).toEqual([CURRENT]);
    keysOf(NEXT);
    clock.at = START + 59_000;
    expect(await keys.all(noDeadline)).toEqual([CURRENT]);
    clock.at = START + 60_000;
    expect(await keys.all(noDeadline)).toEqual([NEXT]);
    expect(reads()).toBe(2);
  });

  it('are read consistently, so that a key which was dropped does not come back', async () => {
    keysOf(CURRENT);
    await fresh().all(noDeadline);
    expect(aws.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({ ConsistentRead: true });
  });

  it('of one kid are those of that name; a token that names none may be of any', async () => {
    keysOf(NEXT, CURRENT, PREVIOUS);
    const keys = fresh();
    expect(await keys.find('current', noDeadline)).toEqual([CURRENT]);
    expect(await keys.find(undefined, noDeadline)).toEqual([NEXT, CURRENT, PREVIOUS]);
  });

  it('are read again for an unknown kid, but not within 5 seconds of the last time', async () => {
    keysOf(CURRENT);
    const keys = fresh();
    await keys.all(noDeadline);
    keysOf(CURRENT, NEXT);
    clock.at = START + 4_000;
    expect(await keys.find('next', noDeadline)).toEqual([]);
    expect(reads()).toBe(1);
    clock.at = START + 5_000;
    expect(await keys.find('next', noDeadline)).toEqual([NEXT]);
    expect(reads()).toBe(2);
  });

  it('make nobody who invents kids read more often than that', async () => {
    keysOf(CURRENT);
    const keys = fresh();
    for (let each = 0; each < 100; each += 1) {
      clock.at = START + each * 100;
      expect(await keys.find(`invented-${each}`, noDeadline)).toEqual([]);
    }
    expect(reads()).toBe(2);
  });

  it('have lost a dropped key within a minute', async () => {
    keysOf(CURRENT, PREVIOUS);
    const keys = fresh();
    expect(await keys.find('previous', noDeadline)).toEqual([PREVIOUS]);
    keysOf(NEXT, CURRENT);
    clock.at = START + 60_000;
    expect(await keys.find('previous', noDeadline)).toEqual([]);
  });

  it.each([
    ['is absent', () => aws.on(GetItemCommand).resolves({})],
    ['is not JSON', () => published('{')],
    ['is no key set', () => published('[]')],
    ['has no keys', () => keysOf()],
    [
      'cannot be read',
      () =>
        aws.on(GetItemCommand).rejects(new InternalServerError({ message: 'x', $metadata: { httpStatusCode: 500 } })),
    ],
  ])('are a fault where the item %s, which is not kept', async (_, answer) => {
    answer();
    const keys = fresh();
    const asked = keys.all(noDeadline);
    await expect(asked).rejects.toBeInstanceOf(Fault);
    await expect(asked).rejects.toMatchObject({ dependency: 'key-sets' });
    keysOf(CURRENT);
    expect(await keys.all(noDeadline)).toEqual([CURRENT]);
  });

  it('are not used beyond their minute, outage or not', async () => {
    keysOf(CURRENT);
    const keys = fresh();
    await keys.all(noDeadline);
    aws.on(GetItemCommand).rejects(new Error('unreachable'));
    clock.at = START + 60_000;
    await expect(keys.find('current', noDeadline)).rejects.toBeInstanceOf(Fault);
  });
});

describe('keys in a table', () => {
  let tables: TestTables;
  beforeAll(async () => {
    aws.restore();
    tables = await startTables();
  });
  afterAll(() => tables.stop());

  it('take the place of those before', async () => {
    const table = { client: tables.client, table: tables.table('keys') };
    await publishOwnKeys(table, [CURRENT]);
    expect(await ownKeys(table, clock).all(noDeadline)).toEqual([CURRENT]);
    await publishOwnKeys(table, [NEXT]);
    expect(await ownKeys(table, clock).all(noDeadline)).toEqual([NEXT]);
  });
});
