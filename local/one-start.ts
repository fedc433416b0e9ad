import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'loaded-later';
/** A static import of more than types, however many lines it has. */
const STATIC_IMPORT = /^import (?!type )[^;]*?'([^']+)';/gm;

/**
 * An esbuild plugin that keeps all that a program starts with in one file beside `index.mjs`. esbuild puts what two of
 * its parts share into a file of its own, so that a program with a few parts that are loaded later would start with as
 * many files, and each has to be found, read and linked. Here every such part has all below it that the start imports:
 * what the start and any part share, all of them share. The start itself is below nobody: where it waits for a part,
 * the part must not wait for it.
 */
export const oneStart = (root: string, start: string): Plugin => ({
  name: 'one-start',
  setup({ onResolve, onLoad, resolve }) {
    const shared = [...readFileSync(start, 'utf8').matchAll(STATIC_IMPORT)].map(([, path = '']) =>
      path.startsWith('.') ? join(dirname(start), path) : path,
    );
    onResolve({ filter: /^\./ }, async ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const resolved = await resolve(path, { kind: 'import-statement', resolveDir });
      // Relative: what is built from the same sources elsewhere has the same names.
      return { path: relative(root, resolved.path), namespace: NAMESPACE, errors: resolved.errors };
    });
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: [
        ...shared.map((each) => `import ${JSON.stringify(each)};`),
        `export * from ${JSON.stringify(join(root, path))};`,
      ].join('\n'),
      loader: 'js',
      resolveDir: root,
    }));
  },
});
