import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { validateFolder } from '../../lib/configuration/lints/validate.ts';
import { formatProblem } from '../../lib/configuration/problem.ts';
import { problemCodes } from '../../lib/configuration/problem-codes.ts';
import { type BrokenConfiguration, brokenConfigurations } from '../../local/docs/lints-page.ts';
import { folderOf, ISSUER, NOW } from './folder-of.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const { good, cases } = brokenConfigurations();

const linesOf = (files: Readonly<Record<string, string>>, issuer: string | null): readonly string[] =>
  validateFolder(folderOf(files), { deployment: { issuer, now: NOW } }).problems.map(formatProblem);

const textOf = (text: string): string => (text.startsWith('examples/') ? readFileSync(join(ROOT, text), 'utf8') : text);

function broken({ file, text, replace, by, beside = {} }: BrokenConfiguration): Record<string, string> {
  const others = Object.fromEntries(Object.entries(beside).map(([name, content]) => [name, textOf(content)]));
  const edited = text ?? (good[file] ?? '').replace(replace ?? '', () => by ?? '');
  expect(edited).not.toBe(good[file]);
  return { ...good, ...others, [file]: edited.replace('FILL', () => 'x'.repeat(400_000)) };
}

describe('a broken configuration', () => {
  it('is an edit of one of which nothing is said', () => {
    expect(linesOf(good, ISSUER)).toEqual([]);
  });

  it.each(cases.map((each) => [each.tried, each] as const))(
    'is told what is wrong, and nothing else: %s',
    (_, each) => {
      expect(linesOf(broken(each), each.issuer === undefined ? ISSUER : each.issuer)).toEqual(each.says);
    },
  );

  it('is shown at least eighty times, each under its own name', () => {
    expect(new Set(cases.map(({ tried }) => tried)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(80);
  });

  it.each(problemCodes)('shows the code %s', (code) => {
    expect(cases.filter(({ says }) => says.some((line) => line.endsWith(`[${code}]`)))).not.toEqual([]);
  });
});
