/**
 * A process with the endpoints that the token function asks, each as fast as can be: DynamoDB (reads of the items that
 * it was given; writes are read whole and forgotten) and Secrets Manager. It answers with its port once it listens.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { answer, given } from '../child.ts';

export interface EndpointsInput {
  readonly port: number;
  /** DynamoDB JSON of the items, by table and partition key. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly secrets: Readonly<Record<string, string>>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const input = (await given()) as EndpointsInput;

function reply(operation: string, body: string): { readonly status: number; readonly text: string } {
  if (operation === 'PutItem') return { status: 200, text: '{}' };
  const asked = JSON.parse(body);
  if (operation === 'GetItem') {
    const item = input.tables[asked.TableName]?.[asked.Key.pk.S];
    return { status: 200, text: JSON.stringify(item === undefined ? {} : { Item: item }) };
  }
  const value = input.secrets[asked.SecretId];
  if (value === undefined || asked.VersionStage === 'AWSPREVIOUS') {
    return { status: 400, text: JSON.stringify({ __type: 'ResourceNotFoundException', Message: 'none' }) };
  }
  if (operation === 'DescribeSecret') return { status: 200, text: JSON.stringify({ Name: asked.SecretId, Tags: [] }) };
  const version = {
    SecretString: value,
    VersionId: '00000000-0000-4000-8000-000000000001',
    CreatedDate: 1_795_000_000,
  };
  return { status: 200, text: JSON.stringify(version) };
}

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  const target = String(request.headers['x-amz-target']);
  const { status, text } = reply(target.split('.')[1] ?? '', await bodyOf(request));
  const type = target.startsWith('Dynamo') ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
});
server.listen(input.port, '127.0.0.1', () => answer(input.port));
