import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { problemCodes } from '../../lib/configuration/problem-codes.ts';
import { lintsPage } from '../../local/docs/lints-page.ts';

const ROOT = join(import.meta.dirname, '..', '..');

it('docs/lints.md is what `npm run docs` writes', () => {
  expect(readFileSync(join(ROOT, 'docs/lints.md'), 'utf8')).toBe(lintsPage());
});

it.each(problemCodes)('something reports %s', (code) => {
  const sources = ['lib/configuration', 'lib/policy'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('problem-codes.ts'))
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  );
  expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true);
});
