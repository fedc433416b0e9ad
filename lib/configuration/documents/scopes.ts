import type { Grant } from '../../policy/grants/kinds.ts';
import type { ScopeParameters } from '../../policy/parameters.ts';
import type { Seconds } from '../../time.ts';
import type { ApprovalRequirement, Rule } from './rules.ts';

export interface Limit {
  readonly count: number;
  readonly window: Seconds;
}

/** The same subject has to have been issued that scope, so short a time before. */
export interface PriorIssuance {
  readonly scope: string;
  readonly within: Seconds;
}

/** How many of a scope's credentials may be alive at once: of each principal, of each actor, in all. */
export interface LiveLimits {
  readonly perPrincipal?: number;
  readonly perActor?: number;
  readonly total?: number;
}

export interface Scope {
  readonly scope: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Nothing is granted, and what would be is recorded. Absent: it grants. */
  readonly mode?: 'report';
  readonly allow: readonly Rule[];
  readonly deny: readonly Rule[];
  readonly requires: {
    readonly intent: boolean;
    /** Absent: nobody has to approve. */
    readonly approval?: ApprovalRequirement;
    /** Absent: nothing has to come before. */
    readonly after?: PriorIssuance;
  };
  readonly limits: {
    readonly perPrincipal: Limit | null;
    readonly total: Limit | null;
    /** Of each who acts, and of each who acted before. Absent: there is none. */
    readonly perActor?: Limit;
    /** Absent: as many as there are. */
    readonly live?: LiveLimits;
  };
  /** Absent: it has none. */
  readonly parameters?: ScopeParameters;
  readonly grant: Grant;
}
