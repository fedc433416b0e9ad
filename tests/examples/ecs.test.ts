import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const [identity, program] = JSON.parse(readFileSync('examples/ecs/token-file.json', 'utf8')).containerDefinitions;
const [command] = identity.command as string[];
const [, check] = identity.healthCheck.command as string[];

describe('the sidecar of examples/ecs/token-file.json', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'token-broker-ecs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * Runs a command of the example with its volume in a folder of ours, and a `sleep` that says how long and ends it.
   */
  function run(text: string | undefined, aws: string) {
    for (const [name, body] of Object.entries({ aws, sleep: 'echo "slept $1"; kill $PPID' })) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const shell = (text ?? '').replaceAll('/broker/', `${folder}/`);
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    return spawnSync('/bin/sh', ['-c', shell], { env, encoding: 'utf8', timeout: 10_000 });
  }

  it('leaves the token without its newline, readable by the other container, and asks again before it ends', () => {
    expect(run(command, 'case "$1" in sts) echo a.b.c;; esac').stdout).toBe('slept 300\n');
    expect(readFileSync(join(folder, 'token'), 'utf8')).toBe('a.b.c');
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o644);
  });

  it.each([
    ['says nothing and fails', 'exit 1'],
    ['prints nothing', 'exit 0'],
  ])('keeps the token it has and tries again soon where AWS %s', (_, aws) => {
    writeFileSync(join(folder, 'token'), 'before');
    expect(run(command, aws).stdout).toBe('slept 30\n');
    expect(readFileSync(join(folder, 'token'), 'utf8')).toBe('before');
  });

  it('asks for 15 to 30 minutes: a longer token would outlive the credentials of the task', () => {
    const seconds = Number(/--duration-seconds (\d+)/.exec(command ?? '')?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(900);
    expect(seconds).toBeLessThanOrEqual(1_800);
  });

  it.each([
    ['healthy with a token of a minute', 60, 0],
    ['unhealthy with one that is about to end', 850, 1],
  ])('is %s', (_, ageSeconds, status) => {
    writeFileSync(join(folder, 'token'), 'a.b.c');
    const then = Date.now() / 1000 - ageSeconds;
    utimesSync(join(folder, 'token'), then, then);
    expect(run(check, 'exit 0').status).toBe(status);
  });

  it('is unhealthy without a token', () => {
    expect(existsSync(join(folder, 'token'))).toBe(false);
    expect(run(check, 'exit 0').status).not.toBe(0);
  });

  it('asks for the audience that the program goes to', () => {
    const { environment } = program as { environment: { name: string; value: string }[] };
    const endpoint = environment.find(({ name }) => name === 'AWS_ENDPOINT_URL_STS')?.value;
    expect(endpoint).toBe(`${/--audience (\S+)/.exec(command ?? '')?.[1]}/sts`);
  });
});

it('the rollout workflow and the policy of its scope are about one Region and one service', () => {
  const workflow = parse(readFileSync('examples/github-workflow-ecs-rollout.yml', 'utf8'));
  const scope = parse(readFileSync('examples/scopes/deploy-web.yaml', 'utf8'));
  const [statement] = scope.grant.policy.Statement;
  const [, , , region, , service] = String(statement.Resource).split(':');
  expect(region).toBe(workflow.env.AWS_REGION);
  expect(workflow.env.SCOPE).toBe(scope.scope);
  expect(JSON.stringify(workflow.jobs)).toContain(`--cluster ${service?.split('/')[1]} `);
});

describe('examples/ecs/sidecar.json', () => {
  const [sidecar, served] = JSON.parse(readFileSync('examples/ecs/sidecar.json', 'utf8')).containerDefinitions;
  const variable = (name: string): string =>
    served.environment.find((each: { name: string }) => each.name === name)?.value ?? '';
  const given = (flag: string): string => sidecar.command[sidecar.command.indexOf(flag) + 1];

  it('serves what the program asks for: the scope, the address, the file of the authorization token', () => {
    const url = new URL(variable('AWS_CONTAINER_CREDENTIALS_FULL_URI'));
    expect(url.host).toBe(given('--listen'));
    expect(url.pathname).toBe(`/credentials/${given('--scope')}`);
    expect(variable('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')).toBe(given('--token-file'));
  });

  it('takes the variable away that ECS sets and every SDK prefers', () => {
    expect(served.entryPoint).toEqual(['/usr/bin/env', '-u', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']);
  });

  it('runs the image of the Dockerfile: its user, its volume, its program', () => {
    const image = readFileSync('Dockerfile', 'utf8');
    const said = (instruction: string): string => new RegExp(`^${instruction} (.*)$`, 'm').exec(image)?.[1] ?? '';
    expect(said('USER').split(':')[0]).toBe(sidecar.user);
    expect(said('VOLUME')).toBe(sidecar.mountPoints[0].containerPath);
    expect(image).toContain(`chown node:node ${said('VOLUME')}`);
    const [built = '', program = ''] = said('COPY').split(' ').slice(1);
    expect(JSON.parse(said('ENTRYPOINT'))).toEqual([program.split('/').at(-1)]);
    // All that the build sends is what `npm run build` made.
    expect(readFileSync('.dockerignore', 'utf8')).toBe(`*\n!${built}\n`);
  });

  it('has both containers run as one user: the authorization token is for its owner alone', () => {
    expect(served.user).toBe(sidecar.user);
  });
});

it('the task, its image and its Region are one', () => {
  const region = program.environment.find(({ name }: { name: string }) => name === 'AWS_REGION').value;
  expect(program.image).toContain(`.ecr.${region}.amazonaws.com/`);
});
