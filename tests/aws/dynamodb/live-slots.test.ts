/** No more alive at once than there are slots, whoever comes, to the second, and however the holder ends. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { dynamoLiveSlots } from '../../../lib/aws/dynamodb/live-slots.ts';
import { systemRandom } from '../../../lib/host/random.ts';
import type { HeldSlots, SlotSet, Taken } from '../../../lib/ports/live-slots.ts';
import { epochMilliseconds, epochSeconds } from '../../../lib/time.ts';
import { deadClient, inBatches, noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const START = epochSeconds(1_795_251_600);
const END = epochSeconds(START + 900);
const clock = standingClock(epochMilliseconds(START * 1000));
const at = (second: number): void => {
  clock.time = epochMilliseconds(second * 1000);
};

let made = 0;
const aSet = (slots: number): SlotSet => ({ set: `total:${++made}`, slots });
const nobody = async (_holders: readonly string[]): Promise<readonly string[]> => [];
const callers = (count: number): readonly null[] => Array.from({ length: count }, () => null);

/** Each call is a process of its own. */
const take = (sets: readonly SlotSet[], endedAmong = nobody, issuance = `iss_${++made}`): Promise<Taken> =>
  dynamoLiveSlots({ client: tables.client, table: tables.table('state'), clock, random: systemRandom }).take(
    sets,
    { issuance, until: epochSeconds(clock.time / 1000 + 900) },
    endedAmong,
    noDeadline,
  );
const taken = async (sets: readonly SlotSet[], issuance?: string): Promise<HeldSlots> => {
  const answer = await take(sets, nobody, issuance);
  if (!answer.taken) throw new Error('no slot was free');
  return answer.held;
};
const countOf = (answers: readonly Taken[]): number => answers.filter((answer) => answer.taken).length;

describe('slots of what is alive', () => {
  it.each([1, 3, 20])('are taken by exactly %i of 50 at once', async (slots) => {
    at(START);
    const set = aSet(slots);
    expect(countOf(await inBatches(callers(50), () => take([set])))).toBe(slots);
    expect((await take([set])).taken).toBe(false);
  });

  it('are free from the second on in which what holds them ends, and not a second before', async () => {
    at(START);
    const set = aSet(2);
    await taken([set]);
    await taken([set]);
    at(END - 1);
    expect(await take([set])).toEqual({ taken: false, full: set.set, retryAfter: 1 });
    at(END);
    expect(countOf(await inBatches(callers(10), () => take([set])))).toBe(2);
  });

  it('say when the first of them is free', async () => {
    at(START);
    const set = aSet(2);
    await taken([set]);
    await (await taken([set])).keepUntil(epochSeconds(START + 100), noDeadline);
    expect(await take([set])).toEqual({ taken: false, full: set.set, retryAfter: 100 });
  });

  it.each([-1, 1])('end with the credential, where that is %i s from what was thought', async (offset) => {
    at(START);
    const set = aSet(1);
    await (await taken([set])).keepUntil(epochSeconds(END + offset), noDeadline);
    at(END + offset - 1);
    expect((await take([set])).taken).toBe(false);
    at(END + offset);
    expect((await take([set])).taken).toBe(true);
  });

  it('are free again where nothing came of it, and only those of that issuance', async () => {
    at(START);
    const set = aSet(2);
    const [mine] = [await taken([set]), await taken([set])];
    await mine.giveBack(noDeadline);
    expect(countOf(await inBatches(callers(5), () => take([set])))).toBe(1);
    await mine.giveBack(noDeadline);
    expect((await take([set])).taken).toBe(false);
  });

  it('are free where what held them was ended, once', async () => {
    at(START);
    const set = aSet(2);
    await taken([set], 'iss_lost');
    await taken([set], 'iss_kept');
    const endedAmong = async (holders: readonly string[]) => holders.filter((holder) => holder === 'iss_lost');
    expect(countOf(await inBatches(callers(10), () => take([set], endedAmong)))).toBe(1);
  });

  it('are taken of every set or of none', async () => {
    at(START);
    const [wide, narrow] = [aSet(2), aSet(1)];
    await taken([wide, narrow]);
    expect((await take([wide, narrow])).taken).toBe(false);
    await taken([wide]);
    expect((await take([wide])).taken).toBe(false);
  });

  it('are one for an issuance whose write arrives twice', async () => {
    at(START);
    const set = aSet(1);
    await taken([set], 'iss_twice');
    expect((await take([set], nobody, 'iss_twice')).taken).toBe(true);
  });

  it('refuse where the table cannot be asked, or says what is no slot', async () => {
    at(START);
    const dead = dynamoLiveSlots({ client: deadClient(), table: 'none', clock, random: systemRandom });
    const asked = dead.take([aSet(1)], { issuance: 'iss_x', until: END }, nobody, noDeadline);
    await expect(asked).rejects.toMatchObject({ dependency: 'limits' });
  });

  it.each([1, 2])('are free again where the answer got lost that said that they were taken (set %i)', async (lost) => {
    at(START);
    const sets = [aSet(1), aSet(1)];
    let writes = 0;
    const client: DynamoDb = {
      ...tables.client,
      call: async (operation, input, signal) => {
        const answer = await tables.client.call(operation, input, signal);
        if (operation === 'UpdateItem' && ++writes === lost) throw new Error('the answer got lost');
        return answer;
      },
    };
    const slots = dynamoLiveSlots({ client, table: tables.table('state'), clock, random: systemRandom });
    const asked = slots.take(sets, { issuance: 'iss_unheard', until: END }, nobody, noDeadline);
    await expect(asked).rejects.toMatchObject({ dependency: 'limits' });
    expect((await take(sets)).taken).toBe(true);
  });

  it('that others take again and again before they are had say when to come back: soon', async () => {
    at(START);
    const table = tables.table('state');
    const client: DynamoDb = {
      ...tables.client,
      call: async (operation, input, signal) => {
        if (operation === 'UpdateItem') throw Object.assign(new Error(), { name: 'ConditionalCheckFailedException' });
        return tables.client.call(operation, input, signal);
      },
    };
    const slots = dynamoLiveSlots({ client, table, clock, random: systemRandom });
    const set = aSet(2);
    const asked = await slots.take([set], { issuance: 'iss_late', until: END }, nobody, noDeadline);
    expect(asked).toEqual({ taken: false, full: set.set, retryAfter: 1 });
  });

  it('fail rather than end before the credential where they cannot be kept longer', async () => {
    at(START);
    const set = aSet(1);
    const held = await taken([set]);
    await held.giveBack(noDeadline);
    await taken([set]);
    await expect(held.keepUntil(epochSeconds(END + 1), noDeadline)).rejects.toMatchObject({ dependency: 'limits' });
    await held.keepUntil(epochSeconds(END - 1), noDeadline);
  });
});
