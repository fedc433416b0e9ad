/**
 * A process with the endpoints that an issuance asks, each as fast as can be, or as slow as it is told: DynamoDB (reads
 * of the items that it was given; writes are taken and forgotten), Secrets Manager, STS (one canned AssumeRole) and an
 * issuer with its key set. It answers with its port once it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { answer, given } from '../child.ts';
import { assumeRole, dynamoDb, secretsManager, type Tables } from './answers.ts';

export interface EndpointsInput {
  readonly keySet: string;
  /** The items of tables, once the port is known. */
  readonly port: number;
  readonly tables: Tables;
  /** Milliseconds before each answer; default: none. */
  /** Values of secrets by name, each in one version. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly delays?: { readonly dynamoDb: number; readonly sts: number };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, type: string, body: string, status = 200): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function serve({ keySet, tables, port, secrets = {}, delays }: EndpointsInput) {
  const issuer = `http://127.0.0.1:${port}`;
  const discovery = JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks` });
  return createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const body = await bodyOf(request);
    const target = request.headers['x-amz-target'];
    const delayMs = delays?.[typeof target === 'string' ? 'dynamoDb' : 'sts'] ?? 0;
    if (delayMs > 0) await pause(delayMs);
    if (typeof target === 'string') {
      const [service = '', operation = ''] = target.split('.');
      if (service === 'secretsmanager') {
        const { status, text } = secretsManager(operation, body, secrets);
        send(response, 'application/x-amz-json-1.1', text, status);
      } else send(response, 'application/x-amz-json-1.0', dynamoDb(operation, body, tables));
    } else if (request.method === 'POST') send(response, 'text/xml', assumeRole());
    else send(response, 'application/json', request.url === '/jwks' ? keySet : discovery);
  });
}

const input = (await given()) as EndpointsInput;
const server = serve(input);
server.listen(input.port, '127.0.0.1', () => answer(input.port));
