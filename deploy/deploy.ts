/** `npm run deploy`: looks at the account, builds, deploys with the SAM CLI. `--help` says the rest. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildProject } from '../local/build.ts';
import { clientsOf } from './clients.ts';
import { USAGE } from './options.ts';
import { run, type World } from './run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const sam = (args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const running = spawn('sam', args, { cwd: root, stdio: 'inherit' });
    running.on('error', () => {
      stdout.write('The SAM CLI (sam) is not installed: https://docs.aws.amazon.com/serverless-application-model/\n');
      resolve(1);
    });
    running.on('exit', (status) => resolve(status ?? 1));
  });

const world: World = {
  root,
  clients: clientsOf,
  now: () => Date.now(),
  newId: randomUUID,
  say: (text) => stdout.write(text),
  build: async () => {
    await buildProject(root);
  },
  sam,
  writeFile(path, text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  },
};

if (argv.includes('--help')) stdout.write(USAGE);
else exit(await run(argv.slice(2), world));
