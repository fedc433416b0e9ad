import type { RuleSource } from '../configuration/documents/rules.ts';
import type { Granted } from '../credential/grant.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type DecisionInput, decide } from '../policy/decide.ts';
import type { Check, Decision, Reported } from '../policy/decision.ts';
import type { GrantType } from '../policy/grants/kinds.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { Seconds } from '../time.ts';

/** Why it was decided so, for the ledger: also of a refusal. */
export interface DecisionEvidence {
  readonly scopes: readonly string[];
  readonly grant: GrantType | null;
  readonly rule: number | null;
  /** Where that rule stands; where no rule decided, its file without a line; null: not known. */
  readonly source: { readonly file: RuleSource['file']; readonly line: RuleSource['line'] | null } | null;
  readonly checks: readonly Check[];
  /** What rules under report would have changed; of several scopes, the first that says so. */
  readonly reported: RecordedReport;
  /** Only where a rule reads `request.duration`: what it read, in seconds; null: somebody else decides. */
  readonly duration?: Seconds | null;
  /** Claim names that the rules and templates of the scopes use. */
  readonly subjectClaims: readonly string[];
  readonly actorClaims: readonly string[];
}

/** `scope` where several were asked. */
export type RecordedReport = {
  readonly [Name in keyof Reported]: Reported[Name] & { readonly scope?: string };
};

/** What each scope that was asked for grants. */
export type GrantedScopes = readonly [Granted<GrantType>, ...Granted<GrantType>[]];

const SCOPE_NAME = /^[A-Za-z][A-Za-z0-9:._-]{0,127}$/;

export const isScopeName = (name: string): boolean => SCOPE_NAME.test(name);

/** Decides every scope: what each of them grants, or the refusal of the first that is not allowed. */
export function decideScopes(
  [first, ...others]: readonly [CompiledScope, ...CompiledScope[]],
  input: DecisionInput,
): Outcome<GrantedScopes> & { readonly evidence: DecisionEvidence } {
  const decidedFirst = { scope: first, decision: decide(first, input) };
  const decided = [decidedFirst, ...others.map((scope) => ({ scope, decision: decide(scope, input) }))];
  const checks = decided.flatMap(({ scope: { scope }, decision }) =>
    others.length === 0 ? decision.checks : decision.checks.map((check) => ({ ...check, scope: scope.scope })),
  );
  const granted = decided.flatMap(({ scope: { scope, grant }, decision }) =>
    decision.allowed ? [{ scope: scope.scope, grant, lookup: decision.lookup }] : [],
  );
  const { scope: decisive, decision } = decided.find((each) => !each.decision.allowed) ?? decidedFirst;
  const evidence: DecisionEvidence = {
    ...claimNames([first, ...others]),
    scopes: decided.map(({ scope }) => scope.scope.scope),
    grant: first.grant.type,
    rule: decision.rule,
    source: sourceOf(decisive, decision),
    checks,
    ...(readsDuration([first, ...others]) ? { duration: input.request.duration } : {}),
    reported: reportOf(decided),
  };
  if (!decision.allowed) return { ...refuse(decision.reason), evidence };
  const [one, ...more] = granted;
  return one === undefined ? { ...refuse('not_allowed'), evidence } : { ...accept([one, ...more] as const), evidence };
}

/** What of a request a record has no other place for. */
export const readsDuration = (scopes: readonly CompiledScope[]): boolean =>
  scopes.some(({ allow, deny }) =>
    [...allow, ...deny].some(({ conditions }) => conditions.some(({ keys }) => keys.includes('request.duration'))),
  );

function reportOf(decided: readonly { readonly scope: CompiledScope; readonly decision: Decision }[]): RecordedReport {
  for (const { scope, decision } of decided) {
    const { wouldDeny, wouldAllow } = decision;
    const name = decided.length === 1 ? {} : { scope: scope.scope.scope };
    if (wouldDeny !== undefined) return { wouldDeny: { ...wouldDeny, ...name } };
    if (wouldAllow !== undefined) return { wouldAllow: { ...wouldAllow, ...name } };
  }
  return {};
}

function sourceOf({ scope }: CompiledScope, { allowed, rule }: Decision): DecisionEvidence['source'] {
  const decisive = rule === null ? undefined : (allowed ? scope.allow : scope.deny)[rule];
  if (decisive !== undefined) return decisive.source ?? null;
  const file = scope.allow[0]?.source?.file;
  return file === undefined ? null : { file, line: null };
}

function claimNames(scopes: readonly CompiledScope[]): Pick<DecisionEvidence, 'subjectClaims' | 'actorClaims'> {
  return {
    subjectClaims: [...new Set(scopes.flatMap(({ claims }) => claims.subject))],
    actorClaims: [...new Set(scopes.flatMap(({ claims }) => claims.actor))],
  };
}

/** Of scopes that there are not. A name that no scope can have is not repeated. */
export const noEvidence = (scopes: readonly string[]): DecisionEvidence => ({
  scopes: scopes.filter(isScopeName),
  grant: null,
  rule: null,
  source: null,
  checks: [],
  reported: {},
  subjectClaims: [],
  actorClaims: [],
});
