import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const BUILTIN = new RegExp(
  `^(?:node:)?(?:${builtinModules.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`,
);
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Each export by itself, so that what nobody imports is dropped, and not even looked at. */
function exportsOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(
    (name) => IDENTIFIER.test(name) && name !== 'default',
  );
  return [
    `const builtin = process.getBuiltinModule(${JSON.stringify(path)});`,
    'export default builtin;',
    ...names.map((name, at) => `const $${at} = /* @__PURE__ */ (() => builtin.${name})();`),
    `export { ${names.map((name, at) => `$${at} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/**
 * An esbuild plugin that has Node.js's own modules got where they are imported or required, each name by itself. An ES
 * module that imports one makes Node.js read every export of it, and those of `node:http` load the whole of its fetch
 * and WebSocket client; and one that makes a `require` of its own first works out where it lies.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: BUILTIN }, ({ path, kind }) => {
      const namespace = { 'import-statement': 'imported-builtin', 'require-call': 'required-builtin' }[String(kind)];
      const full = path.startsWith('node:') ? path : `node:${path}`;
      return namespace === undefined ? { path: full, external: true } : { path: full, namespace };
    });
    onLoad({ filter: /./, namespace: 'imported-builtin' }, ({ path }) => ({ contents: exportsOf(path), loader: 'js' }));
    onLoad({ filter: /./, namespace: 'required-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};
