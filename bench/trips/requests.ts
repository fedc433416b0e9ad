/** A process that sends requests one after the other; it answers with the milliseconds of each, kind by kind. */
import { pathToFileURL } from 'node:url';
import { answer, given } from '../child.ts';
import type { Kind } from './workload.ts';

export interface RequestsInput {
  /** Of the bundles. */
  readonly paths: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly kinds: readonly Kind[];
}

type Handler = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>;

const input = (await given()) as RequestsInput;
Object.assign(process.env, input.environment);
const handlers = new Map<string, Handler>();
for (const [name, path] of Object.entries(input.paths)) {
  handlers.set(name, (await import(pathToFileURL(path).href)).handler);
}

async function timed(name: string, event: object): Promise<number> {
  const began = performance.now();
  const answered = await handlers.get(name)?.(event, { getRemainingTimeInMillis: () => 20_000 });
  const took = performance.now() - began;
  if (answered?.statusCode !== 200) throw new Error(`HTTP ${answered?.statusCode} ${answered?.body}`);
  return took;
}

const times: number[][] = input.kinds.map(() => []);
const most = Math.max(...input.kinds.map(({ events }) => events.length));
for (let at = 0; at < most; at += 1) {
  for (const [kind, { function: name, events }] of input.kinds.entries()) {
    const event = events[at];
    if (event !== undefined) times[kind]?.push(await timed(name, event));
  }
}
answer(times);
