/**
 * A process that measures the token function, or the one whose ledger has no transport: batch by batch, whenever it is
 * asked.
 */
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { answer, given } from '../child.ts';
import { cost, type Load } from './load.ts';
import { tokenEvent } from './token-event.ts';

export interface BrokerInput {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

type Handler = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>;

const input = (await given()) as BrokerInput;
Object.assign(process.env, input.environment);
const { handler }: { readonly handler: Handler } = await import(pathToFileURL(input.path).href);

async function request(): Promise<void> {
  const { statusCode, body } = await handler(tokenEvent(), { getRemainingTimeInMillis: () => 20_000 });
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode} ${body}`);
}

answer('ready');
for (;;) {
  const [load]: Load[] = await once(process, 'message');
  if (load === undefined) break;
  answer(await cost(load, request));
}
