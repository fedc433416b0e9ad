import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { dynamoRevocations } from '../../../lib/aws/dynamodb/revocations.ts';
import { epochMilliseconds, epochSeconds, milliseconds } from '../../../lib/time.ts';
import { deadClient, noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';
import { memoryRevocations } from './memory-state.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const UNTIL = epochSeconds(1_795_251_600);
const clock = standingClock(epochMilliseconds(1_795_251_000_000));
const inDynamoDb = (notRevokedFor = 0) =>
  dynamoRevocations({
    client: tables.client,
    table: tables.table('state'),
    clock,
    notRevokedFor: milliseconds(notRevokedFor),
  });
let tokens = 0;
const aToken = () => `iss_${++tokens}`;

describe.each([
  ['in memory', () => memoryRevocations()],
  ['in DynamoDB', () => inDynamoDb()],
] as const)('revocations %s', (_, make) => {
  it('know what was revoked, at once and for good', async () => {
    const revocations = make();
    const token = aToken();
    expect(await revocations.anyRevoked([token], noDeadline)).toBe(false);
    await revocations.revoke(token, UNTIL, noDeadline);
    expect(await revocations.anyRevoked([token], noDeadline)).toBe(true);
  });

  it('find one among several, wherever it stands', async () => {
    const revocations = make();
    const token = aToken();
    await revocations.revoke(token, UNTIL, noDeadline);
    expect(await revocations.anyRevoked([aToken(), token, aToken()], noDeadline)).toBe(true);
    expect(await revocations.anyRevoked([aToken(), aToken()], noDeadline)).toBe(false);
  });

  it('name those among many, in any order', async () => {
    const revocations = make();
    const tokens = Array.from({ length: 100 }, aToken);
    for (const at of [99, 7]) await revocations.revoke(tokens[at] ?? '', UNTIL, noDeadline);
    expect(await revocations.revokedAmong(tokens, noDeadline)).toEqual([tokens[7], tokens[99]]);
  });

  it('of no token are none', async () => {
    expect(await make().anyRevoked([], noDeadline)).toBe(false);
    expect(await make().revokedAmong([], noDeadline)).toEqual([]);
  });

  it('may be repeated', async () => {
    const revocations = make();
    const token = aToken();
    await revocations.revoke(token, UNTIL, noDeadline);
    await revocations.revoke(token, UNTIL, noDeadline);
    expect(await revocations.anyRevoked([token], noDeadline)).toBe(true);
  });
});

describe('a revocation in another instance', () => {
  it('is known at once where nothing is remembered', async () => {
    const [here, there] = [inDynamoDb(), inDynamoDb()];
    const token = aToken();
    await here.anyRevoked([token], noDeadline);
    await there.revoke(token, UNTIL, noDeadline);
    expect(await here.anyRevoked([token], noDeadline)).toBe(true);
  });

  it('is known 5 s after the last answer where those are remembered, and no later, whatever was asked for', async () => {
    const start = clock.time;
    const [here, there] = [inDynamoDb(60_000), inDynamoDb()];
    const token = aToken();
    await here.anyRevoked([token], noDeadline);
    await there.revoke(token, UNTIL, noDeadline);
    clock.time = epochMilliseconds(start + 4_999);
    expect(await here.anyRevoked([token], noDeadline)).toBe(false);
    clock.time = epochMilliseconds(start + 5_000);
    expect(await here.anyRevoked([token], noDeadline)).toBe(true);
  });

  it('is known although this clock was set back', async () => {
    const start = clock.time;
    const [here, there] = [inDynamoDb(5_000), inDynamoDb()];
    const token = aToken();
    await here.anyRevoked([token], noDeadline);
    await there.revoke(token, UNTIL, noDeadline);
    clock.time = epochMilliseconds(start - 1);
    expect(await here.anyRevoked([token], noDeadline)).toBe(true);
    clock.time = start;
  });
});

describe('which of many are revoked', () => {
  function counting() {
    const asked: number[] = [];
    const client: DynamoDb = {
      call: async (operation, input, signal) => {
        asked.push(Object(input).RequestItems?.[tables.table('state')]?.Keys.length ?? 1);
        return tables.client.call(operation, input, signal);
      },
    };
    return { asked, here: dynamoRevocations({ client, table: tables.table('state'), clock }) };
  }

  it('is one read, and for 3 s none of what was just read; a proof is asked about all the same', async () => {
    const start = clock.time;
    const { asked, here } = counting();
    const [tokens, another] = [Array.from({ length: 50 }, aToken), aToken()];
    const [revoked = ''] = tokens;
    await here.revokedAmong(tokens, noDeadline);
    await inDynamoDb().revoke(revoked, UNTIL, noDeadline);
    clock.time = epochMilliseconds(start + 2_999);
    expect(await here.revokedAmong([...tokens, another], noDeadline)).toEqual([]);
    expect(asked).toEqual([50, 1]);
    clock.time = epochMilliseconds(start + 3_000);
    expect(await here.revokedAmong([...tokens, another], noDeadline)).toEqual([revoked]);
    expect(await here.revokedAmong(tokens, noDeadline)).toEqual([revoked]);
    expect(asked).toEqual([50, 1, 50]);
    expect(await here.anyRevoked([another], noDeadline)).toBe(false);
    expect(asked).toEqual([50, 1, 50, 1]);
    clock.time = start;
  });

  it('is not known where DynamoDB leaves some of them out, or does not answer', async () => {
    const [client, dead] = [unprocessed(tables.table('state')), deadClient()];
    for (const each of [client, dead]) {
      const here = dynamoRevocations({ client: each, table: tables.table('state'), clock });
      await expect(here.revokedAmong([aToken()], noDeadline)).rejects.toMatchObject({ dependency: 'revocations' });
    }
  });
});

const unprocessed = (table: string): DynamoDb => ({
  call: async () => ({ Responses: {}, UnprocessedKeys: { [table]: { Keys: [{ pk: { S: 'x' } }] } } }) as never,
});

describe('where DynamoDB does not answer', () => {
  const revocations = dynamoRevocations({ client: deadClient(), table: 'none', clock });

  it('nobody is taken for not revoked: a fault', async () => {
    await expect(revocations.anyRevoked([aToken()], noDeadline)).rejects.toMatchObject({ dependency: 'revocations' });
  });

  it('a revocation that was not written is a fault, and not believed here either', async () => {
    await expect(revocations.revoke(aToken(), UNTIL, noDeadline)).rejects.toMatchObject({ dependency: 'revocations' });
  });

  it('what is known to be revoked stays so', async () => {
    const breaking = { client: tables.client, table: tables.table('state'), clock };
    const here = dynamoRevocations(breaking);
    const token = aToken();
    await here.revoke(token, UNTIL, noDeadline);
    expect(await here.anyRevoked([token], AbortSignal.abort())).toBe(true);
  });
});
