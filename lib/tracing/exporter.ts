import type { Clock } from '../ports/host.ts';
import type { Log } from '../ports/log.ts';
import { type EpochMilliseconds, epochMilliseconds, type Milliseconds, milliseconds } from '../time.ts';
import type { Span } from './trace.ts';

/** Sends spans to a collector. Throws where it did not take them. */
export type SendSpans = (spans: readonly Span[], signal: AbortSignal) => Promise<void>;

export interface ExporterPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly send: SendSpans;
}

/** Takes the spans of a request, `since` being when it came. Never throws, and takes 100 ms at most. */
export type ExportSpans = (spans: readonly Span[], since: EpochMilliseconds) => Promise<void>;

/** What an answer waits for the collector, at most: Lambda stops the process with the answer, and what is under way. */
export const EXPORT_MS: Milliseconds = milliseconds(100);
/** A request that took so long waits for nothing more: its spans go with the next one's. */
export const LATE_MS: Milliseconds = milliseconds(1_500);
/** A collector that fails is not asked again for so long. */
export const PAUSE_MS: Milliseconds = milliseconds(30_000);
/** Spans that are kept for the next request; the oldest are dropped first. */
const MOST_HELD = 256;

/**
 * An exporter that cannot harm a request: bounded in time, silent for a while after a failure, flat in memory. Spans
 * may be lost; the ledger and the metrics are what counts.
 */
export function boundedExporter({ clock, log, send }: ExporterPorts): ExportSpans {
  let held: readonly Span[] = [];
  let pausedUntil = epochMilliseconds(0);
  return async (spans, since) => {
    const now = clock.now();
    if (now < pausedUntil || spans.length + held.length === 0) return;
    const all = [...held, ...spans].slice(-MOST_HELD);
    if (now - since > LATE_MS) {
      held = all;
      return;
    }
    held = [];
    try {
      await send(all, AbortSignal.timeout(EXPORT_MS));
    } catch (cause) {
      pausedUntil = epochMilliseconds(now + PAUSE_MS);
      log.error('traces_unsent', { records: all.length }, cause);
    }
  };
}
