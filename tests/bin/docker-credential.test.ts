import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../e2e/broker.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const work = mkdtempSync(join(tmpdir(), 'docker-credential-'));
const prefix = join(work, 'prefix');
const REGISTRY = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';

interface Asked {
  readonly target: string | undefined;
  readonly authorization: string;
  readonly body: string;
}

let broker: Broker;
let ecr: Server;
let url: string;
let asked: Asked[];
let refusal: string | null;

/** Amazon ECR's GetAuthorizationToken (API reference): a list in a private registry, one in a public one. */
function startEcr(): Promise<Server> {
  const data = { authorizationToken: Buffer.from('AWS:the-pass:word').toString('base64'), expiresAt: 1795651200 };
  const server = createServer((request, response) => {
    const { 'x-amz-target': target, authorization = '' } = request.headers;
    let body = '';
    request
      .on('data', (part) => (body += part))
      .on('end', () => {
        asked.push({ target: String(target), authorization, body });
        const isPublic = String(target).startsWith('Spencer');
        if (refusal !== null) return response.writeHead(400).end(JSON.stringify({ __type: refusal }));
        return response.end(JSON.stringify({ authorizationData: isPublic ? data : [data] }));
      });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program with this on its standard input, as Docker does. */
function run(program: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv): Promise<Done> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: work, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err });
    });
    child.stdin?.end(input);
  });
}

const machine = { PATH: process.env['PATH'] ?? '', HOME: join(work, 'home'), npm_config_cache: join(work, 'cache') };

beforeAll(async () => {
  broker = await startBroker();
  ecr = await startEcr();
  const address = ecr.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  mkdirSync(join(machine.HOME, '.config', 'token-broker'), { recursive: true });
  const npm = { ...machine, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const pack = await run('npm', ['pack', ROOT, '--json', '--pack-destination', work], '', npm);
  const [{ filename }] = JSON.parse(pack.out);
  const installed = await run('npm', ['install', '--global', '--prefix', prefix, join(work, filename)], '', npm);
  if (installed.code !== 0) throw new Error(installed.err);
}, 240_000);

beforeEach(() => {
  asked = [];
  refusal = null;
});

afterAll(async () => {
  ecr.close();
  rmSync(work, { recursive: true, force: true });
  await broker.stop();
});

async function docker(operation: string, input = '', env: NodeJS.ProcessEnv = {}): Promise<Done> {
  const settings = { TOKEN_BROKER_URL: broker.url, TOKEN_BROKER_SCOPE: 'demo', TOKEN_BROKER_PROOF: 'env:TOKEN' };
  const endpoints = { AWS_ENDPOINT_URL_ECR: url, AWS_ENDPOINT_URL_ECR_PUBLIC: url };
  const TOKEN = await broker.idp.token('web-main');
  const program = join(prefix, 'bin', 'docker-credential-token-broker');
  return run(program, [operation], input, { ...machine, ...settings, ...endpoints, TOKEN, ...env });
}

describe('docker-credential-token-broker, as npm pack installs it', () => {
  it("gets a password of Amazon ECR with the broker's session", async () => {
    const { code, out, err } = await docker('get', `${REGISTRY}\n`);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({ ServerURL: REGISTRY, Username: 'AWS', Secret: 'the-pass:word' });
    expect(asked).toEqual([
      {
        target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        authorization: expect.stringMatching(/Credential=ASIA[A-Z0-9]+\/[0-9]{8}\/eu-central-1\/ecr\/aws4_request/),
        body: '{}',
      },
    ]);
  });

  it('has its settings from token-broker.yaml too', async () => {
    const file = join(machine.HOME, '.config', 'token-broker', 'token-broker.yaml');
    writeFileSync(file, `broker: ${broker.url}\nscope: demo\nproof: env:TOKEN\n`);
    const none = { TOKEN_BROKER_URL: '', TOKEN_BROKER_SCOPE: '', TOKEN_BROKER_PROOF: '' };
    expect((await docker('get', REGISTRY, none)).code).toBe(0);
    rmSync(file);
  });

  it.each([
    [`https://${REGISTRY}/v2/`, /eu-central-1\/ecr\//],
    ['111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com', /us-gov-west-1\/ecr\//],
    ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn', /cn-north-1\/ecr\//],
    ['111122223333.dkr-ecr.eu-central-1.on.aws', /eu-central-1\/ecr\//],
    ['public.ecr.aws', /us-east-1\/ecr-public\//],
  ])('knows %s', async (server, scope) => {
    const { code, out } = await docker('get', server);
    expect([code, JSON.parse(out).ServerURL]).toEqual([0, server]);
    expect(asked[0]?.authorization).toMatch(scope);
  });

  it.each(['https://index.docker.io/v1/', 'ghcr.io', `${REGISTRY}.example.com`, `example.com/${REGISTRY}`, ''])(
    'has nothing for %j, and asks nobody',
    async (server) => {
      expect(await docker('get', server)).toMatchObject({ code: 1, out: 'credentials not found in native keychain\n' });
      expect(asked).toEqual([]);
    },
  );

  it('says where Docker shows it why the broker refused, and asks AWS nothing', async () => {
    const { code, out } = await docker('get', REGISTRY, { TOKEN: await broker.idp.token('web-feature') });
    expect([code, asked]).toEqual([1, []]);
    expect(out).toMatch(/\(not_allowed, request \S+\)\n$/);
  });

  it('says what AWS refused', async () => {
    refusal = 'AccessDeniedException';
    const { code, out } = await docker('get', REGISTRY);
    expect([code, out]).toEqual([1, expect.stringContaining('400 AccessDeniedException')]);
  });

  it.each([
    [{ TOKEN_BROKER_URL: '' }, 'TOKEN_BROKER_URL'],
    [{ TOKEN_BROKER_URL: 'http://broker.example.com' }, 'https://'],
    [{ TOKEN_BROKER_SCOPE: '' }, 'TOKEN_BROKER_SCOPE'],
    [{ TOKEN: '' }, 'TOKEN is empty'],
  ])('says what it lacks: %j', async (env, told) => {
    expect(await docker('get', REGISTRY, env)).toMatchObject({ code: 1, out: expect.stringContaining(told) });
  });

  it('keeps nothing: a list is empty, erase is done, store says that no login is needed', async () => {
    expect(await docker('list')).toMatchObject({ code: 0, out: '{}\n' });
    expect(await docker('erase', REGISTRY)).toMatchObject({ code: 0, out: '' });
    const stored = await docker('store', '{"ServerURL":"x","Username":"u","Secret":"s-e-c-r-e-t"}');
    expect(stored).toMatchObject({ code: 1, out: expect.stringContaining('no docker login is needed') });
    expect(stored.out + stored.err).not.toContain('s-e-c-r-e-t');
    expect((await docker('login')).code).toBe(1);
  });
});
