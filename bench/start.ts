import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildProject } from '../local/build.ts';
import { atMost, type Figure, reported } from './figure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(ROOT, 'dist', 'token-broker.mjs');
const ROUNDS = 41;
/** Whole processes, beside `node -e 0`. */
const BUDGET = 1.5;

/** Milliseconds of a process from its start to its end, its output read through a pipe as an AWS SDK does. */
async function processTime(args: readonly string[], home: string): Promise<number> {
  const began = performance.now();
  await promisify(execFile)(execPath, [...args], { env: { PATH: env['PATH'], HOME: home } });
  return performance.now() - began;
}

/** A broker that answers once; its address is what the cache's key has. */
async function startBroker(): Promise<{ readonly url: string; stop(): void }> {
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const document = { Version: 1, AccessKeyId: 'ASIA0', SecretAccessKey: 's', SessionToken: 't', Expiration };
  const server = createServer((_, response) => response.end(JSON.stringify(document)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, stop: () => server.close().closeAllConnections() };
}

/**
 * `--version`, and `credentials` from a warm cache, beside Node.js's own start: whole processes in turn, the least of
 * each, because other work on the machine only adds to it. An AWS SDK starts the second for each program that has it
 * as its `credential_process`.
 */
export async function benchStart(): Promise<readonly Figure[]> {
  await buildProject(ROOT);
  const home = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  try {
    writeFileSync(join(home, 'token'), `e30.${Buffer.from('{"sub":"bench"}').toString('base64url')}.c2ln`);
    const broker = await startBroker();
    const asked = ['--broker', broker.url, '--scope', 'demo', '--proof', `file:${home}/token`];
    const credentials = [PROGRAM, 'credentials', ...asked];
    await processTime(credentials, home);
    broker.stop();
    const runs = [['-e', '0'], [PROGRAM, '--version'], credentials];
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const times: number[] = [];
      for (const run of runs) times.push(await processTime(run, home));
      rounds.push(times);
    }
    const of = (run: number) => rounds.map((times) => times[run] ?? Number.NaN);
    const beside = (run: number) => Math.min(...of(run)) / Math.min(...of(0));
    return [
      atMost('token-broker --version beside node -e 0', beside(1), BUDGET, 'times'),
      atMost('token-broker credentials from a warm cache beside it', beside(2), BUDGET, 'times'),
      reported('  node -e 0', Math.min(...of(0)), 'ms'),
    ];
  } finally {
    rmSync(home, { recursive: true });
  }
}
