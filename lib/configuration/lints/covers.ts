import type { ActorSelector, Rule } from '../documents/rules.ts';
import { isEquality, isNegated, isPattern, matchesAny, type Test, testsOf } from './tests.ts';

/** A rule with its conditions read once, for whoever compares it with many. */
export interface ReadRule {
  readonly rule: Rule;
  readonly tests: readonly Test[];
}

export const readRule = (rule: Rule): ReadRule => ({
  rule,
  tests: [...testsOf(rule.when, []), ...testsOf(rule.actor?.when ?? null, [])],
});

/**
 * True where the rule `wide` of the list `allow` or `deny` is known to match every request that `rule` matches. A
 * `deny` that names nobody is for everybody, and without an actor for whoever acts.
 */
export function covers(wide: ReadRule, list: 'allow' | 'deny', narrow: ReadRule): boolean {
  const [outer, inner] = [wide.rule, narrow.rule];
  if (!coversParties(outer, list, inner) || !coversActor(outer, list, inner)) return false;
  return wide.tests.every((test) => narrow.tests.some((other) => follows(test, other)));
}

function coversParties(wide: ActorSelector, list: 'allow' | 'deny', rule: ActorSelector): boolean {
  const pairs = [
    [wide.connections, rule.connections],
    [wide.clients, rule.clients],
  ] as const;
  return pairs.every(([names, others]) => {
    if (names === null) return list === 'deny' || others === null;
    return others?.every((name) => names.includes(name)) ?? false;
  });
}

function coversActor({ actor }: Rule, list: 'allow' | 'deny', rule: Rule): boolean {
  if (actor === null) return list === 'deny' || rule.actor === null;
  return rule.actor !== null && coversParties(actor, list, rule.actor);
}

/** True where `test` holds whenever `other` does. */
function follows(test: Test, other: Test): boolean {
  if (test.key !== other.key || test.quantifier !== other.quantifier) return false;
  // Without IfExists a condition holds for less.
  if (other.ifExists && !test.ifExists) return false;
  if (isPattern(test) && (isEquality(other) || isPattern(other)) && other.operator !== 'StringEqualsIgnoreCase') {
    return other.values.every((value) => test.values.includes(value) || isWithin(test.values, value));
  }
  if (test.operator !== other.operator) return false;
  const [outer, inner] = isNegated(test) ? [other, test] : [test, other];
  return inner.values.every((value) => outer.values.includes(value));
}

/** A star of the value is met by a star only, where no pattern has a `?`. */
const isWithin = (patterns: readonly string[], value: string): boolean =>
  !value.includes('${') && !patterns.some((pattern) => /\?|\$\{/.test(pattern)) && matchesAny(patterns, value);
