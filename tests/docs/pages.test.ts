import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { refusals } from '../../lib/refusals/registry.ts';

/** Every page of the checkout, those not committed yet too. */
function pages(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md'];
  const { stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return stdout.split('\n').filter((path) => path !== '' && existsSync(path));
}

const withoutCode = (text: string): string => text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').replace(/`[^`\n]*`/g, '');

interface Link {
  readonly page: string;
  readonly path: string;
  readonly fragment: string | null;
}

function linksOf(page: string): readonly Link[] {
  const targets = [...withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return targets
    .filter((target) => target !== undefined)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', fragment] = target.split('#');
      return {
        page,
        path: path === '' ? page : normalize(join(dirname(page), path)),
        fragment: fragment ?? null,
      };
    });
}

/** GitHub's: lower case, without punctuation, hyphens for blanks. */
const anchorsOf = (page: string): readonly string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

describe('pages', () => {
  it.each(pages().flatMap(linksOf))('$page leads to $path', ({ path, fragment }) => {
    expect(existsSync(path)).toBe(true);
    if (fragment !== null && path.endsWith('.md')) expect(anchorsOf(path)).toContain(fragment);
  });

  it.each(pages().filter((page) => page.startsWith('docs/') && !page.startsWith('docs/adr/')))(
    'a page leads to %s',
    (page) => {
      const from = pages().filter((other) => other !== page);
      expect(from.flatMap(linksOf).map(({ path }) => path)).toContain(page);
    },
  );
});

describe('docs/caches.md', () => {
  const cells = [
    ...readFileSync('docs/caches.md', 'utf8').matchAll(/\]\(\.\.\/(lib\/[^)]+)\)((?: `[A-Z_]+ = [^`]+`)*)/g),
  ];
  const constants = cells.flatMap(([, file = '', stated = '']) =>
    [...stated.matchAll(/`([^`]+)`/g)].map(([, constant = '']) => ({ file, constant })),
  );

  it('states constants', () => expect(constants.length).toBeGreaterThan(20));

  it.each(constants)('says what $file says: $constant', ({ file, constant }) => {
    expect(readFileSync(file, 'utf8')).toContain(`const ${constant};`);
  });
});

describe('docs/failure-table.md', () => {
  const names = [...readFileSync('docs/failure-table.md', 'utf8').matchAll(/`([a-z]+(?:_[a-z]+)+|expired|replayed)`/g)];

  it.each([...new Set(names.map(([, name]) => name ?? ''))])('%s is a reason of the registry', (name) => {
    expect(Object.keys(refusals)).toContain(name);
  });
});
