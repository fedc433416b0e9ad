import type { IssuanceRecord } from '../ledger/record.ts';
import type { BusEvent, PutEvents } from '../ports/events.ts';
import { type Change, issuanceEvent } from './issuance-event.ts';

/** One change of the ledger, as its stream brings it. */
export interface LedgerChange {
  /** Its place in the stream. */
  readonly place: string;
  readonly change: Change;
  readonly record: IssuanceRecord;
}

export interface Published {
  /** Events that the bus took. */
  readonly told: number;
  /** The place from which on the stream has to bring all of it again; null: everything is told. */
  readonly againFrom: string | null;
  /** Why, where the bus could not be asked. */
  readonly cause?: unknown;
}

/** EventBridge takes ten entries, and 256 KB of them, at once. */
const MOST_EVENTS = 10;
const MOST_BYTES = 200_000;

/** An event and the place of the change that it tells of. */
interface Placed {
  readonly place: string;
  readonly event: BusEvent;
}

/**
 * Tells of the changes in their order, and stops at the first that the bus does not take. An event is told before its
 * place is passed, so that whoever dies in between tells it twice and never not at all.
 */
export async function publishChanges(
  put: PutEvents,
  changes: readonly LedgerChange[],
  signal: AbortSignal,
): Promise<Published> {
  let told = 0;
  for (const batch of batchesOf(changes)) {
    try {
      const taken = await put(
        batch.map(({ event }) => event),
        signal,
      );
      told += taken.filter((one) => one).length;
      const left = batch.find((_, at) => taken[at] !== true);
      if (left !== undefined) return { told, againFrom: left.place };
    } catch (cause) {
      return { told, againFrom: batch[0]?.place ?? null, cause };
    }
  }
  return { told, againFrom: null };
}

function batchesOf(changes: readonly LedgerChange[]): readonly (readonly Placed[])[] {
  const batches: Placed[][] = [];
  let bytes = 0;
  for (const { place, change, record } of changes) {
    const event = issuanceEvent(record, change);
    if (event === null) continue;
    const size = Buffer.byteLength(JSON.stringify(event));
    const last = batches.at(-1);
    if (last === undefined || last.length >= MOST_EVENTS || bytes + size > MOST_BYTES) {
      batches.push([{ place, event }]);
      bytes = size;
    } else {
      last.push({ place, event });
      bytes += size;
    }
  }
  return batches;
}
