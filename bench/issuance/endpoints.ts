/**
 * A process with the endpoints that an issuance asks, each as fast as can be: DynamoDB (reads of the items that it was given; writes are taken and forgotten), STS (one canned
 * AssumeRole) and an issuer with its key set. It is given the key set and the items by table; it answers with its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answer, given } from '../child.ts';

/** DynamoDB JSON of the items, by table and partition key. */
type Tables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface EndpointsInput {
  readonly keySet: string;
  /** The items of tables, once the port is known. */
  readonly port: number;
  readonly tables: Tables;
}

const HOUR_MS = 3_600_000;

function assumeRole(): string {
  const expires = new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR_MS).toISOString();
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLEEXAMPLE01:session</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/deploy-web/session</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE01</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey><SessionToken>${'t'.repeat(800)}</SessionToken><Expiration>${expires}</Expiration></Credentials><PackedPolicySize>12</PackedPolicySize></AssumeRoleResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function dynamoDb(operation: string, body: string, tables: Tables): string {
  if (operation !== 'GetItem') return '{}';
  const { TableName, Key } = JSON.parse(body);
  const item = tables[TableName]?.[Key.pk.S];
  return JSON.stringify(item === undefined ? {} : { Item: item });
}

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function serve({ keySet, tables, port }: EndpointsInput) {
  const issuer = `http://127.0.0.1:${port}`;
  const discovery = JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks` });
  return createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const body = await bodyOf(request);
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      send(response, 'application/x-amz-json-1.0', dynamoDb(target.split('.')[1] ?? '', body, tables));
    } else if (request.method === 'POST') send(response, 'text/xml', assumeRole());
    else send(response, 'application/json', request.url === '/jwks' ? keySet : discovery);
  });
}

const input = (await given()) as EndpointsInput;
const server = serve(input);
server.listen(input.port, '127.0.0.1', () => answer(input.port));
