/**
 * The head of `dist/token-broker.mjs` (local/one-file.ts): loads the parts that lie behind it, each when it is first
 * asked for. They are comment lines here, which cost Node.js next to nothing; as code it would read a megabyte before
 * the first of it runs.
 */
// Not imported: an ES module's import of `node:fs` reads all its exports, and loads streams and readline with them.
const builtin = process.getBuiltinModule ?? (await import('node:module')).createRequire(import.meta.url);
const { closeSync, fstatSync, openSync, readSync, realpathSync } = builtin('node:fs');

/** `name: [bytes from the file's end, bytes]` of each part, and of all early ones together; by the build. */
const lines = LINES;
const self = builtin('node:url').fileURLToPath(import.meta.url);
const loaded = {};

function read(name) {
  const [fromEnd, length] = lines[name];
  const file = openSync(self, 'r');
  try {
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, fstatSync(file).size - fromEnd);
    return text.toString('latin1');
  } finally {
    closeSync(file);
  }
}

function unchanged(decode) {
  try {
    return decode();
  } catch (cause) {
    throw new Error(`${self} is not as it was built: install it again`, { cause });
  }
}

function codeOf(name) {
  const text = read(name);
  if (text.startsWith('"')) return JSON.parse(text);
  return builtin('node:zlib').inflateRawSync(Buffer.from(text, 'base64')).toString('utf8');
}

const compiled = (code, parameters, name) =>
  builtin('node:vm').compileFunction(code, parameters, { filename: `${self}/${name}` });
const early = compiled(
  unchanged(() => codeOf(EARLY)),
  [],
  EARLY,
)();

function load(name) {
  if (Object.hasOwn(loaded, name)) return loaded[name].exports;
  if (!Object.hasOwn(early, name) && !Object.hasOwn(lines, name)) return builtin(name);
  const module = { exports: {} };
  loaded[name] = module;
  const run =
    early[name] ??
    compiled(
      unchanged(() => codeOf(name)),
      ['require', 'module', 'exports'],
      name,
    );
  run(load, module, module.exports);
  return module.exports;
}

export const main = (...given) => load(ENTRY).main(...given);

// Started by itself, or imported by a launcher, which calls `main`.
const [, started] = process.argv;
if (started !== undefined && (started === self || realpathSync.native(started) === self)) {
  process.exitCode = await main(process.argv.slice(2));
}
