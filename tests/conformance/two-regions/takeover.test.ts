import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { env, execPath } from 'node:process';
import { promisify } from 'node:util';
import {
  CreateBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { driveBroker } from '../../../deploy/drive.ts';
import { withDemoConfiguration } from '../../../local/demo/configuration.ts';
import { type IdentityProvider, startIdentityProvider } from '../../../local/demo/identity-provider.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { build, ROOT } from '../../e2e/broker.ts';

/** docs/disaster.md, on two Regions of moto: `AWS_ENDPOINT_URL_DYNAMODB` and `…_SECRETS_MANAGER` name it. */
const FIRST = 'us-east-1';
const SECOND = 'eu-west-1';
const settings = (region: string) => ({ ...env, AWS_REGION: region, AWS_DEFAULT_REGION: region });
const credentials = { accessKeyId: 'ASIALOCALLOCALLOCAL1', secretAccessKey: 'local' };
const client = { credentials, maxAttempts: 1 };
const secretsOf = (region: string) => new SecretsManagerClient({ ...client, region });
const tablesOf = (region: string) => new DynamoDBClient({ ...client, region });

let idp: IdentityProvider;
/** The same identity provider, as the second broker knows it: here each broker has an origin of its own. */
let idpOfSecond: IdentityProvider;
let first: Stack;
let second: Stack;

const start = (region: string): Promise<Stack> =>
  startStack({
    root: ROOT,
    port: 0,
    environment: settings(region),
    tablePrefix: `region-${randomBytes(4).toString('hex')}`,
    log: () => undefined,
  });
const configure = (stack: Stack, { issuer }: IdentityProvider) =>
  withDemoConfiguration({ broker: stack.url, idp: issuer }, (folder) => stack.configure(folder));
const ring = async (region: string, prefix: string, name: string): Promise<string> => {
  const { SecretString: text = '' } = await secretsOf(region).send(
    new GetSecretValueCommand({ SecretId: `${prefix}/${name}` }),
  );
  return text;
};
const drive = async (stack: Stack, of: IdentityProvider) => {
  const wrong: string[] = [];
  const token = await of.token('web-main');
  await driveBroker({ url: stack.url, scope: 'demo', token }, (line) => line.startsWith('✗') && wrong.push(line));
  return wrong;
};

beforeAll(async () => {
  expect(env['AWS_ENDPOINT_URL_SECRETS_MANAGER']).toMatch(/^http:\/\/127\.0\.0\.1:/);
  await build();
  first = await start(FIRST);
  idp = await startIdentityProvider(0, first.url);
  await configure(first, idp);
});
afterAll(async () => {
  await Promise.all([idp.stop(), idpOfSecond.stop(), first.stop(), second.stop()]);
});

describe('a second stack in another Region', () => {
  it('stands by and issues nothing until it has a configuration', async () => {
    expect(await drive(first, idp)).toEqual([]);
    second = await start(SECOND);
    const answer = await fetch(`${second.url}/v1/credentials/demo`, { headers: { authorization: 'a.b.c' } });
    expect([answer.status, await answer.json()]).toMatchObject([503, { reason: 'configuration_unavailable' }]);
  });

  it('takes the SAML ring over from the copy that the first one keeps there', async () => {
    const secretId = `${first.tablePrefix}/saml-keys`;
    await secretsOf(FIRST).send(
      new ReplicateSecretToRegionsCommand({ SecretId: secretId, AddReplicaRegions: [{ Region: SECOND }] }),
    );
    const before = await ring(FIRST, first.tablePrefix, 'saml-keys');
    const copy = await ring(SECOND, first.tablePrefix, 'saml-keys');
    await secretsOf(SECOND).send(
      new PutSecretValueCommand({ SecretId: `${second.tablePrefix}/saml-keys`, SecretString: copy }),
    );
    expect(await ring(SECOND, second.tablePrefix, 'saml-keys')).toBe(before);
    expect(before).toContain('"kid"');
  });

  it('has signing keys of its own, so that no revoked token is good again', async () => {
    const own = await ring(SECOND, second.tablePrefix, 'signing-keys');
    expect(own).not.toBe(await ring(FIRST, first.tablePrefix, 'signing-keys'));
  });

  it('grants and refuses once the configuration is applied, with the first Region gone', async () => {
    const restored = `before-${first.tablePrefix}-ledger`;
    const { BackupDetails: backup } = await tablesOf(FIRST).send(
      new CreateBackupCommand({ TableName: `${first.tablePrefix}-ledger`, BackupName: 'nightly' }),
    );
    await tablesOf(FIRST).send(
      new RestoreTableFromBackupCommand({ TargetTableName: restored, BackupArn: backup?.BackupArn }),
    );
    for (const table of ['config', 'ledger', 'state', 'keys']) {
      await tablesOf(FIRST).send(new DeleteTableCommand({ TableName: `${first.tablePrefix}-${table}` }));
    }
    idpOfSecond = await startIdentityProvider(0, second.url);
    expect(await configure(second, idpOfSecond)).toEqual([]);
    expect(await drive(second, idpOfSecond)).toEqual([]);
  });

  it("reads the first one's ledger, restored under a name of its own, beside its own", async () => {
    const list = async (prefix: string, region: string): Promise<readonly { scope: string }[]> => {
      const args = ['bin/cli.ts', 'issuances', 'list', '--tables', prefix, '--json'];
      const { stdout } = await promisify(execFile)(execPath, args, {
        cwd: ROOT,
        env: { ...settings(region), ...second.aws, AWS_REGION: region },
      });
      return JSON.parse(stdout).issuances;
    };
    expect((await list(`before-${first.tablePrefix}`, FIRST)).map(({ scope }) => scope)).toContain('demo');
    expect((await list(second.tablePrefix, SECOND)).map(({ scope }) => scope)).toContain('demo');
  });
});
