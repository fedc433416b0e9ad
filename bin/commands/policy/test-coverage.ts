import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import type { Rule, RuleSource } from '../../../lib/configuration/documents/rules.ts';
import type { ExplainedRule } from '../../../lib/policy/explain.ts';
import type { TestResult } from './test-run.ts';

/** A rule, or one of its conditions, that the tests never saw both ways. */
export interface Uncovered {
  readonly scope: string;
  readonly effect: 'allow' | 'deny';
  readonly rule: number;
  readonly source: RuleSource | null;
  /** `StringEquals claims.ref`; null: the rule as a whole. */
  readonly condition: string | null;
  /** What no test made it do. */
  readonly never: 'held' | 'failed' | 'either';
}

export interface Coverage {
  readonly uncovered: readonly Uncovered[];
  readonly covered: number;
  readonly total: number;
}

interface Seen {
  held: boolean;
  failed: boolean;
}

const keyOf = (scope: string, effect: string, rule: number, condition: string | null) =>
  JSON.stringify([scope, effect, rule, condition]);

/** Which rules and conditions of the scopes some test made hold and some test made fail. */
export function coverageOf({ scopes }: ConfigurationDocuments, results: readonly TestResult[]): Coverage {
  const seen = new Map<string, Seen>();
  const see = (key: string, held: boolean): void => {
    const before = seen.get(key) ?? { held: false, failed: false };
    seen.set(key, { held: before.held || held, failed: before.failed || !held });
  };
  for (const { rehearsal } of results) {
    for (const rule of rehearsal?.explanation?.rules ?? []) seeRule(rehearsal?.explanation?.scope ?? '', rule, see);
  }
  const all = scopes.flatMap(({ scope, allow, deny }) => [
    ...allow.flatMap((rule, index) => partsOf(scope, 'allow', rule, index)),
    ...deny.flatMap((rule, index) => partsOf(scope, 'deny', rule, index)),
  ]);
  const uncovered = all.flatMap((part): Uncovered[] => {
    const { held, failed } = seen.get(keyOf(part.scope, part.effect, part.rule, part.condition)) ?? NEVER;
    if (held && failed) return [];
    return [{ ...part, never: held ? 'failed' : failed ? 'held' : 'either' }];
  });
  return { uncovered, covered: all.length - uncovered.length, total: all.length };
}

const NEVER: Seen = { held: false, failed: false };

function seeRule(scope: string, rule: ExplainedRule, see: (key: string, held: boolean) => void): void {
  see(keyOf(scope, rule.effect, rule.rule, null), rule.outcome === 'matched');
  // Of a caller whom the rule is not about, its conditions say nothing.
  if (rule.outcome === 'elsewhere') return;
  for (const { operator, key, held } of rule.checks) {
    see(keyOf(scope, rule.effect, rule.rule, `${operator} ${key}`), held);
  }
}

function partsOf(scope: string, effect: 'allow' | 'deny', rule: Rule, index: number): Omit<Uncovered, 'never'>[] {
  const documents = [rule.when ?? {}, rule.actor?.when ?? {}];
  const conditions = documents.flatMap((when) =>
    Object.entries(when).flatMap(([operator, keys]) => Object.keys(keys).map((key) => `${operator} ${key}`)),
  );
  return [null, ...new Set(conditions)].map((condition) => ({
    ...{ scope, effect, rule: index, source: rule.source ?? null, condition },
  }));
}
