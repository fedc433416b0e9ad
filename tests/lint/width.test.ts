import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const COLUMNS = 120;

/** Texts and patterns are as long as they are, and the formatter leaves them alone: comments are ours to wrap. */
const isComment = (line: string): boolean => /^\s*(?:\/\*\*|\*|\/\/)/.test(line);

it('wraps comments within 120 columns', () => {
  const { stdout } = spawnSync('git', ['ls-files', '--', '*.ts', '*.tsx', '*.mjs'], { encoding: 'utf8' });
  const files = stdout.split('\n').filter((file) => file !== '');
  expect(files.length).toBeGreaterThan(500);
  const wide = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, at) => (isComment(line) && [...line].length > COLUMNS ? [`${file}:${at + 1}`] : [])),
  );
  expect(wide).toEqual([]);
});
