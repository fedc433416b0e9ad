/**
 * A process with the endpoints that an issuance asks, each as fast as can be: DynamoDB (reads of the items that it was
 * given; writes are taken and forgotten), STS (one canned AssumeRole) and an issuer with its key set. It is given the
 * key set and the items by table; it answers with its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answer, given } from '../child.ts';
import { assumeRole, dynamoDb, type Tables } from './answers.ts';

export interface EndpointsInput {
  readonly keySet: string;
  /** The items of tables, once the port is known. */
  readonly port: number;
  readonly tables: Tables;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
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
