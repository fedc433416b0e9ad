import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** The tests that the tables name: file, name (null: the whole file) and row of a table of cases (null: all). */
async function named() {
  const text = await read('docs/oauth-conformance.md');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes('`tests/'));
  return rows.map((line) => {
    const match = /`(tests\/[^`]+\.test\.ts)`(?: `([^`]+)`)?(?: \[([^\]]+)\])? \|$/.exec(line);
    return { line, file: match?.[1] ?? '', name: match?.[2] ?? null, row: match?.[3] ?? null };
  });
}

it('names tests that exist', async () => {
  const tests = await named();
  expect(tests.length).toBeGreaterThan(60);
  const missing: string[] = [];
  for (const { line, file, name, row } of tests) {
    const source = file === '' ? '' : await read(file).catch(() => '');
    const has = (text: string) => ["'", '"', '`'].some((quote) => source.includes(`${quote}${text}${quote}`));
    if (source === '' || (name !== null && !has(name)) || (row !== null && !has(row))) missing.push(line);
  }
  expect(missing).toEqual([]);
});
