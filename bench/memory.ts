import { fileURLToPath } from 'node:url';
import { firstMessage } from './child.ts';
import { atMost, type Figure, reported } from './figure.ts';
import { environment } from './issuance/workload.ts';
import { withEndpoints } from './issuance.ts';
import type { IssuancesInput } from './memory/issuances.ts';

const COUNT = 100_000;
const EVERY = 10_000;
/**
 * Caches fill within the first fifth: the many names that are not there, the code that is compiled. What grows after it
 * grows for ever.
 */
const SETTLED = 2;
const BUDGET_MB = 4;

/**
 * The heap over 100,000 issuances, one in ten refused, after a garbage collection each time. Nothing leaves the
 * process.
 */
export async function benchMemory(): Promise<readonly Figure[]> {
  const heap = await withEndpoints({ bench: 10 }, ({ port, tokens, tables }) => {
    const input: IssuancesInput = {
      ...{ environment: environment(port, 'bench'), tokens, tables },
      ...{ count: COUNT, every: EVERY },
    };
    return firstMessage('./memory/issuances.ts', input, { execArgv: ['--expose-gc'] });
  });
  const megabytes = (heap as readonly number[]).map((bytes) => bytes / 1e6);
  const [settled, last] = [megabytes[SETTLED - 1] ?? Number.NaN, megabytes.at(-1) ?? Number.NaN];
  return [
    atMost(`growth of the heap from issuance ${EVERY * SETTLED} to ${COUNT}`, last - settled, BUDGET_MB, 'MB'),
    reported('  heap at the end', last, 'MB'),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchMemory());
