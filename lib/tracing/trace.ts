import { AsyncLocalStorage } from 'node:async_hooks';
import { Fault } from '../outcome.ts';
import type { Random } from '../ports/host.ts';
import type { Step } from '../ports/steps.ts';
import type { TraceParent } from './traceparent.ts';

/** Of constants of ours, names and numbers: never a claim's value, and nothing secret. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** null: it is the root of its trace. */
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: 'server' | 'internal';
  /** Nanoseconds since the epoch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly isError: boolean;
}

/** Nanoseconds since the epoch that never go back while one request runs. */
export type Stopwatch = () => bigint;

export interface TracePorts {
  readonly random: Random;
  readonly stopwatch: () => Stopwatch;
}

/** One request's trace, while it runs. */
export interface Trace {
  readonly id: string;
  /** Says more of the request as a whole. */
  say(attributes: Attributes): void;
  /** Runs `run` as the request: steps within it are its own. */
  run<T>(run: () => Promise<T>): Promise<T>;
  /** Its spans, the request's own last; none where whoever began the trace does not record it. */
  end(name: string, isError: boolean): readonly Span[];
}

/** A request is a dozen steps; whatever loops is cut. */
const MOST_SPANS = 64;

interface Running {
  readonly trace: Trace;
  readonly spanId: string;
  readonly record: (span: Omit<Span, 'traceId' | 'end'>) => void;
  readonly newId: () => string;
  readonly now: Stopwatch;
}

/** Requests that share a process do not share a trace. */
const running = new AsyncLocalStorage<Running>();

/** The trace of the request that this runs for. */
export const currentTrace = (): Trace | null => running.getStore()?.trace ?? null;

export function beginTrace({ random, stopwatch }: TracePorts, parent: TraceParent | null): Trace {
  const hex = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString('hex');
  const [traceId, spanId, now] = [parent?.traceId ?? hex(16), hex(8), stopwatch()];
  const isSampled = parent?.isSampled ?? true;
  const [start, spans] = [now(), [] as Span[]];
  let said: Attributes = {};
  const record: Running['record'] = (span) => {
    if (isSampled && spans.length < MOST_SPANS) spans.push({ ...span, traceId, end: now() });
  };
  const trace: Trace = {
    id: traceId,
    say: (attributes) => {
      said = { ...said, ...attributes };
    },
    run: (run) => running.run({ trace, spanId, record, newId: () => hex(8), now }, run),
    end: (name, isError) => {
      const root = { traceId, spanId, parentId: parent?.spanId ?? null, name, start, end: now(), isError };
      return isSampled ? [...spans, { ...root, kind: 'server', attributes: said }] : [];
    },
  };
  return trace;
}

/** A step of the request that this runs for; outside of one it just runs. */
export const step: Step = async (name, run) => {
  const outer = running.getStore();
  if (outer === undefined) return run();
  const [spanId, start] = [outer.newId(), outer.now()];
  const ended = (attributes: Attributes, isError: boolean) =>
    outer.record({ spanId, parentId: outer.spanId, name, kind: 'internal', start, attributes, isError });
  try {
    const value = await running.run({ ...outer, spanId }, run);
    ended(reasonOf(value), false);
    return value;
  } catch (cause) {
    ended({ 'error.type': cause instanceof Fault ? cause.dependency : '_OTHER' }, true);
    throw cause;
  }
};

/** A refusal is a normal outcome: its reason is one of docs/refusals.md. */
function reasonOf(value: unknown): Attributes {
  const { ok, refusal } = Object(value);
  return ok === false && typeof refusal?.reason === 'string' ? { 'token_broker.reason': refusal.reason } : {};
}
