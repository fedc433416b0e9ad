/**
 * One function's execution environment as a process of its own, so that it can be killed. Its bundle is the argument.
 */
import { pathToFileURL } from 'node:url';

const [, , bundle = ''] = process.argv;
const { handler } = await import(pathToFileURL(bundle).href);

const context = (deadline: number) => ({
  awsRequestId: 'r',
  functionName: 'f',
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

process.on('message', async ({ id, event }: { readonly id: number; readonly event: unknown }) => {
  try {
    process.send?.({ id, result: await handler(event, context(Date.now() + 30_000)) });
  } catch (error) {
    process.send?.({ id, error: String(error instanceof Error ? error.stack : error) });
  }
});
process.send?.({ id: 0, result: 'ready' });
