import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../e2e/broker.ts';

interface Container {
  readonly command: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
}

const containersOf = (file: string): readonly [Container, Container] =>
  JSON.parse(readFileSync(`examples/ecs/${file}`, 'utf8')).containerDefinitions;

const volume = mkdtempSync(join(tmpdir(), 'ecs-volume-'));
const sidecars: ChildProcess[] = [];
let broker: Broker;

const ROLE = 'arn:aws:iam::111122223333:role/token-broker/read-reports';
/** AWS's outbound identity federation is the embedded STS's: the caller's role is its own. */
const configuration = (sts: string) => ({
  'connections/tasks.yaml': `connection: tasks\ntype: oidc\nissuer: '${sts}'\naudience: ['@ISSUER@']\nalgorithms: [RS256]\n`,
  'scopes/read-reports.yaml': `scope: read-reports\ndescription: d\nallow: [{ connection: tasks }]\ngrant: { type: aws-session, roleArn: '${ROLE}' }\n`,
});

beforeAll(async () => {
  broker = await startBroker();
  const problems = await broker.configure(configuration(broker.aws['AWS_ENDPOINT_URL_STS'] ?? ''));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}, 120_000);

afterAll(async () => {
  for (const sidecar of sidecars) sidecar.kill();
  rmSync(volume, { recursive: true, force: true });
  await broker.stop();
});

/** A text of a definition, where this broker, a folder of ours and a port of ours stand for what it names. */
const here = (text: string, port = 0): string =>
  text
    .replaceAll('https://broker.example.com', broker.url)
    .replaceAll('/broker/', `${volume}/`)
    .replaceAll('127.0.0.1:9911', `127.0.0.1:${port}`);

/** What ECS sets in every container of a task with a role; nobody answers there: who takes it has nothing. */
const ECS = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/task', AWS_EC2_METADATA_DISABLED: 'true' };

const environmentOf = ({ environment }: Container, port: number) => ({
  ...{ PATH: process.env['PATH'], HOME: volume },
  ...ECS,
  ...Object.fromEntries(environment.map(({ name, value }) => [name, here(value, port)])),
});

/** Runs the program's container with a program of the AWS SDK for JavaScript in it. */
async function accessKey(container: Container, port = 0, entryPoint = container.entryPoint ?? []): Promise<string> {
  const [command = '', ...args] = [...entryPoint, process.execPath, resolve('.ci/clients/access-key.mjs')];
  const { stdout } = await promisify(execFile)(command, args, { env: environmentOf(container, port), timeout: 60_000 });
  return stdout.trim();
}

async function webIdentityToken(): Promise<string> {
  const query = { Action: 'GetWebIdentityToken', Version: '2011-06-15', SigningAlgorithm: 'RS256' };
  const body = new URLSearchParams({ ...query, 'Audience.member.1': broker.url });
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261125/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(broker.aws['AWS_ENDPOINT_URL_STS'] ?? '', {
    method: 'POST',
    body,
    headers: { authorization },
  });
  return /<WebIdentityToken>([^<]+)</.exec(await answer.text())?.[1] ?? '';
}

describe('the program of examples/ecs/token-file.json', () => {
  it("has the scope's credentials by the token in the volume, although ECS offers those of the task role", async () => {
    writeFileSync(join(volume, 'token'), await webIdentityToken());
    expect(await accessKey(containersOf('token-file.json')[1])).toMatch(/^ASIA/);
  });
});

describe('the program of examples/ecs/sidecar.json', () => {
  const [sidecar, program] = containersOf('sidecar.json');
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const env = { ...environmentOf(sidecar, port), ...broker.aws, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '' };
    const args = [resolve('bin/token-broker.mjs'), ...sidecar.command.map((word) => here(word, port))];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    sidecars.push(child);
    let said = '';
    await new Promise<void>((ready, failed) => {
      const listen = (text: Buffer): void => {
        said += String(text);
        if (/ready http/.test(said)) ready();
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.on('exit', () => failed(new Error(said)));
    });
  }, 60_000);

  it("has the scope's credentials of the sidecar", async () => {
    expect(existsSync(join(volume, 'authorization'))).toBe(true);
    expect(await accessKey(program, port)).toMatch(/^ASIA/);
  });

  it('would not have them without its entry point: what ECS sets wins', async () => {
    await expect(accessKey(program, port, [])).rejects.toThrow();
  });

  it('is waited for by the health check of the sidecar', async () => {
    const { healthCheck } = Object(sidecar);
    const [, command = '', ...args] = (healthCheck.command as readonly string[]).map((word) => here(word, port));
    await promisify(execFile)(command, args);
    const elsewhere = args.map((word) => word.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:1'));
    await expect(promisify(execFile)(command, elsewhere)).rejects.toThrow();
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
