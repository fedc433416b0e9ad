/** One plan as a process of its own, as `policy plan` makes it, of a table in memory. */
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { applyConfiguration } from '../../lib/aws/dynamodb/apply-configuration.ts';
import { compareWithForce } from '../../lib/aws/dynamodb/changed-documents.ts';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { readConfigurationPointer } from '../../lib/aws/dynamodb/configuration-table.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { changesOf } from '../../lib/policy/plan/plan.ts';
import { epochSeconds } from '../../lib/time.ts';
import { ISSUER } from '../validate/documents.ts';

export interface PlanResult {
  readonly differing: number;
  readonly changes: number;
  readonly ms: number;
  /** Of the process since the plan began, user and system. */
  readonly cpuMs: number;
  /** Most that was resident while documents were compared, beyond what it was before. */
  readonly comparingMegabytes: number;
}

type Item = Record<string, AttributeValue>;

/** What applying and planning ask of a table. */
function memoryTable(): DynamoDb {
  const items = new Map<string, Item>();
  const put = (item: Item): object => {
    items.set(item['pk']?.S ?? '', item);
    return {};
  };
  const answers: Readonly<Record<string, (input: never) => object>> = {
    GetItem: ({ Key }: { Key: Item }) => ({ Item: items.get(Key['pk']?.S ?? '') }),
    PutItem: ({ Item }: { Item: Item }) => put(Item),
    UpdateItem: () => ({ Attributes: { last: { N: '1' } } }),
    BatchWriteItem: ({ RequestItems }: { RequestItems: Record<string, { PutRequest: { Item: Item } }[]> }) => {
      for (const { PutRequest } of Object.values(RequestItems).flat()) put(PutRequest.Item);
      return {};
    },
    BatchGetItem: ({ RequestItems }: { RequestItems: Record<string, { Keys: Item[] }> }) => {
      const [[table = '', { Keys } = { Keys: [] }] = []] = Object.entries(RequestItems);
      return {
        Responses: { [table]: Keys.map(({ pk }) => items.get(pk?.S ?? '')).filter((item) => item !== undefined) },
      };
    },
  };
  return { call: async (operation, input) => answers[operation]?.(input as never) as never };
}

async function load(folder: string) {
  const loaded = await loadConfiguration(folder, { issuer: ISSUER, now: epochSeconds(1_800_014_400) });
  if ('problems' in loaded) throw new Error('the folder does not load');
  return loaded;
}

const [{ input }] = await once(process, 'message');
const folder = String(input);
const table = { client: memoryTable(), table: 'bench' };
const signal = new AbortController().signal;
const { documents: before } = await load(folder);
await applyConfiguration(before, { ...table, clock: systemClock, issuer: ISSUER, appliedBy: 'bench' });
for (const name of readdirSync(join(folder, 'scopes'))) {
  const path = join(folder, 'scopes', name);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace('refs/heads/release', 'refs/heads/next').replace('ecs:UpdateService', 'ecs:StopTask'),
  );
}

const start = process.cpuUsage();
const began = performance.now();
const { documents } = await load(folder);
const comparison = await compareWithForce(table, await readConfigurationPointer(table, signal), documents, signal);
const resident = process.memoryUsage().rss;
let changes = 0;
let most = resident;
for await (const pair of comparison.pairs(signal)) {
  changes += changesOf(pair).length;
  if (changes % 1_000 === 0) most = Math.max(most, process.memoryUsage().rss);
}
const { user, system } = process.cpuUsage(start);
const result: PlanResult = {
  differing: comparison.count,
  changes,
  ms: performance.now() - began,
  cpuMs: (user + system) / 1000,
  comparingMegabytes: (most - resident) / 1_048_576,
};
process.send?.(result);
