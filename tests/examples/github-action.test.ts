import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Broker, startBroker } from '../e2e/broker.ts';
import { type ActionRun, runAction } from './composite-action.ts';

const ACTION = 'actions/credentials/action.yml';

interface Asked {
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

let broker: Broker;
let github: Server;
let asked: Asked[] = [];
/** What GitHub's token endpoint answers next, in place of a token. */
let failures: number[] = [];
let workload = 'web-main';
let job: Readonly<Record<string, string>>;

/** GitHub's endpoint of a job, as its documents have it: `audience` joins a query that has an `api-version` already. */
function startGithub(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push({ query, authorization: request.headers.authorization });
    const failure = failures.shift();
    if (failure !== undefined) return response.writeHead(failure).end('{}');
    response.setHeader('content-type', 'application/json; charset=utf-8');
    return response.end(JSON.stringify({ count: 1, value: await broker.idp.token(workload) }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  broker = await startBroker();
  github = await startGithub();
  const address = github.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  job = {
    PATH: process.env['PATH'] ?? '',
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token/abc?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'token-of-the-job',
  };
}, 120_000);

afterAll(async () => {
  github.close();
  await broker.stop();
});

async function run(inputs: Readonly<Record<string, string>> = {}, more: Readonly<Record<string, string>> = {}) {
  asked = [];
  const given = { broker: broker.url, scope: 'demo', intent: 'roll web', ...inputs };
  return runAction(ACTION, given, { ...job, ...more });
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/** Every secret of a run stands in its log as a mask, and nowhere else. */
function expectMasked({ log }: ActionRun, secrets: readonly (string | undefined)[]): void {
  for (const secret of secrets) {
    expect(secret).toBeTruthy();
    expect(log.split('\n').filter((line) => line.includes(secret ?? ''))).toEqual([`::add-mask::${secret}`]);
  }
}

describe('actions/credentials', () => {
  it('leaves masked keys of the scope in the job, by a token that GitHub made for this broker', async () => {
    const done = await run({ 'aws-region': 'eu-central-1' });
    expect(done).toMatchObject({ status: 'success', summary: '' });
    expect(Object.keys(done.env).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
    ]);
    expectMasked(
      done,
      KEYS.map((name) => done.env[name]),
    );
    expect(asked.map(({ query, authorization }) => [...query, authorization])).toEqual([
      [['api-version', '2.0'], ['audience', broker.url], 'bearer token-of-the-job'],
    ]);
    expect(done.log).not.toContain('token-of-the-job');
    expect(done.outputs).toMatchObject({
      'aws-account-id': '111122223333',
      'issuance-id': expect.stringMatching(/^iss_/),
    });
    expect(Date.parse(done.outputs['expiration'] ?? '')).toBeGreaterThan(Date.now());
  });

  it('takes a duration, and a broker with a final slash', async () => {
    const done = await run({ duration: '900', broker: `${broker.url}/` });
    const seconds = (Date.parse(done.outputs['expiration'] ?? '') - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(600);
    expect(seconds).toBeLessThanOrEqual(900);
  });

  it('asks GitHub again where it fails for a moment', async () => {
    failures = [503];
    expect((await run()).status).toBe('success');
    expect(asked).toHaveLength(2);
  });

  it('says in log and summary why it was refused, with the request id, and leaves nothing in the job', async () => {
    workload = 'web-feature';
    const done = await run();
    workload = 'web-main';
    expect([done.status, done.env]).toEqual(['failure', {}]);
    expect(done.log).toMatch(/^::error title=Token Broker::.+ \(not_allowed, request [\w=-]+\)$/m);
    expect(done.summary).toMatch(/^- reason: `not_allowed`$/m);
    expect(done.summary).toMatch(/^- request_id: `[\w=-]+`$/m);
  });

  it.each([
    ['a broker in plain http', { broker: 'http://broker.example.com' }, 'https origin'],
    ['a broker with a path', { broker: 'https://broker.example.com/sts' }, 'https origin'],
    ['a scope that is none', { scope: '../healthz' }, 'no name of a scope'],
    ['a duration in words', { duration: '1h' }, 'number of seconds'],
    ['a Region of two lines', { 'aws-region': 'eu\nPATH=/tmp' }, 'no name of a Region'],
  ])('refuses %s before it asks anybody', async (_, inputs, told) => {
    const done = await run(inputs);
    expect([done.status, done.env, asked]).toEqual(['failure', {}, []]);
    expect(done.log).toContain(told);
  });

  it('says which permission a job lacks that GitHub gives no token', async () => {
    const done = await runAction(ACTION, { broker: broker.url, scope: 'demo' }, { PATH: job['PATH'] ?? '' });
    expect(done.log).toContain('id-token: write');
    expect(done.summary).toContain('id-token: write');
  });

  it.each(['"; touch INJECTED; "', '$(touch INJECTED)', '`touch INJECTED`', "'; touch INJECTED #", '@/etc/passwd'])(
    'an intent is text and nothing else: %s',
    async (intent) => {
      const done = await run({ intent });
      expect(done.status).toBe('success');
      expect(existsSync('INJECTED')).toBe(false);
      const env = { ...broker.aws, TOKEN_BROKER_TABLES: broker.tablePrefix };
      const args = ['bin/cli.ts', 'issuances', 'show', done.outputs['issuance-id'] ?? '', '--json'];
      // In a process of its own while this one answers: the embedded endpoints run here.
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
      expect(JSON.parse(stdout).intent).toBe(intent);
    },
  );

  it('no input stands in the text of its script', () => {
    const { runs } = parse(readFileSync(ACTION, 'utf8'));
    expect(runs.steps.map((step: { run: string }) => step.run).join('')).not.toContain('${{');
  });
});
