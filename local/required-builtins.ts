import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const BUILTIN = new RegExp(
  `^(?:node:)?(?:${builtinModules.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`,
);
const NAMESPACE = 'required-builtin';

/**
 * An esbuild plugin that has Node.js's own modules required where they are imported. An ES module that imports one
 * makes Node.js read every export of it, and those of `node:http` load the whole of its fetch and WebSocket client: a
 * third of what a function's import took.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: BUILTIN }, ({ path, kind }) =>
      kind === 'import-statement'
        ? { path: path.startsWith('node:') ? path : `node:${path}`, namespace: NAMESPACE }
        : { path, external: true },
    );
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};
