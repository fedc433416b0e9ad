import { describe, expect, it } from '@jest/globals';
import { epochMilliseconds } from '../../lib/time.ts';
import { boundedExporter, LATE_MS, PAUSE_MS, type SendSpans } from '../../lib/tracing/exporter.ts';
import type { Span } from '../../lib/tracing/trace.ts';
import { NOW } from '../fakes/world.ts';

let count = 0;
function aSpan(): Span {
  count += 1;
  const spanId = count.toString(16).padStart(16, '0');
  const times = { start: 1n, end: 2n };
  return {
    traceId: 'a'.repeat(32),
    spanId,
    parentId: null,
    name: 'x',
    kind: 'server',
    ...times,
    attributes: {},
    isError: false,
  };
}

function world(send: SendSpans = async () => undefined) {
  const clock = { at: NOW as number };
  const [sent, logged] = [[] as string[][], [] as string[]];
  const exportSpans = boundedExporter({
    clock: { now: () => epochMilliseconds(clock.at) },
    log: { info: () => undefined, error: (event) => void logged.push(event) },
    send: async (spans, signal) => {
      sent.push(spans.map(({ spanId }) => spanId));
      await send(spans, signal);
    },
  });
  return { clock, sent, logged, exportSpans };
}

describe('the exporter', () => {
  it('sends the spans of each request', async () => {
    const { sent, exportSpans } = world();
    const [one, other] = [aSpan(), aSpan()];
    await exportSpans([one], NOW);
    await exportSpans([other], NOW);
    await exportSpans([], NOW);
    expect(sent).toEqual([[one.spanId], [other.spanId]]);
  });

  it('gives up on a collector that does not answer, and never throws', async () => {
    const hangs: SendSpans = (_, signal) =>
      new Promise((_resolve, reject) => {
        // Only the exporter's own bound ends it.
        const alive = setInterval(() => undefined, 1_000);
        signal.addEventListener('abort', () => {
          clearInterval(alive);
          reject(signal.reason);
        });
      });
    const { exportSpans, logged } = world(hangs);
    await exportSpans([aSpan()], NOW);
    expect(logged).toEqual(['traces_unsent']);
  });

  it('does not ask a collector that failed again for half a minute, to the millisecond', async () => {
    const { clock, sent, logged, exportSpans } = world(async () => {
      throw new Error('down');
    });
    await exportSpans([aSpan()], NOW);
    for (const after of [1, PAUSE_MS - 1]) {
      clock.at = NOW + after;
      await exportSpans([aSpan()], NOW);
    }
    expect([sent.length, logged.length]).toEqual([1, 1]);
    clock.at = NOW + PAUSE_MS;
    await exportSpans([aSpan()], epochMilliseconds(clock.at));
    expect([sent.length, logged.length]).toEqual([2, 2]);
  });

  it('lets a request that is late wait for nothing: its spans go with the next', async () => {
    const { clock, sent, exportSpans } = world();
    const [late, next] = [aSpan(), aSpan()];
    clock.at = NOW + LATE_MS + 1;
    await exportSpans([late], NOW);
    expect(sent).toEqual([]);
    await exportSpans([next], epochMilliseconds(NOW + 1));
    expect(sent).toEqual([[late.spanId, next.spanId]]);
  });

  it('keeps no more than 256 spans, the latest', async () => {
    const { clock, sent, exportSpans } = world();
    clock.at = NOW + LATE_MS + 1;
    const spans = Array.from({ length: 300 }, aSpan);
    for (const span of spans) await exportSpans([span], NOW);
    await exportSpans([], epochMilliseconds(clock.at));
    expect(sent).toEqual([spans.slice(-256).map(({ spanId }) => spanId)]);
  });
});
