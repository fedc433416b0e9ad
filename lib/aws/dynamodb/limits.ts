import type { LimitCount, Limits, Random } from '../../ports.ts';
import { type EpochMilliseconds, type Seconds, seconds } from '../../time.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface LimitsOptions extends StateTable {
  readonly random: Random;
}

/**
 * One counter takes about a thousand writes a second (a partition's limit): a window of more than this many gets
 * several.
 */
const COUNT_PER_SHARD = 250;
const MOST_SHARDS = 16;
/** Counters outlive their window by a little, so that clocks that differ find them. */
const KEPT_BEYOND_SECONDS = 300;
/** Windows that one instance remembers as full, in part or in whole. */
const MOST_REMEMBERED = 10_000;

interface Window {
  readonly key: string;
  readonly endsMs: number;
  /** How much each counter may hold; together exactly the limit. */
  readonly capacities: readonly number[];
}

/**
 * Fixed windows since the epoch, each a few counters in the state table whose capacities add up to the limit. One count
 * is one conditional UpdateItem on a counter chosen at random; a full counter sends it on to the next, so that a window
 * takes exactly its limit, never more, and refuses before that only where an answer of DynamoDB got lost and the SDK
 * counted twice. An instance remembers full counters and asks them no more, so that a refusal in an exhausted window
 * costs no write.
 *
 * The limits of one call are counted in their order, until one is full: those before it stay counted (a later failure
 * gives nothing back), except that a window known to be full refuses before anything is counted. `retryAfter` is the
 * whole number of seconds, at least 1, until that window ends. Throws `Fault('limits')`.
 */
export function dynamoLimits(options: LimitsOptions): Limits {
  const full = new FullCounters();
  return {
    count: async (limits, now, signal) => {
      const windows = limits.map((limit) => windowOf(limit, now));
      full.forgetEnded(now);
      for (const window of windows) if (full.hasAll(window)) return refused(window, now);
      for (const window of windows) {
        if (!(await countOne(options, full, window, signal))) return refused(window, now);
      }
      return { within: true };
    },
  };
}

function windowOf({ counter, count, window }: LimitCount, now: EpochMilliseconds): Window {
  const lengthMs = window * 1000;
  const startMs = Math.floor(now / lengthMs) * lengthMs;
  const shards = Math.min(MOST_SHARDS, Math.max(1, Math.ceil(count / COUNT_PER_SHARD)));
  const capacities = Array.from({ length: shards }, (_, shard) => Math.floor((count + shard) / shards));
  // A limit that was changed begins anew: its counters would not add up with those of another.
  const key = stateKey('limit', [counter, String(count), String(window), String(startMs)]);
  return { key, endsMs: startMs + lengthMs, capacities: capacities.filter((capacity) => capacity > 0) };
}

const refused = (window: Window, now: EpochMilliseconds): { readonly within: false; readonly retryAfter: Seconds } => ({
  within: false,
  retryAfter: seconds(Math.max(1, Math.ceil((window.endsMs - now) / 1000))),
});

async function countOne(
  { client, table, random }: LimitsOptions,
  full: FullCounters,
  window: Window,
  signal: AbortSignal,
): Promise<boolean> {
  const first = random.bytes(1)[0] ?? 0;
  for (let step = 0; step < window.capacities.length; step += 1) {
    const shard = (first + step) % window.capacities.length;
    if (full.has(window, shard)) continue;
    const input = {
      TableName: table,
      Key: keyOf(`${window.key}#${shard}`),
      UpdateExpression: 'SET #expires = :expires ADD #count :one',
      ConditionExpression: 'attribute_not_exists(pk) OR #count < :capacity',
      ExpressionAttributeNames: { '#expires': 'expires', '#count': 'count' },
      ExpressionAttributeValues: {
        ':expires': { N: String(Math.ceil(window.endsMs / 1000) + KEPT_BEYOND_SECONDS) },
        ':one': { N: '1' },
        ':capacity': { N: String(window.capacities[shard]) },
      },
    };
    if (await conditionHeld(client.call('UpdateItem', input, signal), 'limits')) return true;
    full.add(window, shard);
  }
  return false;
}

/** What one instance knows to be full. Forgetting is safe: DynamoDB is asked again. */
class FullCounters {
  readonly #windows = new Map<string, { readonly endsMs: number; readonly shards: Set<number> }>();

  has({ key }: Window, shard: number): boolean {
    return this.#windows.get(key)?.shards.has(shard) === true;
  }

  hasAll({ key, capacities }: Window): boolean {
    return capacities.length === 0 || this.#windows.get(key)?.shards.size === capacities.length;
  }

  add({ key, endsMs }: Window, shard: number): void {
    const window = this.#windows.get(key) ?? { endsMs, shards: new Set<number>() };
    window.shards.add(shard);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MOST_REMEMBERED && oldest !== undefined) this.#windows.delete(oldest);
  }

  forgetEnded(now: EpochMilliseconds): void {
    // In order of insertion; the first that has not ended is far enough for one call.
    for (const [key, { endsMs }] of this.#windows) {
      if (endsMs > now) break;
      this.#windows.delete(key);
    }
  }
}
