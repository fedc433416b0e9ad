import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SubjectKeyReader, SubjectKeys } from '../../../lib/archive/subject-keys.ts';
import { beginErasure, destroyKeys } from '../../../lib/aws/dynamodb/erasures.ts';
import { dataKey, dynamoKeyReader, dynamoSubjectKeys, itemKey } from '../../../lib/aws/dynamodb/subject-keys.ts';
import { Fault } from '../../../lib/outcome.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../../lib/time.ts';
import { memoryKeys } from '../../archive/memory-keys.ts';
import { countingRandom, NINE } from '../../ledger/a-record.ts';
import { deadClient, noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';

const clock = standingClock(NINE);
const random = countingRandom(1_000);
let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());
const options = () => ({ client: tables.client, table: tables.table('ledger'), clock, random });

interface Keys {
  readonly keys: SubjectKeys & SubjectKeyReader;
  erase(identity: string, until: EpochMilliseconds): Promise<string>;
}

const inMemory = (): Keys => {
  const keys = memoryKeys();
  return { keys, erase: async (identity, until) => keys.erase(identity, until) };
};
const inDynamoDb = (): Keys => ({
  keys: { ...dynamoSubjectKeys(options()), ...dynamoKeyReader(options()) },
  erase: async (identity, until) => {
    clock.time = until;
    const erasure = await beginErasure(options(), identity, noDeadline);
    await destroyKeys(options(), erasure, noDeadline);
    return erasure.pseudonym;
  },
});

let persons = 0;
function somebody(): string {
  persons += 1;
  return `okta:somebody-${persons}`;
}
const later = (by: number): EpochMilliseconds => epochMilliseconds(NINE + by);

describe.each([
  ['in memory', inMemory],
  ['in DynamoDB', inDynamoDb],
])('keys of persons, %s', (_, make) => {
  it('are one a person, the same for every record, and open what they sealed', async () => {
    const { keys } = make();
    const [one, other] = [somebody(), somebody()];
    const requests = [one, other, one].map((identity) => ({ identity, time: NINE }));
    const [first, second, third] = await keys.forSealing(requests, noDeadline);
    expect(third).toEqual(first);
    expect(second?.id).not.toBe(first?.id);
    expect(first?.key).toHaveLength(32);
    expect(await keys.forSealing(requests.slice(0, 1), noDeadline)).toEqual([first]);
    const found = await keys.forOpening([first?.id ?? '', 'sub_unknown'], noDeadline);
    expect([...found.keys()]).toEqual([first?.id]);
    expect(Buffer.from(found.get(first?.id ?? '') ?? '')).toEqual(Buffer.from(first?.key ?? ''));
  });

  it('are gone once destroyed; what is from before has none, what is from after another one', async () => {
    const { keys, erase } = make();
    const identity = somebody();
    const [before] = await keys.forSealing([{ identity, time: NINE }], noDeadline);
    const pseudonym = await erase(identity, later(10));
    expect(pseudonym).toBe(before?.id);
    expect((await keys.forOpening([pseudonym], noDeadline)).get(pseudonym)).toBe('erased');
    const times = [NINE, later(10), later(11)];
    const after = await keys.forSealing(
      times.map((time) => ({ identity, time })),
      noDeadline,
    );
    expect(after.slice(0, 2)).toEqual([
      { id: pseudonym, key: null },
      { id: pseudonym, key: null },
    ]);
    expect(after[2]?.id).not.toBe(pseudonym);
    expect(after[2]?.key).toHaveLength(32);
    // Nobody but them.
    expect(await erase(identity, later(20))).toBe(after[2]?.id);
  });

  it('of somebody of whom nothing was sealed yet are refused to what is from before an erasure', async () => {
    const { keys, erase } = make();
    const identity = somebody();
    const pseudonym = await erase(identity, NINE);
    expect(await keys.forSealing([{ identity, time: NINE }], noDeadline)).toEqual([{ id: pseudonym, key: null }]);
  });
});

describe('keys of persons in DynamoDB', () => {
  it('are one, whoever of several writers is first', async () => {
    const identity = somebody();
    const seal = () => dynamoSubjectKeys(options()).forSealing([{ identity, time: NINE }], noDeadline);
    const all = await Promise.all(Array.from({ length: 8 }, seal));
    expect(new Set(all.map(([key]) => key?.id)).size).toBe(1);
  });

  it('have names that no name can be found in', async () => {
    const [key] = await dynamoSubjectKeys(options()).forSealing([{ identity: 'okta:ada', time: NINE }], noDeadline);
    const command = new GetItemCommand({ TableName: tables.table('ledger'), Key: itemKey(dataKey(key?.id ?? '')) });
    expect(JSON.stringify((await tables.sdk.send(command)).Item)).not.toContain('ada');
  });

  it('are a fault where the table cannot be read, and where a key that was made is not there', async () => {
    const dead = dynamoSubjectKeys({ ...options(), client: deadClient() });
    await expect(dead.forSealing([{ identity: somebody(), time: NINE }], noDeadline)).rejects.toThrow(Fault);
    const identity = somebody();
    const [key] = await dynamoSubjectKeys(options()).forSealing([{ identity, time: NINE }], noDeadline);
    const lost = { TableName: tables.table('ledger'), Key: itemKey(dataKey(key?.id ?? '')) };
    await tables.client.call('DeleteItem', lost, noDeadline);
    const again = dynamoSubjectKeys(options()).forSealing([{ identity, time: NINE }], noDeadline);
    await expect(again).rejects.toThrow(Fault);
  });
});
