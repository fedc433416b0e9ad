/**
 * A process that measures two programs in interleaved batches: CPU of the whole process, user and system, libuv's
 * threads too. It is given the programs with their environments, and tokens; it answers with the microseconds of CPU
 * and of time for a request, batch by batch.
 */
import { hrtime } from 'node:process';
import { pathToFileURL } from 'node:url';
import { answer, given } from '../child.ts';
import { credentialsEvent } from './event.ts';

export interface BatchesInput {
  readonly programs: readonly {
    readonly path: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly scopes: readonly string[];
  }[];
  readonly tokens: readonly string[];
  readonly warmUp: number;
  readonly batches: number;
  readonly size: number;
}

export interface BatchesResult {
  /** For each program, for each batch: microseconds a request. */
  readonly cpu: readonly (readonly number[])[];
  readonly time: readonly (readonly number[])[];
}

type Handler = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>;

const input = (await given()) as BatchesInput;
let next = 0;

async function load(path: string, environment: Readonly<Record<string, string>>): Promise<Handler> {
  Object.assign(process.env, environment);
  const { handler } = await import(pathToFileURL(path).href);
  return handler;
}

async function request(handler: Handler, scopes: readonly string[]): Promise<void> {
  next += 1;
  const event = credentialsEvent(scopes[next % scopes.length] ?? '', input.tokens[next % input.tokens.length] ?? '');
  const { statusCode, body } = await handler(event, {
    awsRequestId: String(next),
    getRemainingTimeInMillis: () => 3000,
  });
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode} ${body}`);
}

const handlers: Handler[] = [];
for (const { path, environment } of input.programs) {
  const handler = await load(path, environment);
  handlers.push(handler);
}
for (const [at, handler] of handlers.entries()) {
  for (let count = 0; count < input.warmUp; count += 1) await request(handler, input.programs[at]?.scopes ?? []);
}
const cpu: number[][] = handlers.map(() => []);
const time: number[][] = handlers.map(() => []);
for (let batch = 0; batch < input.batches; batch += 1) {
  // Turn about, so that neither always runs in what the other left behind.
  const order = batch % 2 === 0 ? [...handlers.keys()] : [...handlers.keys()].toReversed();
  for (const at of order) {
    const handler = handlers[at];
    if (handler === undefined) continue;
    const [before, began] = [process.cpuUsage(), hrtime.bigint()];
    for (let count = 0; count < input.size; count += 1) await request(handler, input.programs[at]?.scopes ?? []);
    const { user, system } = process.cpuUsage(before);
    cpu[at]?.push((user + system) / input.size);
    time[at]?.push(Number(hrtime.bigint() - began) / 1000 / input.size);
  }
}
answer({ cpu, time } satisfies BatchesResult);
