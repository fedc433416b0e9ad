import { describe, expect, it } from '@jest/globals';
import { FailedAttempts } from '../../lib/identity/failed-attempts.ts';
import { epochMilliseconds } from '../../lib/time.ts';

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const HERE = '203.0.113.9';

/** Three failures a minute; nobody else counts. */
function attempts() {
  const clock = { ms: START };
  const counted = new FailedAttempts(
    { now: () => epochMilliseconds(clock.ms) },
    { kind: 'test', most: 3, limits: null },
  );
  const fail = async (name: string, times = 1) => {
    for (let time = 0; time < times; time += 1) await counted.count(name, HERE);
  };
  const crowd = async (names: number, times = 1) => {
    for (let name = 0; name < names; name += 1) await fail(`made-up-${name}`, times);
  };
  const blocked = (name: string) => counted.blockedFor(name, HERE) !== null;
  return { clock, fail, crowd, blocked };
}

describe('failures that are counted', () => {
  it('block after as many as the bound, for what is left of a minute', async () => {
    const { clock, fail, blocked } = attempts();
    await fail('bot', 2);
    expect(blocked('bot')).toBe(false);
    await fail('bot');
    expect(blocked('bot')).toBe(true);
    clock.ms += MINUTE - 1;
    expect(blocked('bot')).toBe(true);
    clock.ms += 1;
    expect(blocked('bot')).toBe(false);
  });

  it('are not washed away by a crowd of names that nobody has: neither one that is blocked nor one on its way', async () => {
    const { fail, crowd, blocked } = attempts();
    await fail('bot', 3);
    await fail('other', 2);
    await crowd(20_000);
    expect(blocked('bot')).toBe(true);
    await fail('other');
    expect(blocked('other')).toBe(true);
  });

  it('are not washed away by names that fail as often, while one of them fails once', async () => {
    const { fail, crowd, blocked } = attempts();
    await fail('bot', 3);
    await crowd(9_999, 3);
    expect([blocked('bot'), blocked('made-up-0')]).toEqual([true, true]);
    await fail('one more');
    // All are blocked: the oldest of them gives way, and no more than one for each new name.
    expect([blocked('bot'), blocked('made-up-0')]).toEqual([false, true]);
    await fail('and one more');
    expect([blocked('made-up-0'), blocked('made-up-1')]).toEqual([true, true]);
  });

  it('give way first where their minute is over', async () => {
    const { clock, fail, crowd, blocked } = attempts();
    await fail('old', 2);
    await crowd(9_998);
    clock.ms += MINUTE;
    await fail('bot');
    await fail('bot', 2);
    await fail('another');
    await fail('old');
    expect([blocked('bot'), blocked('old')]).toEqual([true, false]);
  });
});
