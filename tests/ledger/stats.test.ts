import { describe, expect, it } from '@jest/globals';
import { SEARCH_PARAMETERS } from '../../lib/ledger/filter.ts';
import { idMovedTo } from '../../lib/ledger/id.ts';
import { walkLedger } from '../../lib/ledger/reader.ts';
import { countLedger, parseStats, STATS_PARAMETERS, type StatsParameters, statsJson } from '../../lib/ledger/stats.ts';
import { stepsOf } from '../../lib/ledger/steps.ts';
import { type Dimension, Tally } from '../../lib/ledger/tally.ts';
import type { Clock } from '../../lib/ports/host.ts';
import type { LedgerQueries } from '../../lib/ports/ledger.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;
const at = (milliseconds: number) => epochMilliseconds(NINE + milliseconds);
const UNBOUND = { records: Number.MAX_SAFE_INTEGER, milliseconds: Number.MAX_SAFE_INTEGER };
const clock: Clock = { now: () => at(HOUR_MS) };

const asked = (parameters: StatsParameters) => {
  const question = parseStats(parameters, clock.now());
  if (!question.ok) throw new Error(question.refusal.detail ?? question.refusal.reason);
  return question.value;
};
const said = (parameters: StatsParameters): string => {
  const question = parseStats(parameters, clock.now());
  return question.ok ? 'accepted' : `${question.refusal.reason}: ${question.refusal.detail}`;
};

const bot = { connection: null, client: 'release-agent', subject: 'release-agent', principal: 'release-agent' };
const actor = { ...bot, proof: aRecord().proof, claims: {} };
const records = [
  aRecord({ time: at(0) }),
  aRecord({ time: at(1_000), scope: 'reports:read reports:write', actor }),
  aDenial({ time: at(61_000), attempts: 5 }),
  aRecord({ time: at(62_000), outcome: 'failed', reason: 'sts_throttled', credential: null, connection: null }),
  aRecord({ time: at(63_000), outcome: 'started', credential: null }),
  // An erasure is no request for access.
  aRecord({ time: at(64_000), outcome: 'erased', credential: null, scope: '', principal: 'an operator' }),
];
const queries: Pick<LedgerQueries, 'walk'> = {
  walk: (...asked) => walkLedger(memoryStorage(records).storage, ...asked),
};

async function counted(parameters: StatsParameters, bound = UNBOUND, most = 100) {
  const question = asked(parameters);
  return statsJson(question, await countLedger({ queries, clock }, question, bound, signal), most);
}

function oneDenied(): Tally {
  const tally = new Tally(asked({}).steps, ['scope']);
  tally.add(aDenial());
  return tally;
}

describe('stats count records', () => {
  it('by outcome, with the requests behind them, in steps without gaps, oldest first', async () => {
    const { total, buckets, partial, next, step } = await counted({
      from: '2026-11-21T08:59:59Z',
      to: '2026-11-21T09:02:00Z',
      step: 'minute',
    });
    expect({ total, partial, next, step }).toEqual({
      total: { started: 1, issued: 2, denied: 1, failed: 1, approved: 0, attempts: 9 },
      partial: false,
      next: null,
      step: 60,
    });
    const none = { started: 0, issued: 0, denied: 0, failed: 0, approved: 0, attempts: 0 };
    expect(buckets).toEqual([
      { time: '2026-11-21T08:59:00.000Z', ...none },
      { time: '2026-11-21T09:00:00.000Z', ...none, issued: 2, attempts: 2 },
      { time: '2026-11-21T09:01:00.000Z', ...none, started: 1, denied: 1, failed: 1, approved: 0, attempts: 7 },
      { time: '2026-11-21T09:02:00.000Z', ...none },
    ]);
  });

  it.each([
    ['scope', ['deploy-web', 'reports:read', 'reports:write']],
    ['connection', ['github', null]],
    ['principal', ['acme/web@refs/heads/main']],
    ['actor', [null, 'release-agent']],
    ['reason', [null, 'not_allowed', 'sts_throttled']],
    ['outcome', ['issued', 'denied', 'failed', 'started']],
  ])('by %s, the most frequent first', async (by, values) => {
    const { breakdowns } = await counted({ by });
    const { groups } = Object(breakdowns)[by];
    expect(groups.map(({ value }: { value: string | null }) => value)).toEqual(values);
  });

  it('by scope with what its sessions came to, where they say so', async () => {
    const { breakdowns } = await counted({ by: 'scope' });
    const { groups } = Object(breakdowns).scope;
    const packed = groups.map((group: object) => ['packedPolicySize' in group, Object(group).packedPolicySize]);
    expect(packed).toEqual([
      [true, 12],
      [true, 12],
      [true, 12],
    ]);
    const without = statsJson(asked({ by: 'scope' }), { tally: oneDenied(), place: null }, 9);
    expect(JSON.stringify(without)).not.toContain('packedPolicySize');
  });

  it('says that nothing is left, where all values are named', async () => {
    const { breakdowns } = await counted({ by: 'outcome' }, UNBOUND, 4);
    expect(Object(breakdowns).outcome.others).toBeNull();
    expect(Object((await counted({ by: 'outcome' }, UNBOUND, 3)).breakdowns).outcome.others).toMatchObject({
      started: 1,
    });
  });

  it('of a scope, with the most that STS said of its sessions', () => {
    const tally = new Tally(stepsOf(at(0), at(0), seconds(60)), ['scope', 'outcome']);
    const credential = (packedPolicySize: number | null) => ({ expires: epochSeconds(0), packedPolicySize });
    for (const size of [74, 91, null, 12]) tally.add(aRecord({ time: at(0), credential: credential(size) }));
    tally.add(aRecord({ time: at(0), scope: 'unpacked', credential: credential(null) }));
    const packed = (dimension: Dimension) => tally.breakdown(dimension, 9).groups.map((group) => group.packed);
    expect([packed('scope'), packed('outcome')]).toEqual([[91, null], [null]]);
  });

  it('by several at once, and says how many records the values beyond the first have', async () => {
    const { breakdowns } = await counted({ by: 'reason,outcome' }, UNBOUND, 1);
    expect(breakdowns).toEqual({
      reason: {
        groups: [{ value: null, started: 1, issued: 2, denied: 0, failed: 0, approved: 0, attempts: 3 }],
        others: { started: 0, issued: 0, denied: 1, failed: 1, approved: 0, attempts: 6 },
      },
      outcome: {
        groups: [{ value: 'issued', started: 0, issued: 2, denied: 0, failed: 0, approved: 0, attempts: 2 }],
        others: { started: 1, issued: 0, denied: 1, failed: 1, approved: 0, attempts: 7 },
      },
    });
  });

  it('that a filter asks for', async () => {
    const { total } = await counted({ reason: 'not_allowed' });
    expect(total).toEqual({ started: 0, issued: 0, denied: 1, failed: 0, approved: 0, attempts: 5 });
  });

  it('of what may be asked, these parameters', () => {
    expect([...STATS_PARAMETERS]).toEqual([...SEARCH_PARAMETERS.filter((name) => name !== 'limit'), 'by', 'step']);
    expect(STATS_PARAMETERS).not.toContain('limit');
  });

  it('of no time before 1970', async () => {
    const day = { from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T12:00:00.000Z' };
    expect(await counted({ to: '1970-01-01T12:00:00Z' })).toMatchObject(day);
  });

  it('of the 24 hours before now, where no times are given', async () => {
    expect(await counted({})).toMatchObject({
      from: '2026-11-20T10:00:00.250Z',
      to: '2026-11-21T10:00:00.250Z',
      step: 900,
    });
  });
});

describe('a count', () => {
  /** A walk of these steps, each of ten records looked at; ten milliseconds go by with each. */
  async function stepsTaken(bound: Partial<typeof UNBOUND>): Promise<number> {
    let taken = 0;
    const walk: LedgerQueries['walk'] = async function* () {
      for (; taken < 9; taken += 1) yield { records: [aRecord()], examined: 10, place: aRecord().id };
    };
    const going: Clock = { now: () => at(HOUR_MS + taken * 10) };
    const { tally, place } = await countLedger(
      { queries: { walk }, clock: going },
      asked({}),
      { ...UNBOUND, ...bound },
      signal,
    );
    expect(place === null).toBe(taken === 9);
    return tally.total.issued;
  }

  it.each<[string, Partial<typeof UNBOUND>, number]>([
    ['looks at one step, however little is allowed', { records: 0 }, 1],
    ['looks at no more where as many records were looked at as may be', { records: 20 }, 2],
    ['goes on below that', { records: 21 }, 3],
    ['of one record more than a step goes on', { records: 11 }, 2],
    ['looks at no more where as much time went by as may', { milliseconds: 20 }, 2],
    ['goes on within it', { milliseconds: 21 }, 3],
    ['ends with what there is', {}, 9],
  ])('%s', async (_, bound, steps) => expect(await stepsTaken(bound)).toBe(steps));

  it('says how far it came: to the millisecond of the last that it looked at', async () => {
    const place = idMovedTo(aRecord().id, at(123));
    const walk: LedgerQueries['walk'] = async function* () {
      yield* [1, 2].map(() => ({ records: [], examined: 1, place }));
    };
    const question = asked({ from: '2026-11-21T08:00:00Z' });
    const count = (records: number) =>
      countLedger({ queries: { walk }, clock }, question, { ...UNBOUND, records }, signal);
    const [part, all] = [await count(1), await count(9)].map((stats) => statsJson(question, stats, 9));
    expect(Object.keys(Object(Object(all)['breakdowns']))).toEqual([]);
    expect(part).toMatchObject({ partial: true, countedFrom: '2026-11-21T09:00:00.373Z', next: expect.any(String) });
    expect(all).toMatchObject({ partial: false, countedFrom: '2026-11-21T08:00:00.000Z', next: null });
  });
});

describe('stats that meet their bound', () => {
  const many = Array.from({ length: 450 }, (_, number) => {
    const record = aRecord();
    return { ...record, time: at(number), id: idMovedTo(record.id, at(number)) };
  });
  const source = { walk: memoryWalk() };
  function memoryWalk(): LedgerQueries['walk'] {
    const { storage } = memoryStorage(many);
    return (...asked) => walkLedger(storage, ...asked);
  }
  const RANGE = { from: '2026-11-21T09:00:00Z', to: '2026-11-21T09:00:01Z', step: '1' };

  it.each([
    ['of records', { ...UNBOUND, records: 100 }],
    ['of time', { ...UNBOUND, milliseconds: 0 }],
  ])('%s say so and how far they came, and go on to the same sum', async (_, bound) => {
    const answers = [];
    let cursor: string | undefined;
    do {
      const question = asked({ ...RANGE, ...(cursor === undefined ? {} : { cursor }) });
      const answer = statsJson(question, await countLedger({ queries: source, clock }, question, bound, signal), 1);
      answers.push(answer);
      cursor = answer['next'] === null ? undefined : String(answer['next']);
    } while (cursor !== undefined);
    expect(answers.length).toBeGreaterThan(2);
    expect(answers.map(({ partial }) => partial)).toEqual(answers.map((_answer, index) => index < answers.length - 1));
    expect(answers.reduce((sum, { total }) => sum + Object(total).issued, 0)).toBe(many.length);
    const reached = answers.map(({ countedFrom }) => String(countedFrom));
    expect(reached).toEqual([...reached].sort().reverse());
  });
});

describe('stats say what to change', () => {
  const invalid = (detail: string) => `parameter_invalid: ${detail}`;
  it.each([
    [
      { from: '2026-11-01T00:00:00Z', to: '2026-11-21T00:00:00Z', step: 'minute' },
      'With a step of 60 s, from and to have 28801 steps; at most 1000. Take a step of at least 1730, or a shorter range.',
    ],
    [
      { by: 'colour' },
      'The parameter by is not acceptable. Expected: some of scope, connection, principal, actor, reason, outcome, with commas.',
    ],
    [
      { by: 'scope,' },
      'The parameter by is not acceptable. Expected: some of scope, connection, principal, actor, reason, outcome, with commas.',
    ],
    [
      { step: '0' },
      'The parameter step is not acceptable. Expected: whole seconds from 1 on, or minute, hour, day, week.',
    ],
    [
      { step: 'month' },
      'The parameter step is not acceptable. Expected: whole seconds from 1 on, or minute, hour, day, week.',
    ],
    [
      { from: '2026-11-21T11:00:00Z' },
      'The parameter from is not acceptable. Expected: not later than now, or with to.',
    ],
    [
      { from: 'yesterday' },
      'The parameter from is not acceptable. Expected: an RFC 3339 time such as 2026-11-21T09:00:00Z.',
    ],
    [
      { cursor: 'x' },
      'The parameter cursor goes with the filters, and the from and to, of the answer that it came with.',
    ],
  ] as const)('%j', (parameters, detail) => {
    expect(said(parameters)).toBe(invalid(detail));
  });

  it('and what they say of a step that is too short is true', () => {
    expect(said({ from: '2026-11-01T00:00:00Z', to: '2026-11-21T00:00:00Z', step: '1730' })).toBe('accepted');
  });

  it.each(['x1', '1x', ' 1', '1234567890', '00'])('and take no step of %j', (step) => {
    expect(said({ step })).toContain('The parameter step is not acceptable.');
  });

  it('and take 1,000 steps, and no more', () => {
    const range = (to: string) => ({ from: '2026-11-21T09:00:00Z', to, step: '1' });
    expect(said(range('2026-11-21T09:16:39Z'))).toBe('accepted');
    expect(said(range('2026-11-21T09:16:40Z'))).toContain('1001 steps; at most 1000');
    expect(said({ from: '1970-01-01T00:00:00Z', step: '999999999' })).toBe('accepted');
  });

  it('and take a range of a moment', () => {
    expect(said({ from: '2026-11-21T09:00:00Z', to: '2026-11-21T09:00:00Z' })).toBe('accepted');
  });

  it.each(['minute', 'hour', 'day', 'week', '1', '900'])('and take a step of %s', (step) => {
    expect(said({ from: '2026-11-21T09:00:00Z', to: '2026-11-21T09:10:00Z', step })).toBe('accepted');
  });
});

describe('steps', () => {
  it.each([
    ['day', '2026-11-20T00:00:00.000Z'],
    ['week', '2026-11-16T00:00:00.000Z'],
    ['hour', '2026-11-20T23:00:00.000Z'],
  ])('of a %s begin where it does in UTC', async (step, first) => {
    const { buckets } = await counted({ from: '2026-11-20T23:30:00Z', to: '2026-11-21T00:00:00Z', step });
    expect(Object(buckets)[0].time).toBe(first);
  });
});
