/**
 * Runs in a worker thread of its own: one function's execution environment. Loads the bundle once, then answers
 * invocations.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, InvocationResult, WorkerSettings } from './function-host.ts';

const settings: WorkerSettings = workerData;

const contextOf = ({ requestId, deadline }: Invocation) => ({
  functionName: settings.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: settings.functionArn,
  memoryLimitInMB: String(settings.memoryMegabytes),
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${settings.functionName}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function invoke(
  handler: (event: unknown, context: unknown) => unknown,
  invocation: Invocation,
): Promise<InvocationResult> {
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    return { id: invocation.id, ok: true, result: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { id: invocation.id, ok: false, error: describe(error) };
  }
}

const port = parentPort;
if (port === null) throw new Error('function-worker.ts runs in a worker thread only');
const { [settings.exportName]: handler } = await import(settings.bundle);
if (typeof handler !== 'function') throw new Error(`${settings.bundle} exports no function ${settings.exportName}`);
port.on('message', async (invocation: Invocation) => port.postMessage(await invoke(handler, invocation)));
