import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from '../modules/root.ts';
import { sourceOf } from '../modules/source.ts';

const IMPORTED = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Paths (from the root) of the project's own modules that the one at `path` imports, at once or later. */
function importsOf(path: string): readonly string[] {
  return [...sourceOf(path).code.matchAll(IMPORTED)].flatMap(([, specifier]) => {
    const imported = posix.join(posix.dirname(path), specifier ?? '');
    return /\.(ts|mjs|json)$/.test(imported) && existsSync(join(ROOT, imported)) ? [imported] : [];
  });
}

const closures = new Map<string, ReadonlySet<string>>();

/** `path` and all that it leads to. */
export function closureOf(path: string): ReadonlySet<string> {
  const known = closures.get(path);
  if (known !== undefined) return known;
  const closure = new Set([path]);
  for (const next of closure) for (const imported of importsOf(next)) closure.add(imported);
  closures.set(path, closure);
  return closure;
}

const hashes = new Map<string, string>();

/** SHA-256 of everything that can decide how the tests of `file` end, and of the lock file. */
export function hashOf(file: string): string {
  const known = hashes.get(file);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(sourceOf('package-lock.json').text);
  for (const path of [...closureOf(file)].sort()) hash.update(`\n${path}\n`).update(sourceOf(path).text);
  const digest = hash.digest('hex');
  hashes.set(file, digest);
  return digest;
}

/** Of these tests of files; null: of all of them. */
export const hashOfAll = (of: readonly { readonly file: string; readonly tests: readonly number[] | null }[]): string =>
  createHash('sha256')
    .update(of.map(({ file, tests }) => `${hashOf(file)} ${tests?.join() ?? 'all'}`).join('\n'))
    .digest('hex');
