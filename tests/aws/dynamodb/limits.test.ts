import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { dynamoLimits } from '../../../lib/aws/dynamodb/limits.ts';
import type { LimitCount, Limits } from '../../../lib/ports/limits.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { countingRandom } from '../../ledger/a-record.ts';
import { deadClient, inBatches, noDeadline, startTables, type TestTables } from './dynamodb.ts';
import { memoryLimits } from './memory-state.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** 2026-11-21T09:00:00Z, when an hour and a minute begin. */
const HOUR = 1_795_251_600_000;
const at = (milliseconds: number) => epochMilliseconds(HOUR + milliseconds);
const inDynamoDb = () =>
  dynamoLimits({ client: tables.client, table: tables.table('state'), random: countingRandom() });
let counters = 0;
const aLimit = (changes: Partial<LimitCount> = {}): LimitCount => ({
  counter: `total:${++counters}`,
  count: 2,
  window: seconds(3_600),
  ...changes,
});

async function within(limits: Limits, limit: LimitCount, calls: number, now = at(0)): Promise<number> {
  const all = Array.from({ length: calls }, (_, call) => call);
  const answers = await inBatches(all, () => limits.count([limit], now, noDeadline));
  return answers.filter((answer) => answer.within).length;
}

describe.each([
  ['in memory', memoryLimits],
  ['in DynamoDB', inDynamoDb],
] as const)('limits %s', (_, make) => {
  it('let exactly as many through as they say, one after another', async () => {
    const limits = make();
    const limit = aLimit({ count: 3 });
    const answers: boolean[] = [];
    for (let call = 0; call < 5; call += 1) answers.push((await limits.count([limit], at(0), noDeadline)).within);
    expect(answers).toEqual([true, true, true, false, false]);
  });

  it('let exactly as many through as they say, all at once', async () => {
    expect(await within(make(), aLimit({ count: 7 }), 50)).toBe(7);
  });

  it('are exact over several counters too', async () => {
    expect(await within(make(), aLimit({ count: 601 }), 700)).toBe(601);
  });

  it('of nothing let nothing through', async () => {
    expect(await make().count([aLimit({ count: 0 })], at(0), noDeadline)).toMatchObject({ within: false });
  });

  it('count each counter by itself', async () => {
    const limits = make();
    await within(limits, aLimit(), 5);
    expect(await within(limits, aLimit(), 5)).toBe(2);
  });

  it('begin anew with each window, and not a millisecond before', async () => {
    const limits = make();
    const limit = aLimit();
    await within(limits, limit, 5, at(0));
    expect(await within(limits, limit, 5, at(3_599_999))).toBe(0);
    expect(await within(limits, limit, 5, at(3_600_000))).toBe(2);
  });

  it.each([
    ['at the start of the window', 0, 3_600],
    ['a second later', 1_000, 3_599],
    ['half a second before its end', 3_599_500, 1],
    ['in its last millisecond', 3_599_999, 1],
  ])('say how many seconds the window has left: %s', async (_, milliseconds, retryAfter) => {
    const limits = make();
    const limit = aLimit({ count: 1 });
    await limits.count([limit], at(milliseconds), noDeadline);
    expect(await limits.count([limit], at(milliseconds), noDeadline)).toEqual({
      within: false,
      full: limit.counter,
      retryAfter,
    });
  });

  it('all hold: the one that is full refuses, with the end of its own window', async () => {
    const limits = make();
    const minute = aLimit({ count: 1, window: seconds(60) });
    const hour = aLimit({ count: 5 });
    await limits.count([minute, hour], at(0), noDeadline);
    expect(await limits.count([minute, hour], at(0), noDeadline)).toEqual({
      within: false,
      full: minute.counter,
      retryAfter: 60,
    });
  });

  it('of no kind let everything through', async () => {
    expect(await make().count([], at(0), noDeadline)).toEqual({ within: true });
  });
});

describe('limits in DynamoDB', () => {
  it('hold over all instances', async () => {
    const limit = aLimit({ count: 300 });
    const counted = await Promise.all([inDynamoDb(), inDynamoDb()].map((limits) => within(limits, limit, 200)));
    expect((counted[0] ?? 0) + (counted[1] ?? 0)).toBe(300);
  });

  it('cost nothing in a window that this instance knows to be full', async () => {
    const limits = inDynamoDb();
    const limit = aLimit();
    await within(limits, limit, 3);
    const send = jest.spyOn(tables.client, 'call');
    expect(await within(limits, limit, 100)).toBe(0);
    expect(send).not.toHaveBeenCalled();
    send.mockRestore();
  });

  it('begin anew when they are changed', async () => {
    const limits = inDynamoDb();
    const limit = aLimit();
    await within(limits, limit, 5);
    expect(await within(limits, { ...limit, count: 3 }, 5)).toBe(3);
  });

  it('are a fault where DynamoDB does not answer', async () => {
    const limits = dynamoLimits({ client: deadClient(), table: 'none', random: countingRandom() });
    await expect(limits.count([aLimit()], at(0), noDeadline)).rejects.toMatchObject({ dependency: 'limits' });
  });
});
