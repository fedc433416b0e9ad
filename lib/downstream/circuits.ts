import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../time.ts';

/** Failures in a row that open a circuit, and how long nobody is asked then. */
const MOST_FAILURES = 5;
const OPEN_MS = 10_000;
/** A configuration has no more providers in use than this; the oldest gives way. */
const MOST_KEPT = 1_000;

interface Circuit {
  readonly failures: number;
  /** null: closed. */
  readonly openUntil: EpochMilliseconds | null;
}

/**
 * One circuit a provider (token endpoint and client), in memory: five failures in a row open it for ten seconds; then
 * one request tries while the others are still refused, and its success closes it. A failure is no answer or 5xx; an
 * error that the server decided on is none.
 */
export class Circuits {
  readonly #circuits = new Map<string, Circuit>();

  /** null: the provider may be asked. Else how long until it may. */
  enter(provider: string, now: EpochMilliseconds): Seconds | null {
    const circuit = this.#circuits.get(provider);
    if (circuit === undefined || circuit.openUntil === null) return null;
    if (now < circuit.openUntil && circuit.openUntil - now <= OPEN_MS) {
      return seconds(Math.ceil((circuit.openUntil - now) / 1000));
    }
    this.#keep(provider, { ...circuit, openUntil: epochMilliseconds(now + OPEN_MS) });
    return null;
  }

  succeeded(provider: string): void {
    this.#circuits.delete(provider);
  }

  failed(provider: string, now: EpochMilliseconds): void {
    const failures = (this.#circuits.get(provider)?.failures ?? 0) + 1;
    const openUntil = failures >= MOST_FAILURES ? epochMilliseconds(now + OPEN_MS) : null;
    this.#keep(provider, { failures, openUntil });
  }

  #keep(provider: string, circuit: Circuit): void {
    this.#circuits.delete(provider);
    const [oldest] = this.#circuits.keys();
    if (this.#circuits.size >= MOST_KEPT && oldest !== undefined) this.#circuits.delete(oldest);
    this.#circuits.set(provider, circuit);
  }
}
