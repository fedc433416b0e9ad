import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build, ROOT } from './broker.ts';

/** Several starts share two cores with other suites. */
const LONG = 60_000;

beforeAll(build, LONG);

interface Started {
  readonly child: ChildProcess;
  out(): string;
  err(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves once standard output holds a line of this form. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
}

const open: ChildProcess[] = [];

function start(...args: string[]): Started {
  const child = spawn(execPath, [join(ROOT, 'local', 'start.ts'), ...args], { cwd: ROOT, env });
  open.push(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const line = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(out);
      if (found !== null) return found;
      const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
      if (!more && pattern.exec(out) === null) throw new Error(`ended without ${pattern}:\n${out}\n${err}`);
    }
  };
  return { child, out: () => out, err: () => err, ended, line };
}

afterEach(() => {
  for (const child of open.splice(0)) child.kill('SIGKILL');
});

const execute = promisify(execFile);

/** The commands below a title, up to the empty line. */
const pastedOf = (text: string, title: string): readonly string[] =>
  (new RegExp(`^${title}.*:\\n((?: {2}.+\\n)+)`, 'm').exec(text)?.[1] ?? '')
    .trimEnd()
    .split('\n')
    .map((each) => each.trim());

const READY = /^ready (http:\/\/127\.0\.0\.1:[0-9]+)$/m;

describe('npm start', () => {
  it(
    'shows each flow, is ready on a line of its own, and ends with commands to paste: each does what it says',
    async () => {
      const { child, line, out, ended } = start('--port', '0');
      const [, url = ''] = await line(READY);
      expect(out()).not.toContain('WRONG');
      expect(out()).toMatch(/^ {2}HTTP 403 {2}not_allowed$/m);
      for (const shown of [
        /^A person: .*\n {2}AccessKeyId ASIA….*role\/token-broker\/demo-people$/m,
        /^A task: .*\n {2}AccessKeyId ASIA….*role\/token-broker\/demo-task$/m,
        /act \{"sub":"client:demo-agent"\} {3}aud https:\/\/incidents\.acme\.internal$/m,
        /^A server that .*\n.* aud https:\/\/files\.acme\.internal\n {2}AccessKeyId ASIA… {3}for s3:GetObject on arn:aws:s3:::acme-files\/2026\/november\.csv$/m,
        /aud https:\/\/inventory\.acme\.example {3}client_id broker$/m,
      ]) {
        expect(out()).toMatch(shown);
      }
      expect(out()).toMatch(
        /^ {2}export .*AWS_ENDPOINT_URL_DYNAMODB=http:\/\/127\.0\.0\.1:\d+ .*TOKEN_BROKER_TABLES=token-broker/m,
      );
      const [, tokenUrl = ''] =
        /curl -s -H "Authorization: \$\(curl -s (\S+)\)" \S+\/v1\/credentials\/demo$/m.exec(out()) ?? [];
      const authorization = await (await fetch(tokenUrl)).text();
      const response = await fetch(`${url}/v1/credentials/demo`, { headers: { authorization } });
      expect(response.status).toBe(200);
      const answer = new Map(Object.entries(Object(await response.json())));
      expect(out()).not.toContain(authorization);
      expect(out()).not.toContain(answer.get('SecretAccessKey'));
      const folder = mkdtempSync(join(tmpdir(), 'token-broker-pasted-'));
      const browser = join(folder, 'browser');
      const person = join(ROOT, 'tests', 'e2e', 'person-at-a-browser.mjs');
      writeFileSync(browser, `#!/bin/sh\nexec '${execPath}' '${person}' "$1"\n`, { mode: 0o755 });
      const callers = pastedOf(out(), 'As a caller');
      const operators = pastedOf(out(), 'As an operator');
      expect([callers.length, operators.length]).toEqual([8, 4]);
      for (const [setUp, commands] of [callers, operators].map(([first = '', ...rest]) => [first, rest] as const)) {
        for (const command of commands) {
          const own = { PATH: env['PATH'], HOME: folder, BROWSER: browser, TOKEN_BROKER_CACHE: join(folder, 'cache') };
          const { stdout } = await execute('sh', ['-ec', `${setUp}\n${command}`], { cwd: ROOT, env: own });
          expect([command, stdout.length > 0]).toEqual([command, true]);
        }
      }
      rmSync(folder, { recursive: true });
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    },
    2 * LONG,
  );

  it(
    'ends after the demonstration with --once, with 0 where all of it went well',
    async () => {
      const { ended, out } = start('--once', '--port', '0');
      expect(await ended).toBe(0);
      expect(out()).not.toMatch(READY);
      expect(out()).toMatch(/issued/);
    },
    LONG,
  );

  it('explains itself with --help', async () => {
    const { ended, out } = start('--help');
    expect(await ended).toBe(0);
    for (const option of ['--config', '--port', '--once', '--help']) expect(out()).toContain(option);
  });

  it.each([[['--prot', '3000']], [['--port', 'x']], [['--port', '65536']], [['more']]])(
    'does not start with %j: wrong usage is 2',
    async (args) => {
      const { ended, err } = start(...args);
      expect(await ended).toBe(2);
      expect(err()).toContain('--port N');
    },
  );

  it('says in one line that its port is taken, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { ended, err } = start('--port', String(port));
    expect(await ended).toBe(1);
    expect(err()).toContain(`127.0.0.1:${port} is taken`);
    expect(err()).not.toContain('    at ');
    server.close();
  });
});

describe('npm start -- --config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (files: Readonly<Record<string, string>>): string => {
    const at = mkdtempSync(join(folder, 'c-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(at, name, '..'), { recursive: true });
      writeFileSync(join(at, name), text);
    }
    return at;
  };

  const client = 'client: bot\nsecret: token-broker/clients/bot\n';
  const scope = (allow: string) =>
    `scope: s\ndescription: d\nallow: ${allow}\ngrant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/s" }\n`;

  const GOOD = {
    'clients/bot.yaml': client,
    'scopes/s.yaml': scope('[{ client: bot }]'),
    'secrets.yaml': 'token-broker/clients/bot: a-secret-of-the-bot\n',
  };

  it(
    'serves it with the secrets of its folder, and demonstrates nothing',
    async () => {
      const { child, line, out, ended } = start('--port', '0', '--config', write(GOOD));
      const [, url = ''] = await line(READY);
      const authorization = `Basic ${Buffer.from('bot:a-secret-of-the-bot').toString('base64')}`;
      const response = await fetch(`${url}/v1/credentials/s`, { headers: { authorization } });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"Scope":"s"')]);
      expect(out()).not.toContain('demonstration');
      expect(out()).not.toContain('a-secret-of-the-bot');
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    },
    LONG,
  );

  it(
    'ends at SIGTERM with 0, promptly, and frees its port',
    async () => {
      const { child, line, ended } = start('--port', '0', '--config', write(GOOD));
      const [, url = ''] = await line(READY);
      const asked = performance.now();
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(performance.now() - asked).toBeLessThan(5_000);
      await expect(fetch(url)).rejects.toThrow();
    },
    LONG,
  );

  it(
    'names every problem at once and ends with 1; a problem never repeats a secret',
    async () => {
      const at = write({
        'clients/bot.yaml': `${client}colour: red\n`,
        'scopes/s.yaml': scope('[{ client: nobody }]'),
        'secrets.yaml': 'token-broker/clients/bot: { value: a-secret-of-the-bot, hots: example.com }\n',
      });
      const { ended, err, out } = start('--port', '0', '--config', at);
      expect(await ended).toBe(1);
      expect(err()).toMatch(/clients\/bot\.yaml:3:1: .*colour/);
      expect(err()).toMatch(/scopes\/s\.yaml:\d+:\d+: .*nobody/);
      expect(err()).toMatch(/secrets\.yaml/);
      expect(out() + err()).not.toContain('a-secret-of-the-bot');
      expect(out()).not.toMatch(READY);
    },
    LONG,
  );

  it(
    'says that a folder is not there',
    async () => {
      const { ended, err } = start('--port', '0', '--config', join(folder, 'nothing'));
      expect(await ended).toBe(1);
      expect(err()).toContain('is not a folder');
    },
    LONG,
  );
});
