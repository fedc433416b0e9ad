import { type Outcome, type Refusal, refuse } from '../../outcome.ts';
import type { Reason } from '../../refusals/registry.ts';

/**
 * How the readers of this folder leave a deep place: thrown inside a reader, turned into a refusal by `outcomeOf` at
 * its border. It never crosses an exported function. `found` is for the operator's log: names and sizes, never a value.
 */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(reason: Reason, found: string) {
    super(found);
    this.refusal = refuse(reason, { log: { found } }).refusal;
  }
}

/** Runs a reader; a `Refused` becomes its refusal, anything else is a fault and goes on. */
export function outcomeOf<T>(read: () => T): Outcome<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}
