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

export interface PlaceRange {
  /** Inclusive. */
  readonly low: string;
  /** Inclusive. */
  readonly high: string;
  /** Exclusive: where the page before ended. null: from the top. */
  readonly before: string | null;
}

export interface LedgerRuns {
  /**
   * The first `count` entries of one partition with `low <= place <= high` (low is not above high), greatest place
   * first. Fewer than `count` may come while `more` is true.
   */
  read(
    partition: Partition,
    range: { readonly low: string; readonly high: string },
    count: number,
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly LedgerEntry[]; readonly more: boolean }>;
}

interface Run {
  readonly partition: Partition;
  buffer: readonly LedgerEntry[];
  next: number;
  /** Exclusive upper end of what is still to be read; null: nothing was read yet and there is no such end. */
  before: string | null;
  done: boolean;
  chunk: number;
}

const LEAST_CHUNK = 4;
const MOST_CHUNK = 400;

/**
 * One newest-first sequence over sorted partitions. Reads each a little at a time, all those that are used up at once,
 * more each time.
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
    before: range.before,
    done: false,
    chunk,
  }));

  async function refill(run: Run): Promise<void> {
    const high = run.before !== null && run.before < range.high ? run.before : range.high;
    if (high < range.low) {
      run.done = true;
      return;
    }
    // The upper end is inclusive in storage, so one more is asked for and the end itself is dropped.
    const { entries, more } = await source.read(run.partition, { low: range.low, high }, run.chunk + 1, signal);
    const { before } = run;
    run.buffer = before === null ? entries : entries.filter(({ place }) => place < before);
    run.next = 0;
    run.before = entries.at(-1)?.place ?? run.before;
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

  /** The run whose next entry is the newest of all. */
  function newest(): Run | null {
    let best: Run | null = null;
    for (const run of runs) {
      const place = run.buffer[run.next]?.place;
      const bestPlace = best?.buffer[best.next]?.place;
      if (place !== undefined && (bestPlace === undefined || place > bestPlace)) best = run;
    }
    return best;
  }

  return {
    /** The next entries, newest first: at least one, at most `count` (at least 1); none where there are no more. */
    async take(count: number): Promise<readonly LedgerEntry[]> {
      await refillUsedUp();
      const taken: LedgerEntry[] = [];
      while (taken.length < count) {
        const run = newest();
        const entry = run?.buffer[run.next];
        if (run === null || entry === undefined) break;
        taken.push(entry);
        run.next += 1;
        // What a used-up run holds next may be newer than all that others hold.
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
