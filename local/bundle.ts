import { basename, extname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type OutputFile } from 'esbuild';
import { oneFile } from './one-file.ts';
import { oneStart } from './one-start.ts';
import { requiredBuiltins } from './required-builtins.ts';
import { staticClosure } from './sizes.ts';

/** One program, bundled: its files, and what esbuild says of them. */
export interface Bundle {
  readonly name: string;
  /** Relative to the bundle's folder. */
  readonly files: readonly { readonly name: string; readonly content: Uint8Array }[];
  readonly metafile: Metafile;
}

/** The settings VERSION and BUILD are the bundle's own word: the template cannot know them. */
const identify = ({ version, build }: Identity): string =>
  `process.env.VERSION??=${JSON.stringify(version)};process.env.BUILD??=${JSON.stringify(build)};`;

export interface Identity {
  readonly version: string;
  /** Twelve hex digits of the hash of the sources. */
  readonly build: string;
}

const options = (root: string, identity: Identity): BuildOptions => ({
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // The SDK's packages hold both module systems: the ES modules are half as large once unused code is dropped.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  banner: { js: identify(identity) },
  sourcemap: 'external',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'silent',
});

const asBundle = (name: string, folder: string, files: readonly OutputFile[], metafile: Metafile): Bundle => ({
  name,
  files: files.map((file) => ({ name: file.path.slice(folder.length + 1), content: file.contents })),
  metafile,
});

/**
 * Bundles one function as an ES module `index.mjs`, with one chunk beside it that it starts with. What it loads by
 * `await import()` becomes a chunk that is read on first use.
 */
export async function bundleFunction(root: string, file: string, identity: Identity): Promise<Bundle> {
  const name = basename(file, extname(file));
  const folder = join(root, 'dist', 'functions', name);
  const { outputFiles, metafile } = await build({
    ...options(root, identity),
    entryPoints: { index: file },
    outdir: folder,
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins: [requiredBuiltins, oneStart(root, file)],
    metafile: true,
    write: false,
  });
  return asBundle(name, folder, outputFiles, metafile);
}

/** What `main` says of itself. Not in the environment: programs that this one runs would inherit it. */
const names = ({ version, build }: Identity): Record<string, string> => ({
  'process.env.VERSION': JSON.stringify(version),
  'process.env.BUILD': JSON.stringify(build),
});

/** What `credentials` starts with, and the proofs that are no more than a look at this machine. */
const EARLY =
  /^bin\/(?:main|dispatch|commands\/(?:table|credentials)|caller\/proofs\/(?:client|file|kubernetes|login|variable))\.ts$/;

/**
 * Bundles the command line as one file that any Node from 20 on runs, with nothing beside it: parts that are read when
 * they are needed (one-file.ts). It keeps the whole credential chain: people have profiles and SSO.
 */
export async function bundleCommandLine(root: string, file: string, identity: Identity): Promise<Bundle> {
  const folder = join(root, 'dist');
  const { outputFiles, metafile } = await build({
    ...options(root, identity),
    target: 'node20',
    banner: {},
    define: names(identity),
    entryPoints: { main: file },
    outdir: folder,
    splitting: true,
    chunkNames: '[name]-[hash]',
    sourcemap: false,
    metafile: true,
    write: false,
  });
  const early = new Set(
    Object.entries(metafile.outputs)
      .filter(([, { entryPoint }]) => entryPoint !== undefined && EARLY.test(entryPoint))
      .flatMap(([output]) => [...staticClosure(metafile.outputs, output)]),
  );
  const parts = outputFiles.map(({ path, text }) => ({
    name: path.slice(folder.length + 1),
    code: text,
    when: early.has(relative(root, path)) ? ('early' as const) : ('later' as const),
  }));
  const content = new TextEncoder().encode(await oneFile(parts, 'main.mjs'));
  return { name: 'token-broker', files: [{ name: 'token-broker.mjs', content }], metafile };
}

/** The command line as one CommonJS script, the only kind that an executable of Node.js 24 begins with. */
export async function bundleExecutable(root: string, file: string, identity: Identity): Promise<string> {
  const { outputFiles } = await build({
    ...options(root, identity),
    banner: {},
    define: names(identity),
    entryPoints: [file],
    format: 'cjs',
    // What is imported later is in it too, or Node.js's own.
    supported: { 'dynamic-import': false },
    sourcemap: false,
    metafile: false,
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
