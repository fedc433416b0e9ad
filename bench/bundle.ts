import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleFunction } from '../local/bundle.ts';
import { sizesOf } from '../local/sizes.ts';
import { atMost, type Figure, median, reported } from './figure.ts';
import { environment } from './issuance/workload.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = join(ROOT, 'functions/credentials.ts');
const BUDGET_KB = 350;
const BUDGET_RATIO = 0.5;
const ROUNDS = 25;
const BARE = 'export const handler=async()=>({statusCode:200});';

/**
 * What esbuild makes of the same code with SAM's settings for a Node.js function: minified, nothing replaced, the packages' default entry points. It splits as the deployed build does, so
 * that what is loaded later counts in neither.
 */
async function buildUntrimmed(folder: string): Promise<number> {
  const { metafile } = await build({
    entryPoints: { index: FILE },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import{createRequire as bundledRequire}from'node:module';const require=bundledRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  const sizes = sizesOf([{ name: 'credentials', files: [], metafile: relative(metafile) }]);
  return sizes['credentials']?.initial ?? Number.NaN;
}

/** Entry points as `functions/…`, whatever the working directory. */
function relative(metafile: Awaited<ReturnType<typeof build>>['metafile'] & object) {
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => {
    const entryPoint = output.entryPoint?.replace(/^.*(?=functions\/[^/]+\.ts$)/, '');
    return [path, entryPoint === undefined ? output : { ...output, entryPoint }] as const;
  });
  return { ...metafile, outputs: Object.fromEntries(outputs) };
}

async function buildDeployed(folder: string) {
  const bundle = await bundleFunction(ROOT, FILE, { version: '0.0.0', build: '000000000000' });
  for (const { name, content } of bundle.files.filter(({ name }) => name.endsWith('.mjs'))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const size = sizesOf([bundle])['credentials'];
  if (size === undefined) throw new Error('the bundle has no size');
  return size;
}

/** Milliseconds that a fresh process takes to import the module, without those that it takes to start. */
function importTime(path: string): number {
  const script = `const began=performance.now();await import(${JSON.stringify(path)});process.stdout.write(String(performance.now()-began));process.exit(0)`;
  const { stdout, status, stderr } = spawnSync(execPath, ['--input-type=module', '-e', script], {
    env: environment(9, 'bench'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

/** The size of the credentials bundle as deployed, and how long a cold start takes to import it, beside the untrimmed build. */
export async function benchBundle(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  try {
    const untrimmed = await buildUntrimmed(join(folder, 'untrimmed'));
    const { initial, total } = await buildDeployed(join(folder, 'deployed'));
    mkdirSync(join(folder, 'bare'));
    writeFileSync(join(folder, 'bare', 'index.mjs'), BARE);
    const times: Record<'deployed' | 'untrimmed' | 'bare', number[]> = { deployed: [], untrimmed: [], bare: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['deployed', 'untrimmed', 'bare'] as const) {
        times[name].push(importTime(join(folder, name, 'index.mjs')));
      }
    }
    const ratio = median(times.deployed.map((time, at) => time / (times.untrimmed[at] ?? Number.NaN)));
    return [
      atMost('the credentials bundle, minified', initial / 1000, BUDGET_KB, 'KB'),
      reported('  with what is loaded on first use', total / 1000, 'KB'),
      reported('  untrimmed', untrimmed / 1000, 'KB'),
      atMost('its import beside that of the untrimmed build', ratio, BUDGET_RATIO, 'times'),
      reported('  import', median(times.deployed), 'ms'),
      reported('  import untrimmed', median(times.untrimmed), 'ms'),
      reported('  import of a bare handler', median(times.bare), 'ms'),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchBundle());
