import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const ISSUED = '{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"a\\\\n","SessionToken":"t"}';
const REFUSED = '{"error":"access_denied","reason":"not_allowed","request_id":"r-1"}';

const folder = mkdtempSync(join(tmpdir(), 'credential-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * A curl of these scripts' options alone, which asks nobody: what it was sent is in `asked`, what it says in `answers`.
 */
const CURL = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const known = ['--silent', '--show-error', '--fail', '--fail-with-body'];
const url = args.at(-1);
const header = args[args.indexOf('--header') + 1].slice(1);
const others = args.slice(0, -1).filter((arg) => !known.includes(arg));
if (!/^(--max-time 10 )?--header @\\S+$/.test(others.join(' '))) process.exit(2);
appendFileSync(process.env.FOLDER + '/asked', url + ' ' + readFileSync(header === '-' ? 0 : header, 'utf8').trim() + '\\n');
const { status, body } = JSON.parse(readFileSync(process.env.FOLDER + '/answers', 'utf8'))[url.includes('/v1/') ? 'broker' : 'github'];
const fails = status >= 400;
if (!fails || args.includes('--fail-with-body')) process.stdout.write(body);
if (fails) process.stderr.write('curl: (22) The requested URL returned error: ' + status + '\\n');
process.exitCode = fails ? 22 : 0;
`;
const JQ = `#!${process.execPath}
const { value } = JSON.parse(require('node:fs').readFileSync(0, 'utf8') || 'null') ?? {};
if (value === undefined) process.exit(1);
process.stdout.write(value + '\\n');
`;

const GITHUB = { status: 200, body: '{"count":1,"value":"e.y.J"}' };

function answers(broker: { status: number; body: string }, github = GITHUB): void {
  writeFileSync(join(folder, 'answers'), JSON.stringify({ broker, github }));
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { PATH: `${folder}:/usr/bin:/bin`, FOLDER: folder, ...env };
  const { status, stdout, stderr } = spawnSync(command, args, { env: options, encoding: 'utf8', timeout: 20_000 });
  return { status, stdout, stderr };
}

const asked = (): readonly string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');

beforeEach(() => {
  for (const [name, text] of Object.entries({ curl: CURL, jq: JQ })) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, 'asked'), '');
  writeFileSync(join(folder, 'header'), 'Authorization: Bearer e.y.J\n');
});

describe('examples/credential-process.sh', () => {
  const args = [
    'examples/credential-process.sh',
    'https://broker.example.com/v1/credentials/web',
    join(folder, 'header'),
  ];

  it('prints what the broker answers, untouched', () => {
    answers({ status: 200, body: ISSUED });
    expect(run('sh', args)).toEqual({ status: 0, stdout: `${ISSUED}\n`, stderr: '' });
    expect(asked()).toEqual(['https://broker.example.com/v1/credentials/web Authorization: Bearer e.y.J']);
  });

  it('shows a refusal where the AWS tools look for it, and prints no credentials', () => {
    answers({ status: 403, body: REFUSED });
    const { status, stdout, stderr } = run('sh', args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(REFUSED);
  });
});

describe('the workflow that rolls an ECS service', () => {
  const text = readFileSync('examples/github-workflow-ecs-rollout.yml', 'utf8');
  const workflow = parse(text);
  const [prepare] = workflow.jobs.rollout.steps as readonly { readonly run: string }[];
  const env = {
    ...(workflow.env as Record<string, string>),
    RUNNER_TEMP: folder,
    GITHUB_ENV: join(folder, 'github-env'),
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://actions.example/token?v=1',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job',
  };
  const script = () => {
    writeFileSync(env.GITHUB_ENV, '');
    expect(run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', prepare?.run ?? 'false'], env)).toMatchObject(
      {
        status: 0,
        stderr: '',
      },
    );
    const config = readFileSync(join(folder, 'aws-config'), 'utf8');
    return /^credential_process = (.*)$/m.exec(config)?.[1]?.split(' ') ?? [];
  };

  it('has a profile that gets its credentials of the broker, by a token that GitHub makes each time', () => {
    const [command = '', ...args] = script();
    answers({ status: 200, body: ISSUED });
    expect(run(command, args, env)).toEqual({ status: 0, stdout: `${ISSUED}\n`, stderr: '' });
    expect(asked()).toEqual([
      'https://actions.example/token?v=1&audience=https://broker.example.com Authorization: bearer job',
      'https://broker.example.com/v1/credentials/deploy-web Authorization: Bearer e.y.J',
    ]);
    expect(readFileSync(env.GITHUB_ENV, 'utf8')).toBe(`AWS_CONFIG_FILE=${folder}/aws-config\nAWS_PROFILE=rollout\n`);
  });

  it('shows a refusal of the broker', () => {
    const [command = '', ...args] = script();
    answers({ status: 403, body: REFUSED });
    const { status, stdout, stderr } = run(command, args, env);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(REFUSED);
  });

  it('asks the broker nothing where GitHub makes no token', () => {
    const [command = '', ...args] = script();
    answers({ status: 200, body: ISSUED }, { status: 404, body: '' });
    expect(run(command, args, env)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('404') });
    expect(asked()).toHaveLength(1);
  });

  it('sends no call of AWS STS to the broker', () => {
    expect(text).not.toMatch(/endpoint_url|AWS_ENDPOINT_URL/);
  });
});
