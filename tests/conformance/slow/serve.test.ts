import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ScriptedBroker, startScriptedBroker } from '../../bin/scripted-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'serve-'));
const file = join(folder, 'authorization');
const started: ChildProcess[] = [];
let broker: ScriptedBroker;

beforeEach(async () => {
  rmSync(file, { force: true });
  broker = await startScriptedBroker();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  broker.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Sidecar {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** The address, once it is ready. Rejects with what it said where it ends before. */
  readonly ready: Promise<string>;
  readonly code: Promise<number | null>;
}

function serve(...args: string[]): Sidecar {
  const base = [resolve('bin/token-broker.mjs'), 'serve', '--listen', '127.0.0.1:0', '--token-file', file];
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TOKEN_BROKER_URL: broker.url,
    TOKEN_BROKER_PROOF: 'env:T',
    T: 'e.y.J',
  };
  const scope = args.includes('--scope') ? [] : ['--scope', 'reports'];
  const child = spawn(process.execPath, [...base, ...scope, ...args], { cwd: folder, env });
  started.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = once(child, 'close').then(([status]) => (typeof status === 'number' ? status : null));
  const ready = (async () => {
    for (;;) {
      const [, url] = /^ready (\S+)$/m.exec(out) ?? [];
      if (url !== undefined) return url;
      if (child.exitCode !== null) throw new Error(err);
      await setTimeout(20);
    }
  })();
  ready.catch(() => undefined);
  return { child, out: () => out, err: () => err, ready, code };
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
  readonly authorization?: string;
}

/** `fetch` sets its own Host: this sends any. */
function ask(
  url: string,
  { path = '/credentials/reports', method = 'GET', host, authorization = readFileSync(file, 'utf8') }: Asked = {},
) {
  const headers = { host: host ?? new URL(url).host, ...(authorization === '' ? {} : { authorization }) };
  return new Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>((done, failed) => {
    const sent = request(`${url}${path}`, { method, headers }, (response) => {
      let text = '';
      response
        .on('data', (part) => (text += part))
        .on('end', () => done({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.on('error', failed).end();
  });
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await setTimeout(50)) {
    if (Date.now() > end) throw new Error('it never came to be so');
  }
}

describe('token-broker serve', () => {
  it('has credentials before it says that it is ready, and answers from memory', async () => {
    const url = await serve().ready;
    expect(broker.asked).toBe(1);
    for (let times = 0; times < 3; times += 1) {
      expect(await ask(url)).toMatchObject({ status: 200, body: { AccessKeyId: 'ASIA1', Token: 't' } });
    }
    expect(broker.asked).toBe(1);
  });

  it('writes its token without a line end for its owner alone, and takes it away when it ends', async () => {
    const sidecar = serve();
    await sidecar.ready;
    expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    sidecar.child.kill('SIGTERM');
    expect([await sidecar.code, existsSync(file)]).toEqual([0, false]);
    expect(sidecar.out() + sidecar.err()).not.toContain('s-e-c-r-e-t');
  });

  it.each([
    ['without a token', { authorization: '' }, 401],
    ['with another token', { authorization: 'x'.repeat(43) }, 401],
    ['for another scope', { path: '/credentials/other' }, 404],
    ['for nothing', { path: '/' }, 404],
    ['by a name that leads here', { host: 'evil.example' }, 403],
    ['by a name that leads here, on this port', { host: 'evil.example:PORT' }, 403],
    ['for another port', { host: '127.0.0.1:1' }, 403],
    ['by POST', { method: 'POST' }, 405],
  ])('gives nothing %s', async (_, asked: Asked, status) => {
    const url = await serve().ready;
    const host = asked.host?.replace('PORT', new URL(url).port);
    const answer = await ask(url, { ...asked, ...(host === undefined ? {} : { host }) });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain('s-e-c-r-e-t');
  });

  it('takes localhost for its address', async () => {
    const url = await serve().ready;
    expect((await ask(url, { host: `localhost:${new URL(url).port}` })).status).toBe(200);
  });

  it('serves several scopes', async () => {
    const url = await serve('--scope', 'a', '--scope', 'b').ready;
    expect((await ask(url, { path: '/credentials/a' })).status).toBe(200);
    expect((await ask(url, { path: '/credentials/b' })).status).toBe(200);
  });

  it('says for how long what it has is good, to whoever asks', async () => {
    const url = await serve().ready;
    const { status, body } = await ask(url, { path: '/healthz', authorization: '' });
    expect([status, body]).toEqual([
      200,
      { credentials: [{ scope: 'reports', expires: expect.any(String), validForSeconds: expect.any(Number) }] },
    ]);
  });

  it('renews half-way what is short, without being asked', async () => {
    broker.gives = 4;
    const url = await serve().ready;
    await until(() => broker.asked >= 2);
    await until(async () => (await ask(url)).body['AccessKeyId'] !== 'ASIA1');
  });

  it('goes on with what is good while the broker is down, says when it has ended, and comes back', async () => {
    broker.gives = 6;
    const sidecar = serve();
    const url = await sidecar.ready;
    broker.gives = 'down';
    await until(() => broker.asked >= 2);
    expect((await ask(url)).status).toBe(200);
    await until(async () => (await ask(url)).status === 503);
    expect((await ask(url, { path: '/healthz' })).status).toBe(503);
    broker.gives = 3600;
    await until(async () => (await ask(url)).status === 200);
  }, 90_000);

  it('waits for a broker that is down when it starts', async () => {
    broker.gives = 'down';
    const sidecar = serve();
    await until(() => broker.asked >= 1);
    expect(sidecar.out()).toBe('');
    broker.gives = 3600;
    await sidecar.ready;
  }, 60_000);

  it('ends with 1 and the reason where the broker refuses', async () => {
    broker.gives = null;
    const sidecar = serve();
    expect(await sidecar.code).toBe(1);
    expect(sidecar.err()).toMatch(/not_allowed: Not allowed\.\nrequest_id: r-1/);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['an address of others', ['--listen', '0.0.0.0:9911'], 'loopback'],
    ['an address of this machine in the network', ['--listen', '192.168.1.2:9911'], 'loopback'],
    ['a port that is none', ['--listen', '127.0.0.1:99999'], 'loopback'],
    ['a broker in plain http', ['--broker', 'http://broker.example.com'], 'https://'],
  ])('ends with 2 for %s', async (_, args, told) => {
    const sidecar = serve(...args);
    expect(await sidecar.code).toBe(2);
    expect(sidecar.err()).toContain(told);
    expect(broker.asked).toBe(0);
  });
});

describe('serve that cannot serve', () => {
  it.each([
    [
      'a token file in no folder',
      ['--token-file', '/nowhere/at/all/token'],
      /\/nowhere\/at\/all\/token cannot be written \(ENOENT/,
    ],
    [
      'an address in use',
      ['--listen', 'that of the broker'],
      /cannot be listened on .*EADDRINUSE.*choose another port/,
    ],
    ['one of its scopes refused', ['--scope', 'reports', '--scope', 'other'], /not_allowed/],
  ])('ends and says what to change: %s', async (_, args, said) => {
    broker.refuses = 'other';
    const listen = new URL(broker.url).host;
    const sidecar = serve(...args.map((arg) => (arg === 'that of the broker' ? listen : arg)));
    expect(await sidecar.code).toBe(1);
    expect(sidecar.err()).toMatch(said);
    expect(sidecar.out()).toBe('');
  });

  it('ends where one of its scopes is refused and the broker is down for another', async () => {
    broker.gives = 'down';
    broker.refuses = 'other';
    const sidecar = serve('--scope', 'reports', '--scope', 'other');
    expect(await sidecar.code).toBe(1);
    expect(sidecar.err()).toMatch(/not_allowed/);
  }, 60_000);
});
