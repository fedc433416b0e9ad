import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { createTables } from '../../../lib/aws/dynamodb/create-tables.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { putInForce } from '../../../local/configuration.ts';
import { type Endpoints, startEndpoints } from '../../../local/endpoints/embedded.ts';
import { fillSecrets } from '../../../local/secrets-file.ts';
import { startStack } from '../../../local/stack.ts';
import { type Broker, ROOT, startBroker } from '../../e2e/broker.ts';

const credentials = { accessKeyId: 'given', secretAccessKey: 'given' };
const given = { AWS_ACCESS_KEY_ID: 'given', AWS_SECRET_ACCESS_KEY: 'given', AWS_REGION: 'eu-central-1' };

let outside: Endpoints;
let broker: Broker;

beforeAll(async () => {
  outside = await startEndpoints({}, 0);
  const { DYNAMODB, SECRETS_MANAGER, STS } = outside.urls;
  broker = await startBroker({
    endpoints: {
      ...given,
      AWS_ENDPOINT_URL_DYNAMODB: DYNAMODB,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: SECRETS_MANAGER,
      AWS_ENDPOINT_URL: STS,
    },
  });
}, 60_000);

afterAll(async () => {
  await broker.stop();
  await outside.stop();
});

describe('endpoints that are set beforehand', () => {
  it('take the place of the embedded ones, with the credentials and the Region that were given', () => {
    expect(broker.aws).toMatchObject({
      ...given,
      AWS_ENDPOINT_URL_DYNAMODB: outside.urls.DYNAMODB,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: outside.urls.SECRETS_MANAGER,
      AWS_ENDPOINT_URL_STS: outside.urls.STS,
    });
  });

  it('serve the broker', async () => {
    const authorization = await broker.idp.token('web-main');
    const response = await fetch(`${broker.url}/v1/credentials/demo`, { headers: { authorization } });
    expect(response.status).toBe(200);
  });

  it('hold the tables that were missing', async () => {
    const client = new DynamoDBClient({ region: 'eu-central-1', endpoint: outside.urls.DYNAMODB, credentials });
    const { TableNames } = await client.send(new ListTablesCommand({}));
    client.destroy();
    const names = ['config', 'keys', 'ledger', 'state'].map((suffix) => `${broker.tablePrefix}-${suffix}`);
    expect(TableNames).toEqual(expect.arrayContaining(names));
  });

  it('hold the ring of signing keys, rotated once', async () => {
    const client = new SecretsManagerClient({
      region: 'eu-central-1',
      endpoint: outside.urls.SECRETS_MANAGER,
      credentials,
    });
    const ring = await client.send(new GetSecretValueCommand({ SecretId: `${broker.tablePrefix}/signing-keys` }));
    client.destroy();
    expect(ring.SecretString?.length).toBeGreaterThan(100);
  });

  it('that do not answer are told by name', async () => {
    const environment = { ...given, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' };
    const start = startStack({ root: ROOT, port: 0, environment, log: () => {} });
    await expect(start).rejects.toThrow('http://127.0.0.1:9, which AWS_ENDPOINT_URL_STS names');
  }, 30_000);
});

describe('credentials of the person who starts the stack', () => {
  it('do not go to embedded endpoints', async () => {
    const alone = await startBroker({ endpoints: { AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'mine' } });
    await alone.stop();
    expect(JSON.stringify(alone.aws)).not.toContain('mine');
  }, 60_000);
});

describe('what an outside endpoint holds of somebody else', () => {
  const ISSUER = 'https://broker.example.com';
  const tablePrefix = 'of-another';
  const environment = () => ({
    ...given,
    AWS_ENDPOINT_URL_DYNAMODB: outside.urls.DYNAMODB,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: outside.urls.SECRETS_MANAGER,
  });
  const options = () => ({ root: ROOT, port: 0, environment: environment(), tablePrefix, log: () => {} });
  const sdk = () => new DynamoDBClient({ region: 'eu-central-1', endpoint: outside.urls.DYNAMODB, credentials });
  const secretsManager = () =>
    new SecretsManagerClient({ region: 'eu-central-1', endpoint: outside.urls.SECRETS_MANAGER, credentials });
  const inForce = async () => {
    const client = sdk();
    const table = { client: sdkDynamoDb(client), table: `${tablePrefix}-config` };
    const pointer = await readConfigurationPointer(table, AbortSignal.timeout(5_000));
    client.destroy();
    return pointer?.issuer;
  };

  beforeAll(async () => {
    const client = sdk();
    await createTables(client, tablePrefix);
    expect(await putInForce(sdkDynamoDb(client), tablePrefix, 'examples', ISSUER)).toEqual([]);
    client.destroy();
  });

  it('is left alone: nothing starts over tables with the configuration of another issuer', async () => {
    await expect(startStack(options())).rejects.toThrow(
      /^The tables of-another-\* hold the configuration of https:\/\/broker\.example\.com: [\s\S]*--take-over/,
    );
    expect(await inForce()).toBe(ISSUER);
    const client = secretsManager();
    const { SecretList = [] } = await client.send(new ListSecretsCommand({}));
    client.destroy();
    expect(SecretList.filter(({ Name = '' }) => Name.startsWith(tablePrefix))).toEqual([]);
  }, 60_000);

  it('is left alone: a secret with another value', async () => {
    const client = secretsManager();
    const mine = { name: 'token-broker/clients/shared', value: 'somebody-elses-secret', host: null };
    await fillSecrets(client, [mine]);
    const stack = await startStack({ ...options(), tablePrefix: 'mine' });
    try {
      await expect(stack.checkSecrets([{ ...mine, value: 'another-secret-of-mine' }])).rejects.toThrow(
        /^The secret token-broker\/clients\/shared has another value/,
      );
      await stack.checkSecrets([mine, { ...mine, name: 'token-broker/clients/not-there' }]);
      await stack.putSecrets([mine]);
      const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand({ SecretId: mine.name }));
      expect(Versions).toHaveLength(1);
    } finally {
      await stack.stop();
      client.destroy();
    }
  }, 60_000);

  it('is taken over where that is what was asked for', async () => {
    const stack = await startStack({ ...options(), others: 'take-over' });
    try {
      expect(await stack.configure('examples')).toEqual([]);
      expect(await inForce()).toBe(stack.url);
      await stack.checkSecrets([{ name: 'token-broker/clients/shared', value: 'mine', host: null }]);
    } finally {
      await stack.stop();
    }
  }, 60_000);
});
