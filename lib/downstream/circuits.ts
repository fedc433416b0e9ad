import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../time.ts';

/** Failures in a row that open a circuit, and how long nobody is asked then. */
const MOST_FAILURES = 5;
const OPEN_MS = 10_000;
/** Of each kind of circuit; the oldest gives way, which closes it. */
const MOST_KEPT = 1_000;

interface Circuit {
  readonly failures: number;
  /** null: closed. */
  readonly openUntil: EpochMilliseconds | null;
}

/** Which circuits a request is held against. */
export interface CircuitNames {
  /** Token endpoint and client: for connections that cannot be made. */
  readonly provider: string;
  /** The whole resolved request, as tokens are shared by: for answers, and for answers that do not come. */
  readonly request: string;
}

/**
 * How a request ended, as to its circuits. `unconnected`: no connection was made, so that nothing in the request can be
 * the cause. `failed`: the server had the request and answered 5xx, broke off or hung. `answered`: anything that the
 * server decided on. `unsent`: it was not for the server to say.
 */
export type RequestEnd = 'unconnected' | 'failed' | 'answered' | 'unsent';

/**
 * Circuit breakers, in memory. Five failures in a row open a circuit for ten seconds; then one request tries while the
 * others are still refused, and its success closes it.
 *
 * What a caller may shape (through claims in templates, or a forwarded proof) can make a server fail at that one
 * request. So a failure of the server's counts against the same resolved request alone, and only connections that
 * cannot be made close a provider to everybody. The two are kept apart, so that many failing requests push no
 * provider's circuit out.
 */
export class Circuits {
  readonly #providers = new Map<string, Circuit>();
  readonly #requests = new Map<string, Circuit>();

  /** null: the server may be asked. Else how long until it may. */
  enter({ provider, request }: CircuitNames, now: EpochMilliseconds): Seconds | null {
    const wait = waitOf(this.#providers.get(provider), now) ?? waitOf(this.#requests.get(request), now);
    if (wait !== null) return wait;
    beginTrial(this.#providers, provider, now);
    beginTrial(this.#requests, request, now);
    return null;
  }

  /** What came of a request that was let in. */
  ended({ provider, request }: CircuitNames, end: RequestEnd, now: EpochMilliseconds): void {
    if (end === 'unconnected') countFailure(this.#providers, provider, now);
    if (end === 'failed') countFailure(this.#requests, request, now);
    if (end === 'answered') this.#requests.delete(request);
    if (end === 'failed' || end === 'answered') this.#providers.delete(provider);
  }
}

function waitOf(circuit: Circuit | undefined, now: EpochMilliseconds): Seconds | null {
  const until = circuit?.openUntil ?? null;
  // A clock that was set back does not keep a circuit open for longer.
  return until !== null && now < until && until - now <= OPEN_MS ? seconds(Math.ceil((until - now) / 1000)) : null;
}

/** An open circuit whose time is over lets this one through, and nobody else meanwhile. */
function beginTrial(circuits: Map<string, Circuit>, name: string, now: EpochMilliseconds): void {
  const circuit = circuits.get(name);
  if (circuit === undefined || circuit.openUntil === null) return;
  keep(circuits, name, { ...circuit, openUntil: epochMilliseconds(now + OPEN_MS) });
}

function countFailure(circuits: Map<string, Circuit>, name: string, now: EpochMilliseconds): void {
  const failures = (circuits.get(name)?.failures ?? 0) + 1;
  const openUntil = failures >= MOST_FAILURES ? epochMilliseconds(now + OPEN_MS) : null;
  keep(circuits, name, { failures, openUntil });
}

function keep(circuits: Map<string, Circuit>, name: string, circuit: Circuit): void {
  circuits.delete(name);
  const [oldest] = circuits.keys();
  if (circuits.size >= MOST_KEPT && oldest !== undefined) circuits.delete(oldest);
  circuits.set(name, circuit);
}
