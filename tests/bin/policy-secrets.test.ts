import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { startSecretsManager } from '../../local/endpoints/secrets-manager.ts';
import type { Endpoint } from '../../local/endpoints/server.ts';
import { folderOf } from '../configuration/folder-of.ts';

const client = (name: string, more: string): string => `client: ${name}\n${more}\n`;
const secretOf = (name: string): string => `secret: token-broker/clients/${name}`;
const FOLDER = {
  ...Object.fromEntries(
    ['short', 'absent', 'good', 'pairs'].map((name) => [`clients/${name}.yaml`, client(name, secretOf(name))]),
  ),
  'clients/cli.yaml': client('cli', "public: true\nredirectUris: ['http://127.0.0.1/callback']"),
};
const VALUES = { short: `${'x'.repeat(15)}\n`, good: 'x'.repeat(16), pairs: '{"client_secret":"xxxxxxxxxxxxxxxx"}' };

let endpoint: Endpoint;
let aws: Record<string, string>;
const saved = { ...process.env };

beforeAll(async () => {
  endpoint = await startSecretsManager(0);
  aws = {
    ...{ AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint.url, AWS_REGION: 'eu-west-1' },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  };
  // The SDK reads the process's own.
  Object.assign(process.env, aws);
  const manager = new SecretsManagerClient({});
  for (const [name, SecretString] of Object.entries(VALUES)) {
    await manager.send(new CreateSecretCommand({ Name: `token-broker/clients/${name}`, SecretString }));
  }
  manager.destroy();
});

afterAll(async () => {
  process.env = saved;
  await endpoint.stop();
});

async function run(env: Record<string, string>, ...more: readonly string[]) {
  const said = { out: '', err: '' };
  const code = await main(['policy', 'secrets', folderOf(FOLDER), ...more], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env,
    cwd: '/',
  });
  return { code, ...said };
}

const states = (out: string): unknown =>
  Object.fromEntries(JSON.parse(out).clients.map((each: Record<string, string>) => [each['client'], each['state']]));

describe('policy secrets', () => {
  it('names the secrets of clients that authenticate nobody, and ends with 1', async () => {
    const { code, out, err } = await run(aws, '--json');
    expect(code).toBe(1);
    expect(states(out)).toEqual({ short: 'too short', absent: 'absent', good: 'good', pairs: 'JSON' });
    expect(err.split('\n')).toEqual([
      'short: token-broker/clients/short has less than 16 characters: it authenticates nobody',
      'pairs: token-broker/clients/pairs is a JSON object: the whole of it is the secret, not a value within it',
      '',
    ]);
    expect(`${out}${err}`).not.toContain('xxx');
  });

  it('prints them as a table of their own', async () => {
    const { out } = await run(aws);
    expect(out).toMatch(/^CLIENT +SECRET +STATE$/m);
    expect(out).toMatch(/^short +token-broker\/clients\/short +too short$/m);
    expect(out).not.toContain('cli ');
  });

  it('asks nobody where the environment names no account, and says that they are unread', async () => {
    const { code, out, err } = await run({}, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(states(out)).toEqual({ short: 'unread', absent: 'unread', good: 'unread', pairs: 'unread' });
  });
});
