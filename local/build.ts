/**
 * `npm run build`: one ES module bundle for each file of `functions/` into `dist/functions/<name>/`, the command line
 * into `dist/token-broker.mjs`, and `dist/sizes.json`. Does nothing where the sources are those of the last build.
 * Source maps go to `dist/maps/`, beside what is deployed and not in it: they would triple the upload, and only a
 * person reads them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv, exit, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { BuildFailure } from 'esbuild';
import { type Bundle, bundleCommandLine, bundleFunction, type Identity } from './bundle.ts';
import { bundlePage } from './page.ts';
import { sizesOf } from './sizes.ts';
import { hashSources } from './sources.ts';

export interface BuildResult {
  readonly fresh: boolean;
  readonly build: string;
}

interface Stamp {
  readonly all: string;
  readonly files: readonly string[];
}

const stampPath = (root: string): string => join(root, 'dist', 'build.json');

function readStamp(root: string): Stamp | null {
  try {
    const stamp: unknown = JSON.parse(readFileSync(stampPath(root), 'utf8'));
    return isStamp(stamp) ? stamp : null;
  } catch {
    return null;
  }
}

const isStamp = (value: unknown): value is Stamp =>
  typeof value === 'object' && value !== null && 'all' in value && 'files' in value && Array.isArray(value.files);

/** Written beside and renamed, so that a reader or a second build never sees half a file. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${pid}.new`;
  await writeFile(beside, content);
  await rename(beside, path);
}

/** Writes what a bundle has and returns the paths below `dist`, maps apart. */
async function writeBundle(root: string, folder: string, bundle: Bundle): Promise<readonly string[]> {
  const paths = bundle.files.map(({ name, content }) => ({
    path: name.endsWith('.map') ? join('maps', bundle.name, name) : join(folder, name),
    content,
  }));
  await Promise.all(paths.map(({ path, content }) => writeWhole(join(root, 'dist', path), content)));
  return paths.map(({ path }) => path);
}

/** Removes what an earlier build left in the deployed folders: a chunk of old code must not be uploaded. */
async function sweep(root: string, keep: ReadonlySet<string>): Promise<void> {
  for (const folder of ['functions', 'maps']) {
    const below = join(root, 'dist', folder);
    if (!existsSync(below)) continue;
    const entries = await readdir(below, { recursive: true, withFileTypes: true });
    const stale = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.new'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !keep.has(path.slice(join(root, 'dist').length + 1)));
    await Promise.all(stale.map((path) => rm(path, { force: true })));
  }
}

/** The operators' page lies in a folder of its function, so that the two are deployed as one. */
async function withPage(root: string, bundle: Bundle): Promise<Bundle> {
  if (bundle.name !== 'console') return bundle;
  const page = await bundlePage(join(root, 'console'));
  return {
    ...bundle,
    files: [...bundle.files, ...page.map(({ name, content }) => ({ name: `page/${name}`, content }))],
  };
}

/** The functions, and that of the witness, which has a template of its own. */
const functionFiles = (root: string): readonly string[] => [
  ...readdirSync(join(root, 'functions'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(root, 'functions', name)),
  ...[join(root, 'witness', 'witness.ts')].filter(existsSync),
];

async function makeBundles(root: string, identity: Identity): Promise<readonly string[]> {
  const bundled = await Promise.all(functionFiles(root).map((file) => bundleFunction(root, file, identity)));
  const functions = await Promise.all(bundled.map((bundle) => withPage(root, bundle)));
  const commandLine = join(root, 'bin', 'main.ts');
  const others = existsSync(commandLine) ? [await bundleCommandLine(root, commandLine, identity)] : [];
  const written = await Promise.all([
    ...functions.map((bundle) => writeBundle(root, join('functions', bundle.name), bundle)),
    ...others.map((bundle) => writeBundle(root, '', bundle)),
  ]);
  for (const { name } of others) await chmod(join(root, 'dist', `${name}.mjs`), 0o755);
  await writeWhole(join(root, 'dist', 'sizes.json'), `${JSON.stringify(sizesOf(functions), null, 2)}\n`);
  for (const bundle of [...functions, ...others]) {
    await writeWhole(join(root, 'dist', 'meta', `${bundle.name}.json`), JSON.stringify(bundle.metafile));
  }
  return written.flat();
}

/**
 * Builds the checkout at `root` unless `dist/` is of these very sources already (`fresh`). Rejects with esbuild's
 * `BuildFailure` where the sources do not compile; what was built before is left as it was.
 */
export async function buildProject(root: string): Promise<BuildResult> {
  const hashes = hashSources(root);
  const build = hashes.functions.slice(0, 12);
  const stamp = readStamp(root);
  if (stamp?.all === hashes.all && stamp.files.every((file) => existsSync(join(root, 'dist', file)))) {
    return { fresh: true, build };
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = await makeBundles(root, { version: String(version), build });
  await sweep(root, new Set(files));
  await writeWhole(stampPath(root), JSON.stringify({ all: hashes.all, files } satisfies Stamp));
  return { fresh: false, build };
}

/** True for what esbuild throws where the sources do not compile. */
export const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

/** One line a problem: `file:line:column: text`. */
export const buildProblems = (failure: BuildFailure): readonly string[] =>
  failure.errors.map(({ location, text }) =>
    location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`,
  );

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { fresh, build } = await buildProject(dirname(dirname(fileURLToPath(import.meta.url))));
    console.log(
      fresh ? `dist/ is up to date (build ${build}).` : `Built dist/ (build ${build}); sizes are in dist/sizes.json.`,
    );
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    for (const problem of buildProblems(error)) console.error(problem);
    exit(1);
  }
}
