import { dirname } from 'node:path';
import { env } from 'node:process';
import { environmentOf, type FunctionHost, type FunctionResult } from '../../local/gateway/function-host.ts';
import { type Emulated, startEmulated } from './emulator.ts';

/** Where the emulator is named, suites that start a broker have their functions in it. */
export const isEmulatorGiven = env['LAMBDA_RUNTIME_EMULATOR'] !== undefined;

/** Environments of one function at once; further calls wait. Lambda would start more. */
const MOST_ENVIRONMENTS = 4;

/**
 * A function of the local stack under AWS's emulator of the Lambda runtime interface, with Node.js in a process of its
 * own. As in Lambda an environment takes one call at a time, and calls that come at once get environments of their own.
 */
export const emulatedFunction: FunctionHost = (of, surroundings) => {
  const settings = {
    folder: dirname(surroundings.bundle),
    handler: of.handler,
    timeoutSeconds: of.timeoutSeconds,
    environment: environmentOf(of, surroundings),
    log: surroundings.log,
  };
  const started: Promise<Emulated>[] = [];
  const idle: Promise<Emulated>[] = [];
  const waiting: ((environment: Promise<Emulated>) => void)[] = [];

  const take = (): Promise<Emulated> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (started.length >= MOST_ENVIRONMENTS) return new Promise((resolve) => waiting.push(resolve));
    const environment = startEmulated(settings);
    started.push(environment);
    return environment;
  };
  const giveBack = (environment: Emulated): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(Promise.resolve(environment));
    else next(Promise.resolve(environment));
  };

  return {
    invoke: async (event) => {
      const environment = await take();
      try {
        return resultOf(await environment.invoke(event));
      } finally {
        giveBack(environment);
      }
    },
    stop: async () => {
      await Promise.all(started.map(async (environment) => (await environment).stop()));
    },
  };
};

/**
 * The emulator answers with what the handler returned, with Lambda's error document, or with a line about a timeout.
 */
export function resultOf(text: string): FunctionResult {
  if (/^Task timed out after/.test(text)) return { kind: 'timeout' };
  const result: unknown = JSON.parse(text === '' ? 'null' : text);
  const isError = typeof result === 'object' && result !== null && 'errorType' in result && !('statusCode' in result);
  return isError ? { kind: 'error' } : { kind: 'result', result: text };
}
