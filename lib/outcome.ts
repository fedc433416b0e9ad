import type { NothingElse, RefusalLog } from './log-members.ts';
import type { Reason } from './refusals/registry.ts';
import type { Seconds } from './time.ts';

/**
 * A normal outcome: the caller does not get what was asked, for a stable, documented reason. `detail` is one ASCII
 * sentence for the caller; it may name public values (audience, issuer, clock) only, and only once a proof's signature
 * holds and its connection's `require` is met. `log` is for the operator's log and never leaves.
 */
export interface Refusal {
  readonly reason: Reason;
  readonly detail?: string;
  readonly log?: RefusalLog;
  /** Only with reasons of class `limit` and `outage`: when to come again. */
  readonly retryAfter?: Seconds;
  /** Only with `limit_reached`: which limit of a scope, as its file names it, such as `live.perActor`. */
  readonly limit?: string;
  /** What the ledger was told of it; absent where nobody authenticated, or before that could be said. */
  readonly recorded?: 'denied' | 'failed';
  /** Only of a sign-in for a device (RFC 8628): it hears of it at its next poll. */
  readonly told?: 'device';
  /** Only with `authorization_pending`: where it waits. */
  readonly pending?: PendingApproval;
}

/** A request that waits for somebody to approve it (contract section 7). */
export interface PendingApproval {
  readonly id: string;
  /** The page of the approver. */
  readonly uri: string;
  /** Until it has ended. */
  readonly expiresIn: Seconds;
  /** The shortest time until the caller may ask again. */
  readonly interval: Seconds;
  /** `now`: this request is the first that asks. */
  readonly asked: 'now' | 'before';
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** The outcome of a check that passed, which has nothing to hand on. */
export const PASSED: Outcome<true> = accept(true);

export const refuse = <L extends RefusalLog>(
  reason: Reason,
  more: Omit<Refusal, 'reason' | 'log'> & { readonly log?: NothingElse<L> } = {},
): { ok: false; refusal: Refusal } => ({ ok: false, refusal: { reason, ...more } });

/** The values of all, in order, or the first refusal of them. */
export function allOf<T extends readonly unknown[]>(...outcomes: { [K in keyof T]: Outcome<T[K]> }): Outcome<T>;
export function allOf(...outcomes: readonly Outcome<unknown>[]): Outcome<readonly unknown[]> {
  const values: unknown[] = [];
  for (const outcome of outcomes) {
    if (!outcome.ok) return outcome;
    values.push(outcome.value);
  }
  return accept(values);
}

/** What a `Fault` says failed; the wire answers each with a retryable 503 (ours) and never with an allow. */
export type Dependency =
  | 'configuration'
  | 'configuration-format'
  | 'key-sets'
  | 'replays'
  | 'limits'
  | 'ledger'
  | 'secrets'
  | 'sts'
  | 'revocations'
  | 'approvals'
  | 'sign-ins'
  | 'archive'
  | 'clock'
  | 'bug';

/** A broken dependency or a bug: thrown, logged with its cause, answered as a retryable outage without its text. */
export class Fault extends Error {
  readonly dependency: Dependency;

  constructor(dependency: Dependency, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Fault';
    this.dependency = dependency;
  }
}
