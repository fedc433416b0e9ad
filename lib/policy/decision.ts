import type { JsonValue } from '../json.ts';
import type { Reason } from '../refusals/registry.ts';

/**
 * Why a check did not hold: there was no value, another one, one that the proof withheld, or one that the operator
 * cannot compare.
 */
export type Missed = 'absent' | 'different' | 'withheld' | 'not-comparable';

/**
 * One operator on one key: whether it held. The operators `Actor` and `NoActor`, on the key `actor`, are a rule's own
 * wish for somebody, or nobody, who acts.
 */
export interface Check {
  readonly operator: string;
  readonly key: string;
  readonly held: boolean;
  /** Only where it did not hold. */
  readonly missed?: Missed;
  /** Index of the rule, where the checks of several stand together. */
  readonly rule?: number;
  /** The scope, where several were asked. */
  readonly scope?: string;
}

/** A value that the proof says exists and does not carry. A class, so that no claim can look like it. */
export class Unavailable {
  readonly reason: Reason;

  constructor(reason: Reason) {
    this.reason = reason;
  }
}

/** What a condition key has: a value, nothing (undefined), or a value that the proof withheld. */
export type KeyValue = JsonValue | undefined | Unavailable;

/** Looks a condition key up (`claims.ref`, `request.sourceIp`, …). Keys are validated at compile time. */
export type KeyLookup = (key: string) => KeyValue;

/** What would have been decided otherwise, had rules and scope under `mode: report` decided too. */
export interface Reported {
  /** It was allowed, and would be refused: the rule's index into `deny`, null where no rule says so. */
  readonly wouldDeny?: { readonly rule: number | null; readonly reason: Reason };
  /** It was refused, and would be allowed: the rule's index into `allow`. */
  readonly wouldAllow?: { readonly rule: number };
}

/**
 * What was decided and why. `rule` is an index into `allow` where it was allowed, into `deny` where such a rule
 * refused, else null. `checks` are those of the rule that decided, or of every rule that was tried, at most 32.
 */
export type Decision = Reported &
  (
    | {
        readonly allowed: true;
        readonly rule: number;
        readonly checks: readonly Check[];
        /** The request as the rule saw it, for the templates of the grant. */
        readonly lookup: KeyLookup;
      }
    | {
        readonly allowed: false;
        readonly reason: Reason;
        readonly rule: number | null;
        readonly checks: readonly Check[];
      }
  );
