import { expect, test } from '@jest/globals';
import { parseDuration } from '../lib/time.ts';

test('reads a duration', () => {
  expect(parseDuration('15m')).toBe(900);
});
