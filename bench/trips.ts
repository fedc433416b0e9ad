import { fileURLToPath } from 'node:url';
import { tableName } from '../lib/aws/dynamodb/tables.ts';
import { firstMessage, running } from './child.ts';
import { atMost, type Figure, median } from './figure.ts';
import type { EndpointsInput } from './issuance/endpoints.ts';
import { bundlePrograms } from './issuance/programs.ts';
import { environment, itemsOf } from './issuance/workload.ts';
import { SIGNING_KEYS, secrets } from './oauth/workload.ts';
import type { RequestsInput } from './trips/requests.ts';
import { tripsWorkload } from './trips/workload.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Milliseconds that a call takes within one Region: in front of DynamoDB (and Secrets Manager), and of STS. */
const DELAYS = { dynamoDb: 8, sts: 25 };
const REQUESTS = 60;
const WARM_UP = 10;
/** Milliseconds. Three calls in a row; with what goes out in one round before them; a round and a record. */
const [SESSION, SPENT, TOKEN] = [54, 54 + DELAYS.dynamoDb, 35];
const BUDGETS = [SESSION, SPENT, SPENT, SPENT, TOKEN];

/**
 * How long a caller waits, one request at a time, with a delay in front of AWS: round trips that follow one another.
 * `tests/e2e/trips/` counts them.
 */
export async function benchTrips(): Promise<readonly Figure[]> {
  const port = 20_000 + (process.pid % 20_000);
  const workload = await tripsWorkload(`http://127.0.0.1:${port}`, WARM_UP + REQUESTS);
  const programs = await bundlePrograms(ROOT, {
    credentials: 'functions/credentials.ts',
    token: 'functions/token.ts',
  });
  const endpoints: EndpointsInput = {
    ...{ port, keySet: workload.keySet, delays: DELAYS, secrets: await secrets() },
    tables: { [tableName('bench', 'config')]: itemsOf(workload.documents) },
  };
  const started = await running('./issuance/endpoints.ts', endpoints);
  try {
    const input: RequestsInput = {
      ...{ paths: programs.paths, kinds: workload.kinds },
      environment: { ...environment(port, 'bench'), SIGNING_KEYS_SECRET: SIGNING_KEYS },
    };
    const times = (await firstMessage('./trips/requests.ts', input)) as readonly (readonly number[])[];
    return workload.kinds.map(({ name }, at) =>
      atMost(name, median((times[at] ?? []).slice(WARM_UP)), BUDGETS[at] ?? Number.NaN, 'ms'),
    );
  } finally {
    await started.stop();
    programs.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchTrips());
