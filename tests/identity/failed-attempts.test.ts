import { describe, expect, it } from '@jest/globals';
import { FailedAttempts } from '../../lib/identity/failed-attempts.ts';
import type { Counted, Limits } from '../../lib/ports/limits.ts';
import { epochMilliseconds, seconds } from '../../lib/time.ts';

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const HERE = '203.0.113.9';

/** Three failures a minute, of ten names; nobody else counts unless `limits` do. */
function attempts(limits: Limits | null = null) {
  const clock = { ms: START };
  const shared = limits === null ? null : { limits, kind: 'test' };
  const ports = { now: () => epochMilliseconds(clock.ms) };
  const counted = new FailedAttempts(ports, { most: 3, names: 10, shared });
  const fail = async (name: string, times = 1) => {
    for (let time = 0; time < times; time += 1) await counted.count(name, HERE);
  };
  const crowd = async (names: number, times = 1) => {
    for (let name = 0; name < names; name += 1) await fail(`made-up-${name}`, times);
  };
  const blockedFor = (name: string) => counted.blockedFor(name, HERE);
  const blocked = (name: string) => blockedFor(name) !== null;
  return { clock, counted, fail, crowd, blocked, blockedFor };
}

describe('failures that are counted', () => {
  it('block after as many as the bound, for what is left of a minute', async () => {
    const { clock, fail, blocked, blockedFor } = attempts();
    await fail('bot', 2);
    expect(blocked('bot')).toBe(false);
    await fail('bot');
    clock.ms += 19_999;
    expect(blockedFor('bot')).toBe(41);
    clock.ms = START + MINUTE - 1;
    expect(blockedFor('bot')).toBe(1);
    clock.ms += 1;
    expect(blocked('bot')).toBe(false);
  });

  it('beyond the bound, as of requests that came together, block for a minute after the first of the last ones', async () => {
    const { clock, fail, blockedFor } = attempts();
    for (let count = 0; count < 4; count += 1) {
      clock.ms = START + count * 10_000;
      await fail('bot');
    }
    expect(blockedFor('bot')).toBe(40);
  });

  it('of a clock that was set back since are none', async () => {
    const { clock, fail, blocked } = attempts();
    await fail('bot');
    clock.ms = START - 30_000;
    await fail('bot', 2);
    clock.ms = START + 5_000;
    expect(blocked('bot')).toBe(false);
  });

  it('are not washed away by a crowd of names that nobody has: neither one that is blocked nor one on its way', async () => {
    const { fail, crowd, blocked } = attempts();
    await fail('bot', 3);
    await fail('other', 2);
    await crowd(20);
    expect(blocked('bot')).toBe(true);
    await fail('other');
    expect(blocked('other')).toBe(true);
  });

  it('are not washed away by names that fail as often, while one of them fails once', async () => {
    const { fail, crowd, blocked } = attempts();
    await fail('bot', 3);
    await crowd(9, 3);
    expect([blocked('bot'), blocked('made-up-0')]).toEqual([true, true]);
    await fail('one more');
    // All are blocked: the oldest of them gives way, and no more than one for each new name.
    expect([blocked('bot'), blocked('made-up-0')]).toEqual([false, true]);
    await fail('and one more');
    expect([blocked('made-up-0'), blocked('made-up-1')]).toEqual([true, true]);
  });

  it('give way first where their minute is over, however many they were', async () => {
    const { clock, fail, crowd, blocked } = attempts();
    await fail('old', 2);
    clock.ms += MINUTE;
    await crowd(9);
    await fail('bot');
    await fail('made-up-0', 2);
    expect([blocked('made-up-0'), blocked('old')]).toEqual([true, false]);
  });
});

describe('what others counted', () => {
  /** Answers in turn; the last one again and again. */
  const saying = (...answers: readonly (() => Promise<Counted>)[]): Limits => {
    let asked = 0;
    return {
      count: () => {
        const answer = answers[Math.min(asked, answers.length - 1)];
        asked += 1;
        return answer === undefined ? Promise.reject(new Error('no answer')) : answer();
      },
    };
  };
  const full = async (): Promise<Counted> => ({ within: false, full: 'actor:x', retryAfter: seconds(40) });
  const within = async (): Promise<Counted> => ({ within: true });

  it('blocks for as long as they say, here too', async () => {
    const { counted, clock, blockedFor } = attempts(saying(full));
    expect(await counted.count('bot', HERE)).toBe(40);
    expect(blockedFor('bot')).toBe(40);
    clock.ms += 39_999;
    expect(blockedFor('bot')).toBe(1);
    clock.ms += 1;
    expect(blockedFor('bot')).toBeNull();
  });

  it('still blocks where they cannot be asked the next time', async () => {
    const { fail, blockedFor } = attempts(saying(full, () => Promise.reject(new Error('down'))));
    await fail('bot', 2);
    expect(blockedFor('bot')).toBe(40);
  });

  it('is not washed away by a crowd either', async () => {
    const { fail, crowd, blocked } = attempts(saying(full, within));
    await fail('bot');
    await crowd(11);
    expect(blocked('bot')).toBe(true);
  });

  /** One failure whose answer comes when the test says so, and what happens meanwhile. */
  async function meanwhile(happens: (world: ReturnType<typeof attempts>) => Promise<void>) {
    const late = Promise.withResolvers<Counted>();
    const world = attempts(saying(() => late.promise, within));
    const first = world.counted.count('bot', HERE);
    await happens(world);
    late.resolve({ within: false, full: 'actor:x', retryAfter: seconds(1) });
    await first;
    return world;
  }

  it('is added to what was counted here while they were asked', async () => {
    const { clock, fail, blocked, blockedFor } = await meanwhile(({ fail }) => fail('bot'));
    expect(blockedFor('bot')).toBe(1);
    clock.ms += 1_000;
    expect(blocked('bot')).toBe(false);
    await fail('bot');
    expect(blockedFor('bot')).toBe(59);
  });

  it('blocks also where the name gave way while they were asked, and it counts on', async () => {
    const { clock, fail, blockedFor } = await meanwhile(({ crowd }) => crowd(10));
    expect(blockedFor('bot')).toBe(1);
    clock.ms += 1_000;
    await fail('bot', 2);
    expect(blockedFor('bot')).toBe(59);
  });
});

describe('an address', () => {
  /** Whether who failed at one address is blocked at another. */
  async function together(one: string, other: string): Promise<boolean> {
    const { counted } = attempts();
    for (let count = 0; count < 3; count += 1) await counted.count('bot', one);
    return counted.blockedFor('bot', other) !== null;
  }

  it.each([
    ['::FFFF:198.51.100.1', '198.51.100.1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['2001:db8::', '2001:0DB8:0:0:1:2:3:4'],
    ['::1:2:3:4:5:6:7', '0:1:2:3:4:5:6:7'],
    ['1::2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::'],
    ['1:2:3:4:5:6:198.51.100.1', '1:2:3:4:5:6:7:8'],
    ['fe80::1%eth0', 'fe80::2'],
  ])('is one with what is of its network: %s and %s', async (one, other) => {
    expect([await together(one, other), await together(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['2001:db8:1:2::1', '2002:db8:1:2::1'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['1:b::', 'b:1::'],
    ['1::ffff:198.51.100.1', '198.51.100.1'],
    ['::ffff:c633:6401', '::ffff:c633:6402'],
    ['198.51.100.1', '198.51.100.2'],
    ['no address', 'another'],
  ])('is another than what is not: %s and %s', async (one, other) => {
    expect([await together(one, other), await together(other, one)]).toEqual([false, false]);
  });
});
