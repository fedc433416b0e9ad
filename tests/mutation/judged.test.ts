import { expect, it } from '@jest/globals';
import { readJudged } from './judged.ts';
import { mutantsOf } from './mutant.ts';
import { roomFiles } from './places.ts';

it('every judged survivor is still one that is made of a measured file, and is judged once', () => {
  const entries = readJudged();
  const keys = entries.map(({ file, line, from, to }) => JSON.stringify([file, line, from, to]));
  expect(new Set(keys).size).toBe(keys.length);
  const files = new Set(roomFiles());
  const gone = entries.filter(
    ({ file, line, from, to }) =>
      !files.has(file) ||
      !mutantsOf(file).some(({ statement, original, text }) => statement === line && original === from && text === to),
  );
  expect(gone).toEqual([]);
});
