import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { finishOf } from '../lib/aws/dynamodb/ledger-item.ts';
import { dynamoLedgerQueries } from '../lib/aws/dynamodb/ledger-queries.ts';
import { sdkDynamoDb } from '../lib/aws/dynamodb/sdk-client.ts';
import { scopesOf } from '../lib/ledger/filter.ts';
import { denialKey, outcomePlaces } from '../lib/ledger/partitions.ts';
import type { IssuanceRecord } from '../lib/ledger/record.ts';
import { epochMilliseconds } from '../lib/time.ts';
import type { RunningFunction } from './gateway/function-host.ts';

export interface LedgerStreamOptions {
  readonly client: DynamoDBClient;
  /** Name of the ledger's table. */
  readonly table: string;
  /** Called as the stream of the table, and the schedule, would call it. */
  readonly archive: RunningFunction;
}

const EVERY_MS = 500;
const SWEEP_EVERY_MS = 300_000;
/** Nothing finishes later than that after it has begun. */
const WINDOW_MS = 60_000;
const MOST = 100;

const stateOf = ({ outcome, attempts, revoked }: IssuanceRecord): string => `${outcome} ${attempts} ${revoked?.time}`;

/**
 * Takes the place of the stream of the ledger's table, which local endpoints do not have: twice a second it looks for
 * what finished, and calls the archive function with the items. What is more than it takes at once waits for a sweep.
 */
export function startLedgerStream({ client, table, archive }: LedgerStreamOptions): { stop(): Promise<void> } {
  const queries = dynamoLedgerQueries({ client: sdkDynamoDb(client), table });
  const ended = new AbortController();
  const seen = new Map<string, string>();
  let sweptAt = 0;

  async function turn(): Promise<void> {
    const now = Date.now();
    if (now - sweptAt >= SWEEP_EVERY_MS) {
      sweptAt = now;
      await archive.invoke('{}');
    }
    const page = await queries.list({ from: epochMilliseconds(now - WINDOW_MS) }, MOST, null, ended.signal);
    const found = page.ok ? page.value.issuances : [];
    const fresh = found.filter((each) => each.outcome !== 'started' && seen.get(each.id) !== stateOf(each)).reverse();
    if (fresh.length === 0) return;
    const images = await imagesOf(client, table, fresh);
    const Records = images.map((NewImage) => ({ eventName: 'MODIFY', dynamodb: { NewImage } }));
    const { kind } = await archive.invoke(JSON.stringify({ Records }));
    if (kind !== 'result') return;
    seen.clear();
    for (const each of found) seen.set(each.id, stateOf(each));
  }

  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      // The ledger fails where its endpoint ends first; the next turn says so again, or does not.
      await turn().catch(() => {});
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        ended.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
      });
    }
  };
  const running = run();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}

/** The items as they lie there, binary in base64, as an event of the stream has them. */
async function imagesOf(client: DynamoDBClient, table: string, records: readonly IssuanceRecord[]) {
  const keys = records.flatMap((record) =>
    record.outcome === 'denied' ? [denialKey(record.id)] : outcomePlaces(scopesOf(record), record.id),
  );
  const Keys = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  const read = async (some: typeof Keys) => {
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: some } } }));
    return Responses?.[table] ?? [];
  };
  const found = [...(await read(Keys.slice(0, MOST))), ...(Keys.length > MOST ? await read(Keys.slice(MOST)) : [])];
  const items = new Map(found.filter((item) => finishOf(item) === null).map((item) => [item['sk']?.S, item]));
  return records.flatMap(({ id }) => {
    const item = items.get(id);
    if (item === undefined) return [];
    const entries = Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]);
    return [Object.fromEntries(entries)];
  });
}
