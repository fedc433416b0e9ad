/**
 * A process that issues 100,000 times with the transport of the AWS SDK stubbed; every tenth request is for a scope
 * that is not there. It answers with the heap in use after a garbage collection, every so often. Needs --expose-gc.
 */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { answer, given } from '../child.ts';
import { assumeRole, dynamoDb, type Tables } from '../issuance/answers.ts';
import { credentialsEvent } from '../issuance/event.ts';

export interface IssuancesInput {
  readonly environment: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
  readonly tables: Tables;
  readonly count: number;
  readonly every: number;
}

const input = (await given()) as IssuancesInput;

NodeHttpHandler.prototype.handle = async ({ headers, body }) => {
  const operation = headers['x-amz-target']?.split('.')[1];
  const text = operation === undefined ? assumeRole() : dynamoDb(operation, Buffer.from(body).toString(), input.tables);
  return { response: { statusCode: 200, headers: {}, body: new Uint8Array(Buffer.from(text)) } };
};

Object.assign(process.env, input.environment);
const { handler } = await import('../../functions/credentials.ts');
const context = {} as Parameters<typeof handler>[1];

async function request(at: number): Promise<void> {
  const refused = at % 10 === 9;
  const scope = refused ? `unknown-${at}` : 'deploy-web';
  const event = credentialsEvent(scope, input.tokens[at % input.tokens.length] ?? '');
  const { statusCode, body } = await handler(event as Parameters<typeof handler>[0], context);
  if (statusCode !== (refused ? 403 : 200)) throw new Error(`HTTP ${statusCode} ${body}`);
}

const heap: number[] = [];
for (let at = 0; at < input.count; at += 1) {
  await request(at);
  if ((at + 1) % input.every === 0) {
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed);
  }
}
answer(heap);
