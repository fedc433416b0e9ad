/** How time is parted: where steps begin, and which is usual for a range. */
import { describe, expect, it } from '@jest/globals';
import { NAMED_STEPS, stepsOf, usualStep } from '../../lib/ledger/steps.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../../lib/time.ts';

const MINUTE_MS = 60_000;
const at = (text: string) => epochMilliseconds(Date.parse(text));
const [ZERO, MONDAY] = [epochMilliseconds(0), at('2026-11-16T00:00:00Z')];

describe('the usual step', () => {
  /** In minutes, each with the next longer one. */
  it.each([
    [1, 5],
    [5, 15],
    [15, 60],
    [60, 180],
    [180, 360],
    [360, 1_440],
    [1_440, 10_080],
    [10_080, 40_320],
    [40_320, 40_320],
  ])('of 120 times %d minutes is that, and of a millisecond more %d', (minutes, next) => {
    const range = 120 * minutes * MINUTE_MS;
    expect(usualStep(ZERO, epochMilliseconds(range))).toBe(minutes * 60);
    expect(usualStep(epochMilliseconds(7), epochMilliseconds(range + 7))).toBe(minutes * 60);
    expect(usualStep(ZERO, epochMilliseconds(range + 1))).toBe(next * 60);
  });
});

describe('steps', () => {
  it('have these names', () => {
    expect([...NAMED_STEPS]).toEqual([
      ...[['minute', 60] as const, ['hour', 3_600] as const, ['day', 86_400] as const, ['week', 604_800] as const],
    ]);
  });

  it.each<[string, Seconds, EpochMilliseconds]>([
    ['a week, on its Monday', seconds(604_800), MONDAY],
    ['three days, as they do since 1970', seconds(3 * 86_400), at('2026-11-15T00:00:00Z')],
    ['a second less than a week, as they do since 1970', seconds(604_799), epochMilliseconds(2967 * 604_799 * 1000)],
  ])('begin of %s', (_, length, start) => {
    const steps = stepsOf(MONDAY, MONDAY, length);
    expect([steps.startOf(0), steps.count, steps.length]).toEqual([start, 1, length]);
  });

  it('are those that hold both ends, counted from the first', () => {
    const steps = stepsOf(epochMilliseconds(59_999), epochMilliseconds(180_000), seconds(60));
    expect(steps.count).toBe(4);
    expect([59_999, 60_000, 179_999, 180_000].map((time) => steps.indexOf(epochMilliseconds(time)))).toEqual([
      0, 1, 2, 3,
    ]);
    expect([0, 1, 3].map((index) => steps.startOf(index))).toEqual([0, 60_000, 180_000]);
  });
});
