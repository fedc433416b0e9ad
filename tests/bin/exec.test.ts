import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ScriptedBroker, startScriptedBroker } from './scripted-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'exec-'));
let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await startScriptedBroker();
});
afterEach(() => broker.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `token-broker exec`; `signal` is sent to it once the program has printed. */
function exec(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  signal?: NodeJS.Signals,
): Promise<Done> {
  const settings = {
    TOKEN_BROKER_URL: broker.url,
    TOKEN_BROKER_PROOF: 'env:T',
    T: 'e.y.J',
    TOKEN_BROKER_SCOPE: 'reports',
  };
  const all = {
    PATH: process.env['PATH'],
    HOME: folder,
    TOKEN_BROKER_CACHE: join(folder, 'cache'),
    ...settings,
    ...env,
  };
  const child = spawn(process.execPath, [resolve('bin/token-broker.mjs'), 'exec', ...args], { cwd: folder, env: all });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    if (out === '' && signal !== undefined) child.kill(signal);
    out += text;
  });
  child.stderr.on('data', (text) => (err += text));
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

const variables = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));

describe('token-broker exec', () => {
  it('gives the program an endpoint that answers with the credentials of the scope', async () => {
    const asks = 'curl -s -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"';
    const { code, out, err } = await exec(['--', 'sh', '-c', asks]);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/), Token: 't' });
  });

  it('takes away what would win over it, and nothing else', async () => {
    const others = {
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_S3: 'https://s3.example',
      AWS_CONFIG_FILE: '/c',
      OTHER: 'x',
    };
    const { out } = await exec(['--', 'env'], {
      ...others,
      ...{ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B', AWS_SESSION_TOKEN: 'C', AWS_PROFILE: 'p' },
      ...{ AWS_ROLE_ARN: 'r', AWS_WEB_IDENTITY_TOKEN_FILE: '/f', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' },
      ...{ AWS_ENDPOINT_URL_STS: `${broker.url}/sts` },
    });
    const left = Object.keys(variables(out))
      .filter((name) => name.startsWith('AWS_'))
      .sort();
    expect(left).toEqual([
      'AWS_CONFIG_FILE',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_ENDPOINT_URL_S3',
      'AWS_REGION',
    ]);
    expect(variables(out)).toMatchObject(others);
  });

  it('takes away a default profile that has credentials, and keeps its Region', async () => {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, '.aws'));
    const settings = {
      credentials: 'aws_access_key_id = A\naws_secret_access_key = B',
      config: 'credential_process = x',
    };
    for (const [file, text] of Object.entries(settings)) {
      writeFileSync(join(home, '.aws', file), `[default]\nregion = eu-west-1\n${text}\n`);
    }
    const { out } = await exec(['--', 'env'], { HOME: home });
    expect(variables(out)).toMatchObject({
      ...{ AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null', AWS_REGION: 'eu-west-1' },
    });
  });

  it('leaves a default profile without credentials', async () => {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'config'), '[default]\nregion = eu-west-1\n[profile a]\nrole_arn = r\n');
    expect(variables((await exec(['--', 'env'], { HOME: home })).out)).not.toHaveProperty('AWS_CONFIG_FILE');
  });

  it('gives it no secret of ours, and no version of this program', async () => {
    const { out } = await exec(['--', 'env'], { TOKEN_BROKER_CLIENT_SECRET: 'a-client-secret-of-ours' });
    expect(out).not.toMatch(/a-client-secret-of-ours|^VERSION=|^BUILD=/m);
  });

  it('leaves an STS endpoint that is not the broker', async () => {
    const sts = { AWS_ENDPOINT_URL_STS: 'https://sts.example' };
    expect(variables((await exec(['--', 'env'], sts)).out)).toMatchObject(sts);
  });

  it('gives three variables with --static', async () => {
    const { out } = await exec(['--static', '--no-cache', '--', 'env']);
    expect(variables(out)).toMatchObject({
      ...{ AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 's-e-c-r-e-t', AWS_SESSION_TOKEN: 't' },
    });
    expect(out).not.toContain('AWS_CONTAINER_');
  });

  it('passes words on as they are, its own options included', async () => {
    const { out } = await exec(['--', 'printf', '%s|', '--scope', 'a b', '$HOME', '*']);
    expect(out).toBe('--scope|a b|$HOME|*|');
  });

  it.each([
    ['its own status', ['sh', '-c', 'exit 42'], 42],
    ['127 for no such program', ['no-such-program'], 127],
    ['126 for one that cannot be run', [folder], 126],
    ['128 and the signal that ended it', ['sh', '-c', 'kill -9 $$'], 137],
  ])('ends as the program: %s', async (_, program, code) => {
    expect((await exec(['--', ...program])).code).toBe(code);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'passes %s on, and waits for what the program makes of it',
    async (signal) => {
      const script = `trap 'echo got; exit 7' TERM HUP INT; echo ready; while :; do sleep 0.1; done`;
      const { code, out } = await exec(['--', 'sh', '-c', script], {}, signal);
      expect([code, out]).toEqual([7, 'ready\ngot\n']);
    },
  );

  it('asks the broker once for several runs, and each time with --no-cache', async () => {
    const cache = { TOKEN_BROKER_CACHE: join(folder, 'another-cache') };
    for (let times = 0; times < 2; times += 1) await exec(['--', 'true'], cache);
    expect(broker.asked).toBe(1);
    await exec(['--no-cache', '--', 'true'], cache);
    expect(broker.asked).toBe(2);
  });

  it('runs nothing where the broker refuses, and says why', async () => {
    broker.gives = null;
    const { code, out, err } = await exec(['--no-cache', '--', 'echo', 'ran']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('not_allowed');
  });

  it('ends with 2 without a program', async () => {
    const { code, err } = await exec([]);
    expect([code, broker.asked]).toEqual([2, 0]);
    expect(err).toContain('Usage:');
  });
});
