import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Bundle, bundleFunction } from '../local/bundle.ts';
import { sizesOf } from '../local/sizes.ts';
import { atMost, type Figure, reported } from './figure.ts';
import { environment } from './issuance/workload.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IDENTITY = { version: '0.0.0', build: '000000000000' };
const INITIAL_KB = 250;
/** Functions that hand nothing out: with all that they load later. */
const WHOLE_KB = 250;
const WHOLE = ['metadata', 'introspect', 'revoke'];
/** Milliseconds over the import of a handler that does nothing. */
const IMPORT_MS = 20;
const ROUNDS = 25;
const BARE = 'export const handler=async()=>({statusCode:200});';

const bundled = (name: string): Promise<Bundle> =>
  bundleFunction(ROOT, join(ROOT, 'functions', `${name}.ts`), IDENTITY);

function written({ files }: Pick<Bundle, 'files'>, folder: string): string {
  for (const { name, content } of files.filter(({ name }) => name.endsWith('.mjs'))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return join(folder, 'index.mjs');
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

/**
 * How large the functions are as deployed, and how long a cold start takes to import the credentials function: beside a
 * handler that does nothing, and the script written by hand, with its two clients of the AWS SDK.
 */
export async function benchBundle(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  try {
    const deployed = await bundled('credentials');
    const sizes = sizesOf([deployed, ...(await Promise.all(WHOLE.map(bundled)))]);
    const script = await bundleFunction(ROOT, join(ROOT, 'bench/issuance/hand-written.ts'), IDENTITY);
    const bare = { files: [{ name: 'index.mjs', content: Buffer.from(BARE) }] };
    const paths = [deployed, script, bare].map((bundle, at) => written(bundle, join(folder, String(at))));
    const times: number[][] = paths.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, path] of paths.entries()) times[at]?.push(importTime(path));
    }
    const [own = [], scripts = [], nothing = []] = times;
    // The least of the rounds: what else a machine does only adds to it.
    const [ownMs, scriptMs, nothingMs] = [Math.min(...own), Math.min(...scripts), Math.min(...nothing)];
    const size = (name: string) => sizes[name] ?? { initial: Number.NaN, total: Number.NaN };
    return [
      atMost('the credentials bundle, minified', size('credentials').initial / 1000, INITIAL_KB, 'KB'),
      reported('  with what is loaded on first use', size('credentials').total / 1000, 'KB'),
      ...WHOLE.map((name) => atMost(`  all of ${name}`, size(name).total / 1000, WHOLE_KB, 'KB')),
      atMost('its import over that of a handler that does nothing', ownMs - nothingMs, IMPORT_MS, 'ms'),
      reported('  import', ownMs, 'ms'),
      reported("  import of the script, with the SDK's clients", scriptMs, 'ms'),
      reported('  import of a handler that does nothing', nothingMs, 'ms'),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchBundle());
