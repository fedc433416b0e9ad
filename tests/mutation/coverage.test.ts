import { expect, it } from '@jest/globals';
import { executed, keyOf } from './coverage.ts';
import { mutantsOf } from './mutant.ts';

const PATH = 'lib/ledger/parties.ts';

/** The file was executed, but for what stands from `from` on, as V8 says it of a right side that was not reached. */
const executedBut = (from: number, to: number) => [
  {
    functionName: '',
    isBlockCoverage: true,
    ranges: [
      { startOffset: 0, endOffset: Number.MAX_SAFE_INTEGER, count: 1 },
      { startOffset: from, endOffset: to, count: 0 },
    ],
  },
];

it.each(['?.', '&&'])('%s is executed where what stands behind it is not', (sign) => {
  const at = mutantsOf(PATH).find(({ original }) => original === sign);
  if (at === undefined) throw new TypeError('no such mutant');
  const behind = mutantsOf(PATH).find(({ start }) => start > at.end);
  const keys = executed(PATH, executedBut(at.start, (behind?.start ?? 0) + 1));
  expect([keys.includes(keyOf(at)), keys.includes(keyOf(behind ?? at))]).toEqual([true, false]);
});
