import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'loaded-later';

/**
 * An esbuild plugin that keeps all that a program starts with in one file beside `index.mjs`. esbuild puts what two of
 * its parts share into a file of its own, so that a program with a few parts that are loaded later would start with as
 * many files, and each has to be found, read and linked. Here every such part has the whole start below it: what the
 * start and any part share, all of them share.
 */
export const oneStart = (root: string, start: string): Plugin => ({
  name: 'one-start',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\./ }, async ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const resolved = await resolve(path, { kind: 'import-statement', resolveDir });
      // Relative: what is built from the same sources elsewhere has the same names.
      return { path: relative(root, resolved.path), namespace: NAMESPACE, errors: resolved.errors };
    });
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: `import ${JSON.stringify(start)};\nexport * from ${JSON.stringify(join(root, path))};`,
      loader: 'js',
      resolveDir: root,
    }));
  },
});
