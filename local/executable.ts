/**
 * `npm run executable`: the command line as one executable file with the Node.js that runs this in it
 * (`dist/executable/token-broker`), for machines without one. Node.js, "Single executable applications". On Linux: on
 * macOS and Windows the file would have to be signed anew, which is nobody's here.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv, execPath, exit, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'postject';
import { bundleExecutable } from './bundle.ts';
import { hashSources } from './sources.ts';

/** Node.js looks for these two where it starts. */
const RESOURCE = 'NODE_SEA_BLOB';
const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Makes the executable of the checkout at `root` and returns its path. */
export async function buildExecutable(root: string): Promise<string> {
  if (platform !== 'linux') throw new Error('npm run executable makes one for Linux, on Linux');
  const folder = join(root, 'dist', 'executable');
  await mkdir(folder, { recursive: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const identity = { version: String(version), build: hashSources(root).functions.slice(0, 12) };
  const [main, config, blob] = [join(folder, 'main.cjs'), join(folder, 'config.json'), join(folder, 'blob')] as const;
  await writeFile(main, await bundleExecutable(root, join(root, 'bin', 'executable.ts'), identity));
  const settings = { main, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true };
  await writeFile(config, JSON.stringify(settings));
  await promisify(execFile)(execPath, ['--experimental-sea-config', config]);
  const beside = join(folder, 'token-broker.new');
  await copyFile(execPath, beside);
  await inject(beside, RESOURCE, await readFile(blob), { sentinelFuse: SENTINEL });
  await chmod(beside, 0o755);
  const executable = join(folder, 'token-broker');
  await rename(beside, executable);
  return executable;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const executable = await buildExecutable(dirname(dirname(fileURLToPath(import.meta.url))));
    console.log(
      `Built ${executable}, ${Math.round((await stat(executable)).size / 1e6)} MB, with Node.js ${process.version}.`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    exit(1);
  }
}
