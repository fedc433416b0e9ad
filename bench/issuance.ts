import { fileURLToPath } from 'node:url';
import { tableName } from '../lib/aws/dynamodb/tables.ts';
import { firstMessage, running } from './child.ts';
import { atMost, type Figure, median, reported } from './figure.ts';
import type { Tables } from './issuance/answers.ts';
import type { BatchesInput, BatchesResult } from './issuance/batches.ts';
import type { EndpointsInput } from './issuance/endpoints.ts';
import { bundlePrograms } from './issuance/programs.ts';
import { documentsOf, environment, itemsOf, workload } from './issuance/workload.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUDGET = 1.0;

export interface Context {
  readonly port: number;
  readonly tokens: readonly string[];
  /** What the endpoints' DynamoDB holds. */
  readonly tables: Tables;
}

/** Endpoints for the prefixes, each with a configuration of so many scopes, and tokens of their issuer. */
export async function withEndpoints<T>(
  scopes: Readonly<Record<string, number>>,
  run: (context: Context) => Promise<T>,
): Promise<T> {
  const port = 20_000 + (process.pid % 20_000);
  const idp = `http://127.0.0.1:${port}`;
  const { keySet, token } = workload(idp);
  const tables = await Promise.all(
    Object.entries(scopes).map(
      async ([prefix, count]) => [tableName(prefix, 'config'), itemsOf(await documentsOf(idp, count))] as const,
    ),
  );
  const input: EndpointsInput = { port, keySet, tables: Object.fromEntries(tables) };
  const endpoints = await running('./issuance/endpoints.ts', input);
  try {
    return await run({ port, tokens: Array.from({ length: 500 }, token), tables: input.tables });
  } finally {
    await endpoints.stop();
  }
}

/** The medians of the batches' ratios and costs, first program over second. */
export function compare({ cpu, time }: BatchesResult) {
  const of = (at: number) => ({ cpu: cpu[at] ?? [], time: time[at] ?? [] });
  const [a, b] = [of(0), of(1)];
  return {
    ratio: median(a.cpu.map((value, at) => value / (b.cpu[at] ?? Number.NaN))),
    cpu: [median(a.cpu), median(b.cpu)],
    time: [median(a.time), median(b.time)],
  } as const;
}

/**
 * A warm issuance at /v1/credentials, the deployed bundle from event to answer, beside the hand-written script, bundled
 * alike. Both ask the same endpoints in another process, one request at a time: the ratio is that of the CPU that this
 * process takes.
 */
export async function benchIssuance(): Promise<readonly Figure[]> {
  const programs = await bundlePrograms(ROOT, {
    broker: 'functions/credentials.ts',
    script: 'bench/issuance/hand-written.ts',
  });
  try {
    const result = await withEndpoints({ bench: 10 }, ({ port, tokens }) => {
      const program = (name: string) => ({
        path: programs.paths[name] ?? '',
        environment: environment(port, 'bench'),
        scopes: ['deploy-web'],
      });
      const input: BatchesInput = {
        programs: [program('broker'), program('script')],
        ...{ tokens, warmUp: 1_000, batches: 60, size: 100 },
      };
      return firstMessage('./issuance/batches.ts', input);
    });
    const { ratio, cpu, time } = compare(result as BatchesResult);
    return [
      atMost('a warm issuance, CPU beside the hand-written script', ratio, BUDGET, 'times'),
      reported('  CPU of an issuance', cpu[0], 'µs'),
      reported('  CPU of the script', cpu[1], 'µs'),
      reported('  time of an issuance, one at a time', time[0], 'µs'),
      reported('  time of the script', time[1], 'µs'),
    ];
  } finally {
    programs.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchIssuance());
