/** What a refused request uses up: nothing, whoever comes at the same time to however many processes. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { windowOf } from '../../lib/aws/dynamodb/limit-windows.ts';
import { dynamoLimits } from '../../lib/aws/dynamodb/limits.ts';
import { dynamoReplays } from '../../lib/aws/dynamodb/replays.ts';
import { keyOf } from '../../lib/aws/dynamodb/state-table.ts';
import { systemRandom } from '../../lib/host/random.ts';
import type { SingleUse } from '../../lib/issuance/single-use.ts';
import { type SpendPorts, spend } from '../../lib/issuance/spend.ts';
import type { LimitCount } from '../../lib/ports/limits.ts';
import type { ReplayClaim } from '../../lib/ports/replays.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { inBatches, noDeadline, standingClock, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { overSdkDynamoDb } from '../aws/over-sdk.ts';

let tables: TestTables;
/**
 * The functions' own gives a slow answer up and asks once more, which counts twice: on a busy machine that is no rule's
 * fault.
 */
let patient: DynamoDb;
beforeAll(async () => {
  tables = await startTables();
  patient = overSdkDynamoDb(tables.sdk);
});
afterAll(() => tables.stop());

/** 2026-11-21T09:00:00Z, when an hour begins. */
const clock = standingClock(epochMilliseconds(1_795_251_600_000));
const later = epochSeconds(clock.time / 1000 + 600);

/** What goes on at the table before a call reaches it. */
type Before = (operation: string, input: object) => Promise<unknown>;

/** A process of its own: it remembers nothing of what others met. */
function aProcess(before: Before = async () => {}): SpendPorts {
  const client: DynamoDb = {
    call: async (operation, input, signal) => {
      await before(operation, input);
      return patient.call(operation, input, signal);
    },
  };
  const state = { client, table: tables.table('state') };
  return {
    clock,
    replays: dynamoReplays({ ...state, clock }),
    limits: dynamoLimits({ ...state, random: systemRandom }),
  };
}

const isGivenBack = (input: object): boolean => JSON.stringify(input).includes(':less');

let made = 0;
const aLimit = (count: number, window = 3_600): LimitCount => ({
  counter: `total:${++made}`,
  count,
  window: seconds(window),
});
const aProof = (reuse: ReplayClaim['reuse'] = 'once'): Omit<ReplayClaim, 'issuance'> => ({
  ...{ issuer: 'https://idp.example', tokenId: `t${++made}`, reuse, binding: 'deploy-web', until: later },
});
const using = (...proofs: readonly Omit<ReplayClaim, 'issuance'>[]): readonly SingleUse[] => {
  const issuance = `iss_${++made}`;
  return proofs.map((proof) => ({ claim: { ...proof, issuance }, refusal: 'replayed' }));
};

async function ask(ports: SpendPorts, uses: readonly SingleUse[], limits: readonly LimitCount[]): Promise<string> {
  const spent = await spend(ports, { uses, takeSlots: null, limits }, noDeadline);
  return spent.ok ? 'granted' : spent.refusal.reason;
}

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const countOf = (answers: readonly string[], answer: string): number =>
  answers.filter((each) => each === answer).length;

async function counted(limit: LimitCount): Promise<number> {
  const { key, capacities } = windowOf(limit, clock.time);
  const counters = await Promise.all(
    capacities.map((_, shard) =>
      tables.sdk.send(
        new GetItemCommand({ TableName: tables.table('state'), Key: keyOf(`${key}#${shard}`), ConsistentRead: true }),
      ),
    ),
  );
  return counters.reduce((sum, { Item }) => sum + Number(Item?.['count']?.N ?? 0), 0);
}

describe('a limit', () => {
  it.each([
    ['with proofs that may be used once', () => using(aProof())],
    ['with proofs that may be used again', () => using()],
  ])(
    "is exact for 50 callers at once, and who is beyond their own uses up nothing of everybody's: %s",
    async (_, uses) => {
      const [own, all] = [aLimit(20), aLimit(40)];
      const processes = times(5, () => aProcess());
      const answers = await Promise.all(times(50, (at) => ask(processes[at % 5] ?? aProcess(), uses(), [own, all])));
      expect([countOf(answers, 'granted'), countOf(answers, 'limit_reached')]).toEqual([20, 30]);
      expect([await counted(own), await counted(all)]).toEqual([20, 20]);
      const others = await inBatches(
        times(50, () => aLimit(20)),
        (other) => ask(aProcess(), uses(), [other, all]),
      );
      expect(countOf(others, 'granted')).toBe(20);
    },
  );

  it('that refuses gives every proof back', async () => {
    const limit = aLimit(10);
    await Promise.all(times(10, () => ask(aProcess(), using(aProof()), [limit])));
    const proofs = [aProof(), aProof()];
    expect(await ask(aProcess(), using(...proofs), [limit])).toBe('limit_reached');
    expect(await ask(aProcess(), using(...proofs), [])).toBe('granted');
  });
});

describe('a proof that may be used once', () => {
  it.each([2, 10, 60])('is used by one of 50 processes at once, which alone is counted (limit %d)', async (most) => {
    const [proof, limit] = [aProof(), aLimit(most)];
    const answers = await Promise.all(times(50, () => ask(aProcess(), using(proof), [limit])));
    expect([countOf(answers, 'granted'), countOf(answers, 'replayed')]).toEqual([1, 49]);
    expect(await counted(limit)).toBe(1);
  });

  it('that was used counts nothing, however often it is shown to however many processes', async () => {
    const [stolen, limit] = [aProof(), aLimit(60)];
    await ask(aProcess(), using(stolen), [limit]);
    const answers = await Promise.all(times(50, (at) => ask(aProcess(), using(stolen), [limit, aLimit(100 + at)])));
    expect(countOf(answers, 'replayed')).toBe(50);
    expect(await counted(limit)).toBe(1);
  });

  it('touches the limit once where one process sees it again and again', async () => {
    const [stolen, limit] = [aProof(), aLimit(60)];
    await ask(aProcess(), using(stolen), [limit]);
    const updates: object[] = [];
    const process = aProcess(async (operation, input) => {
      if (operation === 'UpdateItem') updates.push(input);
    });
    for (const _ of times(20, () => null)) await ask(process, using(stolen), [limit]);
    expect(updates.map(isGivenBack)).toEqual([false, true]);
  });

  it('never shuts its owner out, though nothing of what thieves count is ever given back', async () => {
    const [stolen, limit] = [aProof(), aLimit(60)];
    await ask(aProcess(), using(stolen), [limit]);
    const failing = async (_: string, input: object) => {
      if (isGivenBack(input)) throw new Error('lost');
    };
    await Promise.all(times(100, () => ask(aProcess(failing), using(stolen), [limit])));
    const owner = aProcess();
    const answers = await inBatches(
      times(40, () => aProof()),
      (proof) => ask(owner, using(proof), [limit]),
    );
    expect(countOf(answers, 'granted')).toBeGreaterThanOrEqual(30);
    expect(await counted(limit)).toBe(60);
  });

  it('is counted in its turn, not ahead, where few are let through', async () => {
    const [stolen, limit] = [aProof(), aLimit(3)];
    await ask(aProcess(), using(stolen), []);
    const asked: string[] = [];
    const process = aProcess(async (operation) => void asked.push(operation));
    expect(await ask(process, using(stolen), [limit])).toBe('replayed');
    expect(asked).toEqual(['PutItem']);
  });

  it('stays free where a proof before it was used', async () => {
    const [used, fresh] = [aProof(), aProof()];
    await ask(aProcess(), using(used), []);
    expect(await ask(aProcess(), using(used, fresh), [])).toBe('replayed');
    expect(await ask(aProcess(), using(fresh), [])).toBe('granted');
  });
});

describe('a proof of `bind`', () => {
  it('is not bound by a request whose other proof was used', async () => {
    const [used, bound] = [aProof(), aProof('bind')];
    await ask(aProcess(), using(used), []);
    expect(await ask(aProcess(), using(used, { ...bound, binding: 'chosen by a thief' }), [])).toBe('replayed');
    expect(await ask(aProcess(), using(bound), [])).toBe('granted');
  });

  it('is counted ahead for whoever comes again with the same binding, and for nobody else', async () => {
    const [bound, limit] = [aProof('bind'), aLimit(60)];
    const process = aProcess();
    for (const _ of times(3, () => null)) expect(await ask(process, using(bound), [limit])).toBe('granted');
    expect(await ask(process, using({ ...bound, binding: 'other' }), [limit])).toBe('replayed');
    expect(await counted(limit)).toBe(3);
  });
});

describe('what is given back', () => {
  it('is taken off once, though the request arrives twice', async () => {
    const [stolen, limit] = [aProof(), aLimit(60)];
    await ask(aProcess(), using(stolen), [limit]);
    const twice = aProcess(async (_, input) => {
      if (isGivenBack(input)) await patient.call('UpdateItem', input as never, noDeadline);
    });
    expect(await ask(twice, using(stolen), [limit])).toBe('replayed');
    expect(await counted(limit)).toBe(1);
  });

  it('is given back too where nobody can say whether the proof is free', async () => {
    const limit = aLimit(60);
    const broken = aProcess(async (operation) => {
      if (operation === 'PutItem') throw new Error('no answer');
    });
    await expect(ask(broken, using(aProof()), [limit])).rejects.toMatchObject({ dependency: 'replays' });
    expect(await counted(limit)).toBe(0);
  });

  it('goes no lower than nothing', async () => {
    const limit = aLimit(60);
    const ahead = aProcess().limits.countAhead?.([limit], clock.time, noDeadline);
    await ahead?.giveBack(noDeadline);
    await ahead?.giveBack(noDeadline);
    expect(await counted(limit)).toBe(0);
  });
});
