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
  /** Called as the stream of the table would call them, each by itself. */
  readonly followers: readonly RunningFunction[];
  /** The one of them that its schedule calls too. */
  readonly sweeper: RunningFunction | null;
}

const EVERY_MS = 500;
const SWEEP_EVERY_MS = 300_000;
/** Nothing finishes later than that after it has begun. */
const WINDOW_MS = 60_000;
const MOST = 100;

const stateOf = ({ outcome, attempts, revoked }: IssuanceRecord): string => `${outcome} ${attempts} ${revoked?.time}`;

/**
 * Takes the place of the stream of the ledger's table, which local endpoints do not have: twice a second it looks for
 * what finished, and calls each function with the items that are new to it. What is more than it takes at once waits
 * for a sweep.
 */
export function startLedgerStream(options: LedgerStreamOptions): { stop(): Promise<void> } {
  const { client, table, followers, sweeper } = options;
  const queries = dynamoLedgerQueries({ client: sdkDynamoDb(client), table });
  const ended = new AbortController();
  const followed = followers.map((follower) => ({ follower, seen: new Map<string, string>() }));
  let sweptAt = 0;

  async function turn(): Promise<void> {
    const now = Date.now();
    if (now - sweptAt >= SWEEP_EVERY_MS) {
      sweptAt = now;
      await sweeper?.invoke('{}');
    }
    const page = await queries.list({ from: epochMilliseconds(now - WINDOW_MS) }, MOST, null, ended.signal);
    const found = page.ok ? page.value.issuances : [];
    await Promise.all(followed.map((one) => bring(one, found)));
  }

  async function bring({ follower, seen }: Followed, found: readonly IssuanceRecord[]): Promise<void> {
    const fresh = found.filter((each) => each.outcome !== 'started' && seen.get(each.id) !== stateOf(each)).reverse();
    if (fresh.length === 0) return;
    const images = await imagesOf(client, table, fresh);
    const Records = images.map((NewImage, at) => ({
      eventName: seen.has(NewImage['sk']?.S ?? '') ? 'MODIFY' : 'INSERT',
      dynamodb: { NewImage, SequenceNumber: String(at + 1) },
    }));
    if (!isTaken(await follower.invoke(JSON.stringify({ Records })))) return;
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

interface Followed {
  readonly follower: RunningFunction;
  /** What it has taken: the state of each, by id. */
  readonly seen: Map<string, string>;
}

/** Nothing failed, as a whole or in part (AWS Lambda, "Reporting batch item failures"). */
function isTaken(answer: Awaited<ReturnType<RunningFunction['invoke']>>): boolean {
  if (answer.kind !== 'result') return false;
  const { batchItemFailures = [] } = Object(JSON.parse(answer.result || 'null'));
  return batchItemFailures.length === 0;
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
