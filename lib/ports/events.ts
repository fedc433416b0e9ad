/** Where those who listen are told of what happened. Types only. */
import type { JsonObject } from '../json.ts';

export interface BusEvent {
  /** What rules match it by, such as `Issuance issued`. */
  readonly detailType: string;
  readonly detail: JsonObject;
}

/**
 * Puts at most ten events, and of 256 KB at most in all, on the bus. Returns of each, in their order, whether it was
 * taken. Throws where the bus cannot be asked: then any of them may have been taken.
 */
export type PutEvents = (events: readonly BusEvent[], signal: AbortSignal) => Promise<readonly boolean[]>;
