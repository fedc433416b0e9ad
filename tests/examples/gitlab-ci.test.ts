import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Broker, startBroker } from '../e2e/broker.ts';

const execute = promisify(execFile);
const { rollout: job } = parse(readFileSync('examples/gitlab-ci.yml', 'utf8'));

let broker: Broker;
const folder = mkdtempSync(join(tmpdir(), 'gitlab-ci-'));

beforeAll(async () => {
  broker = await startBroker();
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await broker.stop();
});

/** The text of the example, where this broker and a folder of ours stand for those that it names. */
const here = (text: string): string =>
  text
    .replaceAll('https://broker.example.com/v1/credentials/deploy-web', `${broker.url}/v1/credentials/demo`)
    .replaceAll('/tmp/broker', folder);

/** Runs a program as a step of the job: GitLab's token and the job's variables, and no other setting of AWS. */
async function step(command: string, args: readonly string[], workload: string) {
  const variables = Object.entries<string>(job.variables).map(([name, value]) => [name, here(value)]);
  const env = {
    PATH: process.env['PATH'],
    AWS_EC2_METADATA_DISABLED: 'true',
    ...Object.fromEntries(variables),
    BROKER_TOKEN: await broker.idp.token(workload),
  };
  return execute(command, args, { env });
}

const prepare = (workload = 'web-main') => step('sh', ['-ec', job.before_script.map(here).join('\n')], workload);
const accessKey = () => step(process.execPath, ['.ci/clients/access-key.mjs'], 'web-main');

describe('examples/gitlab-ci.yml', () => {
  it('asks GitLab for a token whose audience is the broker that it goes to', () => {
    expect(job.before_script.join('')).toContain(`${job.id_tokens.BROKER_TOKEN.aud}/v1/credentials/`);
  });

  it("gives an AWS SDK credentials by the job's token, which only the job's user can read", async () => {
    expect(await prepare()).toMatchObject({ stdout: '', stderr: '' });
    expect(statSync(join(folder, 'header')).mode & 0o077).toBe(0);
    expect((await accessKey()).stdout).toMatch(/^ASIA/);
  });

  it('shows the AWS tools why it was refused', async () => {
    await prepare('web-feature');
    const [, command = ''] = /^credential_process = (.*)$/m.exec(readFileSync(join(folder, 'config'), 'utf8')) ?? [];
    await expect(step('sh', ['-c', command], 'web-feature')).rejects.toMatchObject({
      stderr: expect.stringContaining('"reason":"not_allowed"'),
    });
  });
});
