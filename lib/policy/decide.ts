import type { Reason } from '../refusals/registry.ts';
import { evaluateConditions } from './conditions.ts';
import type { Check, Decision, KeyLookup, Reported } from './decision.ts';
import { type DecisionInput, decisionLookup } from './lookup.ts';
import { mayActAdmits } from './may-act.ts';
import { allowPerspectives, denyPerspectives } from './perspectives.ts';
import type { CompiledRule, CompiledScope } from './scope.ts';
import { allowSelects, denySelects, missedActor } from './selectors.ts';

export type { DecisionInput } from './lookup.ts';

const MAX_CHECKS = 32;

interface Tried {
  readonly rule: number;
  readonly matched: boolean;
  /** It could not be said whether it matches. */
  readonly error: Reason | null;
  readonly checks: readonly Check[];
  readonly lookup: KeyLookup;
}

/**
 * Decides whether the scope is for this principal and actor. Pure; the order of rules and conditions changes no
 * outcome, only which of two matching `allow` rules is named. In this order: a disabled scope is `not_allowed`; a
 * `deny` rule that matches is `not_allowed`, one that cannot be evaluated refuses with its reason; an `allow` rule with
 * an error of evaluation is `condition_error`, whatever else matches; the first `allow` rule that matches allows; a
 * withheld value that a rule hung on gives its reason; else `not_allowed`. What is allowed is still `may_act_mismatch`
 * where the subject's token names another actor. A rule is tried from every perspective on the request
 * (`perspectives.ts`), as if it were one rule for each. Rules under `mode: report` decide nothing, and a scope under it
 * grants nothing; where they would change the outcome, `wouldDeny` or `wouldAllow` says so.
 */
export function decide(compiled: CompiledScope, input: DecisionInput): Decision {
  const { scope } = compiled;
  if (!scope.enabled) return refused('not_allowed', null, []);
  const rules = { allow: indexed(compiled.allow), deny: indexed(compiled.deny) };
  const isReported = ({ compiled: { rule } }: IndexedRule) => rule.mode === 'report';
  if (scope.mode !== 'report' && ![...rules.allow, ...rules.deny].some(isReported)) return decideBy(rules, input);
  const all = decideBy(rules, input);
  const isEnforced = (rule: IndexedRule) => !isReported(rule);
  const enforced =
    scope.mode === 'report'
      ? refused('not_allowed', null, all.checks)
      : decideBy({ allow: rules.allow.filter(isEnforced), deny: rules.deny.filter(isEnforced) }, input);
  return { ...enforced, ...reported(enforced, all) };
}

/**
 * Whether any of these rules, written as in `allow`, admits the request, decided as `allow` is: for rules that stand
 * elsewhere.
 */
export const decideByRules = (rules: readonly CompiledRule[], input: DecisionInput): Decision =>
  decideBy({ allow: indexed(rules), deny: [] }, input);

/** A rule with its place, which decisions name. */
interface IndexedRule {
  readonly index: number;
  readonly compiled: CompiledRule;
}

interface IndexedRules {
  readonly allow: readonly IndexedRule[];
  readonly deny: readonly IndexedRule[];
}

const indexed = (rules: readonly CompiledRule[]): readonly IndexedRule[] =>
  rules.map((compiled, index) => ({ index, compiled }));

/** How the decision by all rules departs from the one that counts. */
function reported(enforced: Decision, all: Decision): Reported {
  if (enforced.allowed && !all.allowed) return { wouldDeny: { rule: all.rule, reason: all.reason } };
  return !enforced.allowed && all.allowed ? { wouldAllow: { rule: all.rule } } : {};
}

function decideBy(rules: IndexedRules, input: DecisionInput): Decision {
  const denying = tryAll(rules.deny, denyPerspectives(input), denySelects);
  const denial = denying.find(({ matched }) => matched);
  if (denial !== undefined) return refused('not_allowed', denial.rule, denial.checks);
  const unsure = mostSerious(denying);
  if (unsure !== null) return refused(unsure.error, unsure.rule, checksOf(denying));
  return allowOrRefuse(rules, input);
}

function allowOrRefuse({ allow }: IndexedRules, input: DecisionInput): Decision {
  const tried = tryAll(allow, allowPerspectives(input), allowSelects, missedActor);
  const failure = mostSerious(tried);
  if (failure?.error === 'condition_error') return refused('condition_error', null, checksOf(tried));
  const match = tried.find(({ matched }) => matched);
  if (match === undefined) return refused(failure?.error ?? 'not_allowed', null, checksOf(tried));
  if (!mayActAdmits(input.principal, input.actor)) return refused('may_act_mismatch', null, match.checks);
  return { allowed: true, rule: match.rule, checks: match.checks.slice(0, MAX_CHECKS), lookup: match.lookup };
}

function tryAll(
  rules: readonly IndexedRule[],
  perspectives: readonly DecisionInput[],
  selects: (rule: CompiledRule['rule'], input: DecisionInput) => boolean,
  missedBy: (rule: CompiledRule['rule'], input: DecisionInput) => Check | null = () => null,
): readonly Tried[] {
  return rules.flatMap(({ compiled, index: rule }) => {
    const selected = perspectives.filter((perspective) => selects(compiled.rule, perspective));
    if (selected.length > 0) return selected.map((each) => tryRule(compiled, rule, decisionLookup(each)));
    const near = perspectives.flatMap((each): readonly Tried[] => {
      const check = missedBy(compiled.rule, each);
      return check === null
        ? []
        : [{ rule, matched: false, error: null, checks: [check], lookup: decisionLookup(each) }];
    });
    return near.slice(0, 1);
  });
}

function tryRule({ conditions }: CompiledRule, rule: number, lookup: KeyLookup): Tried {
  const evaluations = conditions.map((compiled) => evaluateConditions(compiled, lookup));
  const checks = evaluations.flatMap((evaluation) => evaluation.checks);
  const errors = evaluations.flatMap((evaluation) => ('error' in evaluation ? [evaluation.error] : []));
  if (errors.includes('condition_error')) return { rule, matched: false, error: 'condition_error', checks, lookup };
  if (evaluations.some((evaluation) => 'held' in evaluation && !evaluation.held)) {
    return { rule, matched: false, error: null, checks, lookup };
  }
  const [withheld = null] = errors;
  return { rule, matched: withheld === null, error: withheld, checks, lookup };
}

/** `condition_error` before any other, so that the order of rules does not matter. */
function mostSerious(tried: readonly Tried[]): { readonly error: Reason; readonly rule: number } | null {
  const errors = tried.flatMap(({ error, rule }) => (error === null ? [] : [{ error, rule }]));
  return errors.find(({ error }) => error === 'condition_error') ?? errors[0] ?? null;
}

const checksOf = (tried: readonly Tried[]): readonly Check[] =>
  tried.flatMap(({ checks, rule }) => checks.map((check) => ({ ...check, rule })));

const refused = (reason: Reason, rule: number | null, checks: readonly Check[]): Decision => ({
  allowed: false,
  reason,
  rule,
  checks: checks.slice(0, MAX_CHECKS),
});
