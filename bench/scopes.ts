import { fileURLToPath } from 'node:url';
import { firstMessage } from './child.ts';
import { atMost, type Figure, reported } from './figure.ts';
import type { BatchesInput, BatchesResult } from './issuance/batches.ts';
import { bundlePrograms } from './issuance/programs.ts';
import { environment } from './issuance/workload.ts';
import { compare, withEndpoints } from './issuance.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FEW = 10;
const MANY = 10_000;
/** "No slower", with what two runs of the very same program differ by here. */
const BUDGET = 1.05;

/** The scopes that are asked for: all of the few, and as many of the many, spread over them. */
const asked = (count: number): string[] =>
  Array.from({ length: FEW - 1 }, (_, at) => `deploy-${1 + Math.floor((at * (count - 1)) / (FEW - 1))}`);

/**
 * The same issuances with 10 and with 10,000 scopes configured, by two copies of the deployed bundle in one process.
 * Only the broker's own work is compared: the endpoints are in another process. Then every one of the 10,000 in turn,
 * more than are kept in memory: what a scope costs that has to be read first.
 */
export async function benchScopes(): Promise<readonly Figure[]> {
  const file = 'functions/credentials.ts';
  const programs = await bundlePrograms(ROOT, { few: file, many: file, each: file });
  const program = (name: string, port: number, scopes: readonly string[]) => ({
    path: programs.paths[name] ?? '',
    environment: environment(port, name === 'few' ? 'few' : 'many'),
    scopes,
  });
  try {
    return await withEndpoints({ few: FEW, many: MANY }, async ({ port, tokens }) => {
      const measure = async (input: Omit<BatchesInput, 'tokens'>) =>
        compare((await firstMessage('./issuance/batches.ts', { ...input, tokens })) as BatchesResult);
      const [few, many] = [program('few', port, asked(FEW)), program('many', port, asked(MANY))];
      const each = program(
        'each',
        port,
        Array.from({ length: MANY - 1 }, (_, at) => `deploy-${at + 1}`),
      );
      const warm = await measure({ programs: [many, few], warmUp: 1_000, batches: 60, size: 100 });
      const read = await measure({ programs: [each, few], warmUp: 500, batches: 20, size: 100 });
      return [
        atMost('an issuance with 10,000 scopes configured, beside 10', warm.ratio, BUDGET, 'times'),
        reported('  the same where each scope has to be read first', read.ratio, 'times'),
      ];
    });
  } finally {
    programs.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchScopes());
