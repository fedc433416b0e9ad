import type { Partition, RecordKey } from './partitions.ts';
import type { IssuanceRecord } from './record.ts';

/** A record's place in time, and the record itself where the partition holds more than keys. */
export interface LedgerEntry {
  /** Sorts as time does and is no other record's: the id, or for a denial the id moved to its first attempt. */
  readonly place: string;
  readonly key: RecordKey;
  readonly record: IssuanceRecord | null;
  /** Of a `started` record: where its outcome lies, under the same `sk`, once there is one. */
  readonly outcome?: RecordKey;
}

export type Order = 'newest-first' | 'oldest-first';

/** Both ends inclusive; low is not above high. */
export interface Range {
  readonly low: string;
  readonly high: string;
  readonly order: Order;
}

export interface PlaceRange extends Range {
  /** Exclusive: where what was read before ended. null: from the beginning. */
  readonly behind: string | null;
}

export interface LedgerRuns {
  /**
   * The first `count` entries of one partition with `low <= place <= high`, in that order. Fewer than `count` may come
   * while `more` is true.
   */
  read(
    partition: Partition,
    range: Range,
    count: number,
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly LedgerEntry[]; readonly more: boolean }>;
}

interface Run {
  readonly partition: Partition;
  buffer: readonly LedgerEntry[];
  next: number;
  /** The last place that was read, which is not read again; null: there is none yet. */
  behind: string | null;
  done: boolean;
  chunk: number;
}

const LEAST_CHUNK = 4;
const MOST_CHUNK = 400;

/**
 * One sequence in order of time over sorted partitions. Reads each a little at a time, all those that are used up at
 * once, more each time.
 */
export function mergedRuns(
  source: LedgerRuns,
  partitions: readonly Partition[],
  range: PlaceRange,
  expected: number,
  signal: AbortSignal,
) {
  const share = Math.ceil((1.5 * expected) / partitions.length) + 1;
  const chunk = Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, share));
  const runs: Run[] = partitions.map((partition) => ({
    partition,
    buffer: [],
    next: 0,
    behind: range.behind,
    done: false,
    chunk,
  }));

  /** Whether `a` comes before `b` in this sequence. */
  const isEarlier = (a: string, b: string): boolean => (range.order === 'newest-first' ? a > b : a < b);

  async function refill(run: Run): Promise<void> {
    const left = rest(range, run.behind);
    if (left.high < left.low) {
      run.done = true;
      return;
    }
    // Ends are inclusive in storage, so one more is asked for and the end itself is dropped.
    const { entries, more } = await source.read(run.partition, left, run.chunk + 1, signal);
    const { behind } = run;
    run.buffer = behind === null ? entries : entries.filter(({ place }) => isEarlier(behind, place));
    run.next = 0;
    run.behind = entries.at(-1)?.place ?? run.behind;
    run.done = !more;
    run.chunk = Math.min(MOST_CHUNK, run.chunk * 2);
  }

  const isUsedUp = (run: Run): boolean => run.next >= run.buffer.length;

  async function refillUsedUp(): Promise<void> {
    for (let used = runs.filter((run) => isUsedUp(run) && !run.done); used.length > 0; ) {
      await Promise.all(used.map(refill));
      used = used.filter((run) => isUsedUp(run) && !run.done);
    }
  }

  /** The entry that comes first of all, and its run. */
  function first(): { readonly run: Run; readonly entry: LedgerEntry } | null {
    let best: ReturnType<typeof first> = null;
    for (const run of runs) {
      const entry = run.buffer[run.next];
      if (entry !== undefined && (best === null || isEarlier(entry.place, best.entry.place))) best = { run, entry };
    }
    return best;
  }

  return {
    /** The next entries, in order: at least one, at most `count` (at least 1); none where there are no more. */
    async take(count: number): Promise<readonly LedgerEntry[]> {
      await refillUsedUp();
      const taken: LedgerEntry[] = [];
      while (taken.length < count) {
        const next = first();
        if (next === null) break;
        const { run, entry } = next;
        taken.push(entry);
        run.next += 1;
        // What a used-up run holds next may come before all that others hold.
        if (isUsedUp(run) && !run.done) break;
      }
      return taken;
    },
    async isEmpty(): Promise<boolean> {
      await refillUsedUp();
      return runs.every(isUsedUp);
    },
  };
}

/** What of a range is still to be read. */
function rest({ low, high, order }: Range, behind: string | null): Range {
  return order === 'newest-first'
    ? { low, high: behind !== null && behind < high ? behind : high, order }
    : { low: behind !== null && behind > low ? behind : low, high, order };
}
