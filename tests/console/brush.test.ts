import { describe, expect, it } from '@jest/globals';
import { barAt, brushByKey, rangeOfBars } from '../../console/brush.ts';

const COUNT = 24;

describe('what is marked on the timeline', () => {
  it.each([
    ['ArrowRight', false, { anchor: 6, head: 6 }],
    ['ArrowLeft', false, { anchor: 4, head: 4 }],
    ['ArrowRight', true, { anchor: 3, head: 6 }],
    ['PageDown', true, { anchor: 3, head: 0 }],
    ['PageUp', false, { anchor: 15, head: 15 }],
    ['Home', false, { anchor: 0, head: 0 }],
    ['End', true, { anchor: 3, head: 23 }],
    ['a', false, null],
  ])('goes by keys: %s, Shift %s', (key, shift, expected) => {
    expect(brushByKey({ anchor: 3, head: 5 }, key, shift, COUNT)).toEqual(expected);
  });

  it.each([
    [-1, 0],
    [0, 0],
    [0.5, 12],
    [0.999, 23],
    [1, 23],
    [7, 23],
  ])('goes by the pointer, also where that has left the picture: %s of the width', (part, bar) => {
    expect(barAt(part, COUNT)).toBe(bar);
  });

  it('is a range of time up to the last millisecond before the next bar, whichever way it was drawn', () => {
    const start = Date.parse('2026-11-25T00:00:00Z');
    const range = { from: '2026-11-25T02:00:00.000Z', to: '2026-11-25T04:59:59.999Z' };
    expect(rangeOfBars({ anchor: 2, head: 4 }, start, 3_600_000)).toEqual(range);
    expect(rangeOfBars({ anchor: 4, head: 2 }, start, 3_600_000)).toEqual(range);
  });
});
