/** Rules and conditions, as the broker reads them. */
import type { Seconds } from '../../time.ts';

/** Operator (with its `ForAnyValue:`/`ForAllValues:` prefix and `IfExists` suffix) -> condition key -> values. */
export type ConditionsDocument = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface ActorSelector {
  /** null: any. */
  readonly connections: readonly string[] | null;
  readonly clients: readonly string[] | null;
  readonly when: ConditionsDocument | null;
}

/** Where a rule stands in the folder that was applied. */
export interface RuleSource {
  /** Relative to the configuration folder, with forward slashes. */
  readonly file: string;
  /** 1 for the first line. */
  readonly line: number;
}

export interface Rule {
  /** null: not named. Both named: both must hold. */
  readonly connections: readonly string[] | null;
  readonly clients: readonly string[] | null;
  readonly when: ConditionsDocument | null;
  /** null: in `allow`, matches only a request without an actor; in `deny`, matches whoever acts. */
  readonly actor: ActorSelector | null;
  /** Nothing decides by it. Absent in a document of before. */
  readonly source?: RuleSource;
  /** The rule decides nothing, and what it would decide is recorded. Absent: it decides. */
  readonly mode?: 'report';
}

/** Somebody else has to say yes to each request (contract section 7). */
export interface ApprovalRequirement {
  /** Who may approve: rules as in `allow`, on the approver. */
  readonly from: readonly Rule[];
  /** How long a request waits. */
  readonly within: Seconds;
  /** How often what was approved may be taken up. */
  readonly uses: number;
  /** How long it may be taken up, from the approval. */
  readonly for: Seconds;
  /** Who may go on at once, with an intent: rules as in `allow`, on the request. Empty: nobody. */
  readonly breakGlass: readonly Rule[];
  /**
   * Claims that name one person at every connection: who shares a value with the requester is the requester. Absent:
   * `email`, where both have it.
   */
  readonly personClaims?: readonly string[];
}
