import { expect, it } from '@jest/globals';
import { onlyUnfinished, UNFINISHED_AFTER, unfinishedUntil } from '../../lib/ledger/unfinished.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { NINE } from './a-record.ts';

const FIVE_MINUTES_BEFORE = epochMilliseconds(NINE - 300_000);

it('what began five minutes ago, or before, is unfinished', () => {
  expect(UNFINISHED_AFTER).toBe(300_000);
  expect(unfinishedUntil(NINE)).toBe(FIVE_MINUTES_BEFORE);
  expect(unfinishedUntil(epochMilliseconds(1_000))).toBe(0);
});

it.each([
  ['all of it', {}, FIVE_MINUTES_BEFORE],
  ['no later than then, whatever was asked for', { to: NINE }, FIVE_MINUTES_BEFORE],
  ['no later than was asked for', { to: epochMilliseconds(7) }, 7],
])('of what a filter finds is %s', (_, more, to) => {
  expect(onlyUnfinished({ scope: 'a', ...more }, NINE)).toEqual({ scope: 'a', outcome: 'started', to });
});
