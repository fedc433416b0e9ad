#!/usr/bin/env node
/**
 * Starts the command line on any Node from 20 on. An installed package holds it built, as one file
 * (`dist/token-broker.mjs`, which runs by itself too); a checkout holds it as TypeScript, which needs a Node that
 * strips types: this one, or the runtime's own that the development dependencies bring.
 */
// Not imported: an ES module's import of `node:fs` reads all its exports, which takes a quarter of Node.js's own start.
const builtin = process.getBuiltinModule ?? (await import('node:module')).createRequire(import.meta.url);
const { existsSync } = builtin('node:fs');
const { dirname, join, sep } = builtin('node:path');
const { fileURLToPath, pathToFileURL } = builtin('node:url');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'bin', 'cli.ts');
const built = join(root, 'dist', 'token-broker.mjs');
const runtime = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Node refuses to strip types of anything below a node_modules folder. */
const isCheckout = !root.split(sep).includes('node_modules') && existsSync(source);
const stripsTypes = Number(process.versions.node.split('.')[0]) >= 24;

function fail(message) {
  process.stderr.write(`token-broker: ${message}\n`);
  process.exitCode = 1;
}

/** Hands over arguments, terminal, signals and exit code. */
function runWith(node) {
  const child = builtin('node:child_process').spawn(node, [source, ...process.argv.slice(2)], { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to both processes: the child decides what it means, this one waits.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (builtin('node:os').constants.signals[signal] ?? 0);
  });
}

async function runHere(file) {
  const { main } = await import(pathToFileURL(file).href);
  process.exitCode = await main(process.argv.slice(2));
}

if (isCheckout && stripsTypes) await runHere(source);
else if (isCheckout && existsSync(runtime)) runWith(runtime);
else if (existsSync(built)) await runHere(built);
else if (isCheckout)
  fail('this checkout runs on Node 24: run `npm ci` first (it brings one), or use Node 24 or newer.');
else fail('this package holds no dist/token-broker.mjs: pack it again with `npm pack`, which builds it.');
