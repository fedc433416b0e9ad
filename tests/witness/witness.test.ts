import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { leafHash, rootOf } from '../../lib/archive/merkle.ts';
import { isSigned, parseCheckpoint, parseVerifier, signCheckpoint, verifierText } from '../../lib/archive/note.ts';
import { type SecretsManager, startSecretsManager } from '../../local/endpoints/secrets-manager.ts';
import { SIGNER } from '../archive/a-log.ts';
import { startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';

const TABLE = `witness-${process.pid}-${Date.now().toString(36)}`;
const before = { ...process.env };
let tables: TestTables;
let secrets: SecretsManager;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  [tables, secrets] = await Promise.all([startTables(), startSecretsManager(0)]);
  await tables.sdk.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'origin', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'origin', KeyType: 'HASH' }],
    }),
  );
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SecretsManagerClient({ region: 'eu-central-1', endpoint: secrets.url, credentials });
  await client.send(new CreateSecretCommand({ Name: 'witness-key', SecretString: 'k'.repeat(64) }));
  client.destroy();
  Object.assign(process.env, {
    WITNESS_NAME: 'witness.example.com',
    LOG_KEYS: verifierText(SIGNER),
    KEY_SECRET: 'witness-key',
    WITNESS_TABLE: TABLE,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  });
  ({ handler } = await import('../../witness/witness.ts'));
});
afterAll(async () => {
  process.env = before;
  await Promise.all([tables.stop(), secrets.stop()]);
});

const ask = (method: string, path: string, body = '') =>
  handler({ requestContext: { http: { method, path } }, body, isBase64Encoded: false } as APIGatewayProxyEventV2);
const note = (leaf: string): string =>
  signCheckpoint({ origin: SIGNER.name, size: 1, root: rootOf([leafHash(Buffer.from(leaf))]) }, SIGNER);

describe('the witness behind its URL', () => {
  it('remembers what it cosigned: a fork at the same size is refused, whoever runs it then', async () => {
    const key = parseVerifier(String((await ask('GET', '/key')).body));
    const checkpoint = parseCheckpoint(note('a'))?.checkpoint;
    const { statusCode, body = '' } = await ask('POST', '/add-checkpoint', `old 0\n\n${note('a')}`);
    expect(statusCode).toBe(200);
    if (key === null || checkpoint === undefined) throw new Error('no key, or no checkpoint');
    expect(isSigned(checkpoint, [body.trimEnd()], key)).toBe(true);
    expect(await ask('POST', '/add-checkpoint', `old 1\n\n${note('b')}`)).toMatchObject({ statusCode: 422 });
    const again = await ask('POST', '/add-checkpoint', `old 0\n\n${note('b')}`);
    expect(again).toMatchObject({ statusCode: 409, body: '1\n', headers: { 'content-type': 'text/x.tlog.size' } });
  });

  it('has nothing else there', async () => {
    expect(await ask('GET', '/')).toMatchObject({ statusCode: 404 });
  });
});
