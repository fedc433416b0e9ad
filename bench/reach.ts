import { fileURLToPath } from 'node:url';
import { firstMessage } from './child.ts';
import { type Figure, reported } from './figure.ts';
import { environment } from './issuance/workload.ts';
import { withEndpoints } from './issuance.ts';
import type { Reach, ReachInput } from './reach/one-request.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * How many of the project's files a reader of one credential request would have to open: those loaded, and those that
 * run in it.
 */
export async function benchReach(): Promise<readonly Figure[]> {
  const { loaded, executed } = await withEndpoints({ bench: 10 }, async ({ port, tokens }) => {
    const input: ReachInput = { root: ROOT, environment: environment(port, 'bench'), tokens: tokens.slice(0, 4) };
    return (await firstMessage('./reach/one-request.ts', input)) as Reach;
  });
  return [
    reported('files loaded for GET /v1/credentials/{scope}', loaded.length, 'files'),
    reported('  of which one warm request runs', executed.length, 'files'),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchReach());
