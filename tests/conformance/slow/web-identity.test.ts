import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../../e2e/broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'web-identity-'));
const [file, given] = [join(folder, 'token'), join(folder, 'given')];
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
}, 120_000);
beforeEach(() => rmSync(file, { force: true }));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await broker.stop();
});

const environment = () => ({ PATH: process.env['PATH'], HOME: folder, TOKEN_BROKER_URL: broker.url });
const args = (...more: string[]) => [
  ...[resolve('bin/token-broker.mjs'), 'web-identity', '--file', file, '--proof', `file:${given}`],
  ...more,
];
const run = (more: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(process.execPath, args(...more), { cwd: folder, env: { ...environment(), ...env } });

/** A JWT that nobody signed, good for so many seconds. */
const jwt = (seconds: number, more = {}): string =>
  ['{"alg":"RS256"}', JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds, ...more }), 's']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('token-broker web-identity', () => {
  it('leaves a proof for its owner alone, without a line end, that an AWS SDK takes to /sts', async () => {
    writeFileSync(given, `${await broker.idp.token('web-main')}\n`);
    await run(['--once']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(given, 'utf8').trim());
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    const sdk = {
      ...{ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn:aws:broker:::scope/demo', AWS_REGION: 'us-east-1' },
      ...{ AWS_ENDPOINT_URL_STS: `${broker.url}/sts`, PATH: process.env['PATH'], HOME: folder },
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['.ci/clients/access-key.mjs'], { env: sdk });
    expect(stdout).toMatch(/^ASIA/);
  });

  it('keeps a broker token instead', async () => {
    const bot = { TOKEN_BROKER_CLIENT_SECRET: 'a-secret-for-demonstration', TOKEN_BROKER_SCOPE: 'demo-reports' };
    await run(['--once', '--broker-token', '--proof', 'client:demo-bot'], bot);
    expect(readFileSync(file, 'utf8')).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('renews it half-way, keeps what it has while it can have none, and takes it away when it ends', async () => {
    writeFileSync(given, jwt(4, { n: 1 }));
    const child = spawn(process.execPath, args(), { cwd: folder, env: environment() });
    let err = '';
    child.stderr.on('data', (text) => (err += text));
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    const before = readFileSync(file, 'utf8');
    rmSync(given);
    for (const until = Date.now() + 20_000; err === '' && Date.now() < until; ) await setTimeout(50);
    expect([readFileSync(file, 'utf8'), err]).toEqual([before, expect.stringContaining(given)]);
    writeFileSync(given, jwt(600, { n: 2 }));
    for (const until = Date.now() + 20_000; readFileSync(file, 'utf8') === before && Date.now() < until; ) {
      await setTimeout(50);
    }
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(given, 'utf8'));
    child.kill('SIGTERM');
    expect([(await ended)[0], existsSync(file)]).toEqual([0, false]);
  }, 60_000);

  it.each([
    ['there is no proof', ['--proof', 'file:/nothing/there'], 1, '/nothing/there'],
    ['it is no token', ['--proof', 'client:demo-bot'], 2, '--broker-token'],
  ])('writes nothing where %s', async (_, more, code, told) => {
    const secret = { TOKEN_BROKER_CLIENT_SECRET: 'a-secret-for-demonstration' };
    await expect(run(['--once', ...more], secret)).rejects.toMatchObject({
      code,
      stderr: expect.stringContaining(told),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('ends with 2 without a file', async () => {
    const line = [resolve('bin/token-broker.mjs'), 'web-identity'];
    await expect(promisify(execFile)(process.execPath, line, { env: environment() })).rejects.toMatchObject({
      code: 2,
    });
  });
});
