import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildProject } from '../../local/build.ts';
import { ROOT } from '../e2e/broker.ts';
import { type Machine, machine } from '../e2e/cli/program.ts';
import { type ScriptedBroker, startScriptedBroker } from './scripted-broker.ts';

const work = mkdtempSync(join(tmpdir(), 'start-up-'));
const TOKEN = `e30.${Buffer.from('{"iss":"https://idp.example.com","sub":"web"}').toString('base64url')}.c2ln`;

/** Says on standard error, as the process ends, which of Node.js's own modules it has loaded beside those of any. */
const WITNESS = `
const before = new Set(process.moduleLoadList);
process.on('exit', () => {
  const loaded = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '));
  require('node:fs').writeSync(2, JSON.stringify(loaded.map((name) => name.slice('NativeModule '.length))));
});`;
const witness = join(work, 'witness.cjs');

/** Each of these takes a tenth or more of Node.js's own start. */
const SLOW = ['crypto', 'net', 'stream', 'tty', 'http', 'https', 'zlib', 'child_process', 'fs/promises', 'readline'];

let broker: ScriptedBroker;
let mine: Machine;
beforeAll(async () => {
  writeFileSync(witness, WITNESS);
  await buildProject(ROOT);
}, 60_000);
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(async () => {
  broker = await startScriptedBroker();
  mine = machine({ TOKEN_BROKER_URL: broker.url, TOKEN_BROKER_SCOPE: 'demo' });
  mine.file('token', TOKEN);
});
afterEach(() => broker.stop());

async function loadedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await mine.run(args, { ...env, NODE_OPTIONS: `--require ${witness}` });
  if (code !== 0) throw new Error(stderr);
  const loaded: string[] = JSON.parse(stderr);
  return { stdout, slow: loaded.filter((name) => SLOW.includes(name)), loaded };
}

describe('the built command line', () => {
  it('says its version with nothing loaded that is slow', async () => {
    const { stdout, slow } = await loadedBy(['--version']);
    expect(stdout).toMatch(/^0\.\d+\.\d+ \([0-9a-f]{12}\)\n$/);
    expect(slow).toEqual([]);
  });

  it.each<readonly [string, readonly string[], Readonly<Record<string, string>>]>([
    ['flags', ['--proof', 'file:token', `--duration=900`], {}],
    ['variables', [], { TOKEN_BROKER_PROOF: 'env:PROOF', PROOF: TOKEN }],
    ['a client', ['--proof', 'client:bot'], { TOKEN_BROKER_CLIENT_SECRET: 's' }],
    ['what the environment offers', [], { AWS_WEB_IDENTITY_TOKEN_FILE: 'token' }],
  ])('answers from a warm cache by %s with nothing loaded that is slow, and asks nobody', async (_, more, env) => {
    const args = ['credentials', ...more];
    const first = await mine.run(args, env);
    expect({ code: first.code, asked: broker.asked }).toEqual({ code: 0, asked: 1 });
    const { stdout, slow } = await loadedBy(args, env);
    expect({ stdout, slow, asked: broker.asked }).toEqual({ stdout: first.stdout, slow: [], asked: 1 });
  });

  it('loads what asks the broker where the cache is cold', async () => {
    const { loaded } = await loadedBy(['credentials', '--proof', 'file:token']);
    expect(loaded).toContain('net');
  });

  it('is one file of at most 2 MB', () => {
    expect(statSync(join(ROOT, 'dist', 'token-broker.mjs')).size).toBeLessThan(2_000_000);
    expect(readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.mjs'))).toEqual(['token-broker.mjs']);
  });

  it('says that it is not as it was built where something was added to it', async () => {
    const { code, stderr } = await mine.changed('\n');
    expect(stderr).toMatch(/is not as it was built: install it again/);
    expect(code).toBe(1);
  });
});
