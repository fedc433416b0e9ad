import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What goes into a function's bundle, and what decides how it is made. */
const BUNDLE_SOURCES = [
  'functions',
  'witness',
  'lib',
  'console',
  'package.json',
  'package-lock.json',
  'local/build.ts',
  'local/bundle.ts',
  'local/page.ts',
  'local/one-start.ts',
  'local/required-builtins.ts',
];

/** What goes into the command line beside that. */
const COMMAND_LINE_SOURCES = ['bin', 'local/one-file.ts', 'local/one-file-start.mjs'];

function* filesBelow(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(below);
    // Beside each function lies what the template says of it, which is in no bundle.
    else if (entry.isFile() && !entry.name.endsWith('.yaml')) yield below;
  }
}

function filesOf(root: string, sources: readonly string[]): readonly string[] {
  const files = sources.flatMap((source) => {
    const path = join(root, source);
    if (!existsSync(path)) return [];
    return /\.[a-z]+$/.test(source) ? [path] : [...filesBelow(path)];
  });
  return files.sort();
}

/** SHA-256, lower-case hex, over names (relative, with `/`) and contents: the same on every machine. */
function hashOf(root: string, sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of filesOf(root, sources)) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

export interface SourceHashes {
  /** Of the functions alone: what `BUILD` says, so that the command line does not change a deployment. */
  readonly functions: string;
  /** Of everything that a build writes: what decides whether a build is stale. */
  readonly all: string;
}

export const hashSources = (root: string): SourceHashes => ({
  functions: hashOf(root, BUNDLE_SOURCES),
  all: hashOf(root, [...BUNDLE_SOURCES, ...COMMAND_LINE_SOURCES]),
});
