import type { Rule, RuleSource } from './documents/rules.ts';
import type { Scope } from './documents/scopes.ts';
import type { FieldPath } from './problem.ts';

/** The scope with the place of each rule, so that a record can lead there. */
export function withRuleSources(scope: Scope, sourceOf: (path: FieldPath) => RuleSource): Scope {
  const placed = (field: 'allow' | 'deny'): readonly Rule[] =>
    scope[field].map((rule, index) => ({ ...rule, source: sourceOf([field, index]) }));
  return { ...scope, allow: placed('allow'), deny: placed('deny') };
}
