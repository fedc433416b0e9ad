import type { LimitCount } from '../../ports/limits.ts';
import type { EpochMilliseconds } from '../../time.ts';
import { stateKey } from './state-table.ts';

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

/** One window of one limit. Its counters are `<key>#<place in capacities>`. */
export interface Window {
  readonly key: string;
  readonly endsMs: number;
  /** Epoch seconds after which DynamoDB may delete its counters. */
  readonly expires: number;
  /** How much each counter may hold; together exactly the limit. */
  readonly capacities: readonly number[];
}

/** The window of the limit that `now` lies in. */
export function windowOf({ counter, count, window }: LimitCount, now: EpochMilliseconds): Window {
  const lengthMs = window * 1000;
  const startMs = Math.floor(now / lengthMs) * lengthMs;
  const endsMs = startMs + lengthMs;
  const shards = Math.min(MOST_SHARDS, Math.max(1, Math.ceil(count / COUNT_PER_SHARD)));
  const capacities = Array.from({ length: shards }, (_, shard) => Math.floor((count + shard) / shards));
  return {
    // A limit that was changed begins anew: its counters would not add up with those of another.
    key: stateKey('limit', [counter, String(count), String(window), String(startMs)]),
    endsMs,
    expires: Math.ceil(endsMs / 1000) + KEPT_BEYOND_SECONDS,
    capacities: capacities.filter((capacity) => capacity > 0),
  };
}

/** What one instance knows of counters: that they are full. Forgetting is safe: DynamoDB is asked again. */
export class RememberedCounters {
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
