/** Proofs, slots and limits over ports that answer when they are told: in which order, and what is given back. */
import { describe, expect, it } from '@jest/globals';
import type { SingleUse } from '../../lib/issuance/single-use.ts';
import { spend } from '../../lib/issuance/spend.ts';
import { Fault } from '../../lib/outcome.ts';
import type { Counted, LimitCount, Limits } from '../../lib/ports/limits.ts';
import type { HeldSlots, Taken } from '../../lib/ports/live-slots.ts';
import { seconds } from '../../lib/time.ts';
import { NOW, NOW_SECONDS } from '../fakes/world.ts';
import { type Answer, replaysOf, turn, use } from './waiting-replays.ts';

const forever = new AbortController().signal;
const LIMIT: LimitCount = { counter: 'total:a', count: 9, window: seconds(60) };

/** Limits that write down how they were asked. */
function limitsOf(counted: Counted) {
  const events: string[] = [];
  const signals: AbortSignal[] = [];
  const limits: Limits = {
    count: async () => {
      events.push('count');
      return counted;
    },
    countAhead: () => {
      events.push('ahead');
      return {
        settle: async () => {
          events.push('settle');
          return counted;
        },
        giveBack: async (signal) => {
          events.push('give back');
          signals.push(signal);
        },
      };
    },
  };
  return { limits, events, signals };
}

const clock = { now: () => NOW };
const WITHIN: Counted = { within: true };
const FULL: Counted = { within: false, full: 'actor:x', retryAfter: seconds(30) };

describe('counting', () => {
  it.each<[string, SingleUse[], LimitCount[], boolean | 'the first', string[]]>([
    ['begins beside one claim that is likely to hold', [use('subject')], [LIMIT], true, ['ahead', 'settle']],
    ['begins beside two', [use('client'), use('subject')], [LIMIT, LIMIT], true, ['ahead', 'settle']],
    ['comes after a claim that is not', [use('subject')], [LIMIT], false, ['count']],
    ['is not done ahead of nothing', [], [LIMIT], true, ['count']],
    ['is not done ahead without a limit', [use('subject')], [], true, ['count']],
    ['comes after two claims of which one is not', [use('subject'), use('actor')], [LIMIT], 'the first', ['count']],
  ])('%s', async (_, uses, counts, likely, expected) => {
    const { replays, answer } = replaysOf(({ tokenId }) => (likely === 'the first' ? tokenId === 'subject' : likely));
    const { limits, events } = limitsOf(WITHIN);
    const spent = spend({ clock, replays, limits }, { uses, takeSlots: null, limits: counts }, forever);
    for (const each of ['client', 'subject', 'actor']) await answer(each, 'claimed');
    expect(await spent).toEqual({ ok: true, value: null });
    expect(events).toEqual(expected);
  });

  it('is done in its turn by limits that cannot count ahead, and not at all beside a claim that fails', async () => {
    const spending = (likely: boolean, what: Answer) => {
      const { replays, answer } = replaysOf(() => likely);
      const { limits, events } = limitsOf(WITHIN);
      const spent = spend(
        { clock, replays, limits: { count: limits.count } },
        { uses: [use('subject')], takeSlots: null, limits: [LIMIT] },
        forever,
      ).catch((cause: unknown) => cause);
      return { events, answered: answer('subject', what).then(() => spent) };
    };
    const claimed = spending(true, 'claimed');
    expect([await claimed.answered, claimed.events]).toEqual([{ ok: true, value: null }, ['count']]);
    const failed = spending(false, 'down');
    expect(await failed.answered).toMatchObject({ dependency: 'replays' });
    expect(failed.events).toEqual([]);
  });

  it.each<[Answer, string[]]>([
    ['replayed', []],
    ['down', ['release subject']],
  ])('ahead is given back where the claim does not hold: %s', async (what, released) => {
    const { replays, events: claims, answer } = replaysOf(() => true);
    const { limits, events } = limitsOf(WITHIN);
    const spent = spend(
      { clock, replays, limits },
      { uses: [use('subject')], takeSlots: null, limits: [LIMIT] },
      forever,
    ).catch((cause) => cause);
    await answer('subject', what);
    expect(await spent).toMatchObject(what === 'down' ? { dependency: 'replays' } : { ok: false });
    expect(events).toEqual(['ahead', 'give back']);
    expect(claims).toEqual(['claim subject', ...released]);
  });

  it('that finds no room gives the proofs back, and says when there is some', async () => {
    const { replays, events, answer } = replaysOf(() => true);
    const { limits } = limitsOf(FULL);
    const spent = spend(
      { clock, replays, limits },
      { uses: [use('subject')], takeSlots: null, limits: [LIMIT] },
      forever,
    );
    await answer('subject', 'claimed');
    expect(await spent).toMatchObject({ refusal: { reason: 'limit_reached', limit: 'perActor', retryAfter: 30 } });
    expect(events).toEqual(['claim subject', 'release subject']);
  });
});

describe('slots', () => {
  /** Slots that are taken, full, or cannot be asked; what is given back is written down. */
  function slotsOf(answer: 'taken' | 'full' | 'down', events: string[]) {
    const held: HeldSlots = {
      until: NOW_SECONDS,
      keepUntil: async () => undefined,
      giveBack: async () => void events.push('slots back'),
    };
    return async (): Promise<Taken> => {
      events.push('slots');
      if (answer === 'down') throw new Fault('limits', 'down');
      return answer === 'taken' ? { taken: true, held } : { taken: false, full: 'total:x', retryAfter: seconds(7) };
    };
  }
  type Case = {
    readonly slots?: 'taken' | 'full' | 'down';
    readonly counted?: Counted | 'down';
    readonly counts?: readonly LimitCount[];
    /** Claims that this process believes in; `none`: there are none. */
    readonly claims?: 'likely' | 'unlikely' | 'none';
  };
  async function spending({ slots = 'taken', counted = WITHIN, counts = [LIMIT], claims = 'none' }: Case) {
    const events: string[] = [];
    const { limits, events: counting } = limitsOf(counted === 'down' ? WITHIN : counted);
    const failing: Limits = {
      ...limits,
      countAhead: (...asked) => {
        const ahead = limits.countAhead?.(...asked);
        if (ahead === undefined) throw new Error('not counted ahead');
        return { ...ahead, settle: async () => Promise.reject(new Fault('limits', 'down')) };
      },
    };
    const { replays, events: claimed, answer } = replaysOf(() => claims === 'likely');
    const spent = spend(
      { clock, replays, limits: counted === 'down' ? failing : limits },
      { uses: claims === 'none' ? [] : [use('subject')], takeSlots: slotsOf(slots, events), limits: counts },
      forever,
    ).catch((cause: unknown) => cause);
    await answer('subject', 'claimed');
    const answered = await spent;
    return { answered, events: [...claimed, ...counting, ...events] };
  }

  it.each<[string, Case, readonly string[]]>([
    ['are taken where nothing is counted', { counts: [] }, ['count', 'slots']],
    ['are taken beside the counting', {}, ['ahead', 'settle', 'slots']],
    ['are taken after the claims', { claims: 'unlikely' }, ['claim subject', 'ahead', 'settle', 'slots']],
    [
      'are taken beside what was counted beside the claims',
      { claims: 'likely' },
      ['claim subject', 'ahead', 'settle', 'slots'],
    ],
  ])('%s', async (_, more, events) => {
    const { answered, events: happened } = await spending(more);
    expect(answered).toMatchObject({ ok: true, value: { until: NOW_SECONDS } });
    expect(happened).toEqual(events);
  });

  /** The slots that are full have so many seconds, the window others. */
  const refusal = (retryAfter: number) => {
    const limit = retryAfter === 7 ? 'live.total' : 'perActor';
    const detail = `The limit ${limit} of this scope is reached.`;
    return { ok: false, refusal: { reason: 'limit_reached', retryAfter, limit, detail } };
  };
  const fault = { dependency: 'limits' };
  it.each<[string, Case, object, readonly string[]]>([
    ['that are full give back what was counted', { slots: 'full' }, refusal(7), ['ahead', 'give back', 'slots']],
    ['that are full, where nothing is counted', { slots: 'full', counts: [] }, refusal(7), ['slots']],
    [
      'that are full give the proofs back',
      { slots: 'full', claims: 'unlikely' },
      refusal(7),
      ['claim subject', 'release subject', 'ahead', 'give back', 'slots'],
    ],
    ['that cannot be asked give back what was counted', { slots: 'down' }, fault, ['ahead', 'give back', 'slots']],
    [
      'are given back where a limit is reached',
      { counted: FULL },
      refusal(30),
      ['ahead', 'settle', 'slots', 'slots back'],
    ],
    ['are given back where nobody can count', { counted: 'down' }, fault, ['ahead', 'slots', 'slots back']],
  ])('%s', async (_, more, expected, events) => {
    const { answered, events: happened } = await spending(more);
    expect(answered).toMatchObject(expected);
    expect(happened).toEqual(events);
  });

  it('are taken after the claims have held, and not before', async () => {
    const events: string[] = [];
    const { replays, answer } = replaysOf(() => true);
    const { limits } = limitsOf(WITHIN);
    const spent = spend(
      { clock, replays, limits },
      { uses: [use('subject')], takeSlots: slotsOf('taken', events), limits: [LIMIT] },
      forever,
    );
    await turn();
    expect(events).toEqual([]);
    await answer('subject', 'replayed');
    expect(await spent).toMatchObject({ refusal: { reason: 'replayed' } });
    expect(events).toEqual([]);
  });
});

describe('giving back', () => {
  /** A request that is refused for its limit, whose deadline is `deadline`: the signal of what it gives back. */
  async function givingBack(deadline: AbortSignal): Promise<AbortSignal> {
    const { replays, signals, answer } = replaysOf(() => true);
    const spent = spend(
      { clock, replays, limits: limitsOf(FULL).limits },
      { uses: [use('subject')], takeSlots: null, limits: [LIMIT] },
      deadline,
    );
    await answer('subject', 'claimed');
    await spent;
    const [signal] = signals;
    if (signal === undefined) throw new Error('nothing was given back');
    return signal;
  }

  it('has as long as the request', async () => {
    const request = new AbortController();
    const signal = await givingBack(request.signal);
    await new Promise((resolve) => setTimeout(resolve, 260));
    expect(signal.aborted).toBe(false);
    request.abort();
    expect(signal.aborted).toBe(true);
  });

  it('has 200 ms where the request is over, and then no more', async () => {
    const signal = await givingBack(AbortSignal.abort());
    expect(signal.aborted).toBe(false);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.aborted).toBe(true);
  });
});
