import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ROOT } from '../../e2e/broker.ts';

const asked: string[] = [];
const recorder = createServer((request, response) => {
  asked.push(`${request.method} ${request.headers['x-amz-target'] ?? request.url}`);
  response.writeHead(500).end();
});
const folder = mkdtempSync(join(tmpdir(), 'foreign-settings-'));

beforeAll(async () => {
  recorder.listen(0, '127.0.0.1');
  await once(recorder, 'listening');
});
afterAll(() => {
  recorder.close();
  rmSync(folder, { recursive: true });
});

/**
 * Suites that make tables, secrets and sessions: by the ports, by the SDK, and by a whole stack with the command line
 * on it.
 */
const SUITES = [
  'tests/aws/dynamodb/own-keys',
  'tests/e2e/failed-mint',
  'tests/bin/policy.test',
  'tests/bin/issuances.test',
];

it('no test sees the settings or the profile of whoever runs it', async () => {
  const { port } = recorder.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const config = join(folder, 'config');
  const credentials = 'aws_access_key_id = mine\naws_secret_access_key = mine\n';
  writeFileSync(config, `[default]\nregion = eu-west-1\nendpoint_url = ${endpoint}\n${credentials}`);
  const services = ['', '_DYNAMODB', '_SECRETS_MANAGER', '_STS', '_S3', '_EVENTBRIDGE'];
  const foreign = {
    ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL${service}`, endpoint])),
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: config,
    AWS_PROFILE: 'default',
    AWS_ACCESS_KEY_ID: 'mine',
    AWS_SECRET_ACCESS_KEY: 'mine',
    AWS_REGION: 'eu-west-1',
  };
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const { TEST_AWS_ENDPOINTS: _, ...own } = process.env;
  const child = spawn(process.execPath, ['--experimental-vm-modules', jest, '--runInBand', ...SUITES], {
    cwd: ROOT,
    env: { ...own, ...foreign },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  expect([code, code === 0 ? '' : err, asked]).toEqual([0, '', []]);
}, 180_000);
