import type { ConditionsDocument, Rule, RuleSource } from '../configuration/documents/rules.ts';
import type { Claims } from '../identity/principal.ts';
import type { JsonValue } from '../json.ts';
import type { Reason } from '../refusals/registry.ts';
import { evaluateConditions } from './conditions.ts';
import type { CompiledConnection } from './connection.ts';
import { decide } from './decide.ts';
import { type Check, type Decision, type KeyValue, type Missed, Unavailable } from './decision.ts';
import { claimsLookup, type DecisionInput, decisionLookup } from './lookup.ts';
import { allowPerspectives, denyPerspectives } from './perspectives.ts';
import type { CompiledRule, CompiledScope } from './scope.ts';
import { allowSelects, denySelects, missedActor } from './selectors.ts';

/**
 * One operator on one key, with what the rule asks and what came. `Connection`, `Client`, `Actor` and `NoActor` are
 * what a rule says beside its conditions.
 */
export interface ExplainedCheck {
  readonly operator: string;
  readonly key: string;
  readonly held: boolean;
  /** Only where it did not hold: an absent value is another thing than a different one. */
  readonly missed?: Missed;
  readonly expected: readonly string[];
  /** Left out where there is none, or the proof withheld it. */
  readonly actual?: JsonValue;
}

/** One rule: what came of it, check by check. `elsewhere`: it is about other callers; the checks say by what. */
export interface ExplainedRule {
  readonly effect: 'allow' | 'deny';
  readonly rule: number;
  readonly source: RuleSource | null;
  /** The rule decides nothing: what it would decide is recorded. */
  readonly mode?: 'report';
  readonly outcome: 'matched' | 'missed' | 'elsewhere' | { readonly error: Reason };
  readonly checks: readonly ExplainedCheck[];
}

/** A decision with every rule that was looked at, denies first, as they are decided. */
export interface Explanation {
  readonly scope: string;
  readonly enabled: boolean;
  readonly decision: Decision;
  readonly rules: readonly ExplainedRule[];
  /** The `allow` rule that misses by least, where it was not allowed; null: there is none, or a `deny` refused. */
  readonly nearest: ExplainedRule | null;
}

/** Decides as `decide` does, and says of each rule why. Pure. */
export function explainDecision(compiled: CompiledScope, input: DecisionInput): Explanation {
  const decision = decide(compiled, input);
  const deny = explainAll(compiled.deny, 'deny', denyPerspectives(input));
  const allow = explainAll(compiled.allow, 'allow', allowPerspectives(input));
  const denied = deny.some(
    ({ outcome, mode }) => mode !== 'report' && (outcome === 'matched' || typeof outcome === 'object'),
  );
  const [nearest = null] = allow.toSorted((a, b) => distance(a) - distance(b));
  return {
    scope: compiled.scope.scope,
    enabled: compiled.scope.enabled,
    decision,
    rules: [...deny, ...allow],
    nearest: decision.allowed || denied ? null : nearest,
  };
}

/** Each check of a connection's `require`; all must hold before a proof names anybody here. */
export function explainRequire(connection: CompiledConnection, claims: Claims): readonly ExplainedCheck[] {
  const lookup = claimsLookup(claims, connection.connection);
  return connection.policy.require.flatMap((conditions, at) =>
    evaluateConditions(conditions, lookup).checks.map((check) =>
      withValues(check, connection.require[at] ?? {}, lookup(check.key)),
    ),
  );
}

/** A rule of other callers is further away than any that is about this one. */
const ELSEWHERE = 1_000;

const distance = ({ outcome, checks }: ExplainedRule): number =>
  checks.filter(({ held }) => !held).length + (outcome === 'elsewhere' ? ELSEWHERE : 0);

const explainAll = (
  rules: readonly CompiledRule[],
  effect: 'allow' | 'deny',
  perspectives: readonly DecisionInput[],
): readonly ExplainedRule[] =>
  rules.map((compiled, rule) =>
    perspectives
      .map((view) => explainRule(compiled, rule, effect, view))
      // There is at least one; whoever matches misses nothing.
      .reduce((best, view) => (distance(view) < distance(best) ? view : best)),
  );

const placeOf = (
  { source, mode }: Rule,
  rule: number,
  effect: 'allow' | 'deny',
): Pick<ExplainedRule, 'effect' | 'rule' | 'source' | 'mode'> => ({
  ...{ effect, rule, source: source ?? null },
  ...(mode === undefined ? {} : { mode }),
});

function explainRule(
  { rule, conditions }: CompiledRule,
  index: number,
  effect: 'allow' | 'deny',
  input: DecisionInput,
): ExplainedRule {
  const base = placeOf(rule, index, effect);
  const about = selectors(rule, input);
  const selected = effect === 'allow' ? allowSelects(rule, input) : denySelects(rule, input);
  const lookup = decisionLookup(input);
  const documents = [rule.when, rule.actor?.when ?? null].filter((when) => when !== null);
  const evaluations = conditions.map((compiled) => evaluateConditions(compiled, lookup));
  const checks = evaluations.flatMap(({ checks: made }, at) =>
    made.map((check) => withValues(check, documents[at] ?? {}, lookup(check.key))),
  );
  if (!selected) return { ...base, outcome: 'elsewhere', checks: [...about, ...checks] };
  const held = about.filter((check) => check.held);
  const errors = evaluations.flatMap((each) => ('error' in each ? [each.error] : []));
  const missed = evaluations.some((each) => 'held' in each && !each.held);
  const error = errors.includes('condition_error') ? 'condition_error' : missed ? undefined : errors[0];
  const outcome = error !== undefined ? { error } : missed ? 'missed' : 'matched';
  return { ...base, outcome, checks: [...held, ...checks] };
}

function withValues(
  { operator, key, held, missed }: Check,
  document: ConditionsDocument,
  value: KeyValue,
): ExplainedCheck {
  const expected = Object.entries(document[operator] ?? {}).find(([name]) => name === key)?.[1] ?? [];
  const actual = value === undefined || value instanceof Unavailable ? {} : { actual: value };
  return { operator, key, held, ...(missed === undefined ? {} : { missed }), expected, ...actual };
}

/** What a rule says of who it is about. Whether it all holds is `allowSelects`' and `denySelects`' to say. */
function selectors(rule: Rule, input: DecisionInput): readonly ExplainedCheck[] {
  const { principal, client, actor } = input;
  const checks: ExplainedCheck[] = [];
  const own = principal.source.kind === 'connection' ? principal.source.name : undefined;
  if (rule.connections !== null) checks.push(named('Connection', 'connection', rule.connections, own));
  const presenting = client?.client ?? (principal.source.kind === 'client' ? principal.source.name : undefined);
  if (rule.clients !== null) checks.push(named('Client', 'client', rule.clients, presenting));
  const missing = missedActor(rule, input);
  if (missing !== null) {
    const { actor: wanted } = rule;
    const expected = wanted === null ? [] : [...(wanted.connections ?? []), ...(wanted.clients ?? [])];
    const actual = actor?.connection ?? actor?.client;
    checks.push({ ...missing, expected, ...(actual === undefined || actual === null ? {} : { actual }) });
  }
  return checks;
}

function named(operator: string, key: string, expected: readonly string[], actual: string | undefined): ExplainedCheck {
  if (actual === undefined) return { operator, key, held: false, missed: 'absent', expected };
  const held = expected.includes(actual);
  return { operator, key, held, ...(held ? {} : { missed: 'different' as const }), expected, actual };
}
