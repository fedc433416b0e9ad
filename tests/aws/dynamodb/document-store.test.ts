import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import dynalite from 'dynalite';
import { dynamoDbDocumentStore } from '../../../lib/aws/dynamodb/document-store.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds } from '../../../lib/time.ts';

const TABLE = 'test-keys';
const START = 1_800_000_000_000;
const signal = new AbortController().signal;
const server = dynalite({ createTableMs: 0 });
const clients: DynamoDBClient[] = [];

function clientOf(port: number): DynamoDBClient {
  const made = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  clients.push(made);
  return made;
}

let client: DynamoDBClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  client = clientOf(typeof address === 'object' && address !== null ? address.port : 0);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
});
afterAll(async () => {
  for (const each of clients) each.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const store = () => dynamoDbDocumentStore({ client: sdkDynamoDb(client), table: TABLE });
const document = (text: string, fetchedAt = START) => ({ text, fetchedAt: epochMilliseconds(fetchedAt) });

describe('the store of documents of others', () => {
  it('gives back what was put, and null for what was not', async () => {
    await store().put('issuer https://a.example', document('{"keys":[]}'), signal);
    expect(await store().get('issuer https://a.example', signal)).toEqual(document('{"keys":[]}'));
    expect(await store().get('issuer https://b.example', signal)).toBeNull();
  });

  it('never replaces a newer document with an older one, and does not complain', async () => {
    await store().put('order', document('new', START + 1), signal);
    await store().put('order', document('old', START), signal);
    expect(await store().get('order', signal)).toEqual(document('new', START + 1));
    await store().put('order', document('newer', START + 2), signal);
    expect(await store().get('order', signal)).toEqual(document('newer', START + 2));
  });

  it('lets an item expire two days after it was fetched', async () => {
    await store().put('ttl', document('x'), signal);
    const { Item: item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: { pk: { S: 'ttl' } } }));
    expect(item?.['expires']).toEqual({ N: String(1_800_000_000 + 172_800) });
  });

  it('takes 300 KB and no more', async () => {
    await store().put('size', document('x'.repeat(300 * 1024)), signal);
    await expect(store().put('size', document('x'.repeat(300 * 1024 + 1)), signal)).rejects.toBeInstanceOf(TypeError);
  });

  it('throws a Fault where the table does not answer', async () => {
    const dead = dynamoDbDocumentStore({ client: sdkDynamoDb(clientOf(1)), table: TABLE });
    await expect(dead.get('x', signal)).rejects.toBeInstanceOf(Fault);
    await expect(dead.put('x', document('x'), signal)).rejects.toBeInstanceOf(Fault);
  });
});
