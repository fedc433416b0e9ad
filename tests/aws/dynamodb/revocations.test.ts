import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

  it('of no token are none', async () => {
    expect(await make().anyRevoked([], noDeadline)).toBe(false);
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
