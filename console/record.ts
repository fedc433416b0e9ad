/**
 * What the API answers, as far as the page reads it (contract sections 4, 8 and 9). Every member may be absent in a
 * record of an earlier release.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

export type OutcomeName = 'started' | 'issued' | 'denied' | 'failed';

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
  readonly missed?: 'absent' | 'different';
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
  readonly overflow?: true;
  readonly truncated?: readonly string[];
}

export interface IssuancePage {
  readonly issuances: readonly Issuance[];
  readonly next: string | null;
}
