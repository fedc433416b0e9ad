/**
 * What the API answers, as far as the page reads it (contract sections 4, 8 and 9). Every member may be absent in a
 * record of an earlier release.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

/** In the order in which they are stacked and said. `approved` is an approver's word, and hands nothing out. */
export const OUTCOMES = ['issued', 'approved', 'denied', 'failed', 'started'] as const;
/** `erased`: somebody's data was erased, which is not counted. */
export type OutcomeName = (typeof OUTCOMES)[number] | 'erased';

export interface Proof {
  readonly kind: string;
  readonly issuer?: string | null;
  readonly tokenId?: string | null;
  readonly sha256?: string | null;
  readonly expires?: string | null;
  readonly [member: string]: Json | undefined;
}

export interface Check {
  readonly operator: string;
  readonly key: string;
  readonly held: boolean;
  /** `absent`, `different`, `withheld` or `not-comparable`; only where it did not hold. */
  readonly missed?: string;
}

export interface ExplainedCheck extends Check {
  readonly expected: readonly string[];
  readonly actual?: Json;
}

export interface DecisionSource {
  readonly file: string | null;
  readonly line: number | null;
  readonly appliedBy: string | null;
  readonly appliedAt: string | null;
  readonly reason: string | null;
  readonly commit: string | null;
}

export interface Issuance {
  readonly id: string;
  readonly time: string;
  readonly outcome: OutcomeName;
  readonly reason: string | null;
  readonly attempts: number;
  readonly scope: string;
  readonly grant: string | null;
  readonly principal: string;
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly actor: {
    readonly connection: string | null;
    readonly client: string | null;
    readonly subject: string;
    readonly principal: string;
    readonly proof: Proof;
    readonly claims?: Readonly<Record<string, Json>>;
  } | null;
  readonly intent: string | null;
  readonly asked?: Readonly<Record<string, Json>>;
  readonly approval?: Readonly<Record<string, Json>>;
  readonly revoked?: Json;
  readonly proof: Proof;
  readonly claims: Readonly<Record<string, Json>>;
  readonly decision: {
    readonly configVersion: number;
    readonly rule: number | null;
    readonly checks: readonly Check[];
    readonly source?: DecisionSource;
    readonly wouldDeny?: Readonly<Record<string, Json>>;
    readonly wouldAllow?: Readonly<Record<string, Json>>;
  };
  readonly credential: Readonly<Record<string, Json>> | null;
  readonly request: Readonly<Record<string, Json>>;
  /** As what those stand in it whose members were erased. */
  readonly erased?: readonly string[];
  /** Of an erasure: by which pseudonym whoever was erased is known. */
  readonly erasure?: Readonly<Record<string, Json>>;
  readonly overflow?: true;
  readonly truncated?: readonly string[];
}

export interface IssuancePage {
  readonly issuances: readonly Issuance[];
  readonly next: string | null;
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Who a rule is about: connections and clients (null: not named), and what must hold. */
export interface Parties {
  readonly connections: readonly string[] | null;
  readonly clients: readonly string[] | null;
  readonly when: Conditions | null;
}

export interface ScopeRule extends Parties {
  readonly actor: Parties | null;
  readonly file?: string;
  readonly line?: number;
  readonly mode?: string;
}

export interface Scope {
  readonly scope: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly mode?: string;
  readonly grant: Readonly<Record<string, Json>>;
  readonly allow: readonly ScopeRule[];
  readonly deny: readonly ScopeRule[];
  readonly requires: Readonly<Record<string, Json>>;
  readonly limits: Readonly<Record<string, { readonly count: number; readonly window: number } | null>>;
  readonly parameters?: Readonly<Record<string, Json>>;
}

export interface ScopePage {
  readonly configuration: {
    readonly version: number;
    readonly appliedBy?: string;
    readonly appliedAt?: string;
    readonly reason?: string | null;
    readonly commit?: string | null;
  };
  /** false: the version in force has no list, so that scopes are had by name only. */
  readonly listed: boolean;
  readonly scopes: readonly Scope[];
  readonly next: string | null;
}

export interface ExplainedRule {
  readonly effect: 'allow' | 'deny';
  readonly rule: number;
  readonly file?: string;
  readonly line?: number;
  /** `matched`, `missed`, `elsewhere` (about other callers) or `error`. */
  readonly outcome: string;
  readonly reason?: string;
  readonly checks: readonly ExplainedCheck[];
}

export interface Explanation {
  readonly scope: string;
  readonly exists: boolean | null;
  readonly time: string;
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly detail?: string;
  readonly principal: {
    readonly name: string;
    readonly connection: string | null;
    readonly client: string | null;
    readonly subject: string;
  } | null;
  readonly actor: { readonly name: string; readonly subject: string } | null;
  readonly client: string | null;
  readonly require: readonly { readonly connection: string; readonly checks: readonly ExplainedCheck[] }[];
  readonly rule: number | null;
  readonly rules: readonly ExplainedRule[];
  readonly nearest: ExplainedRule | null;
  readonly whyNot: readonly string[];
}
