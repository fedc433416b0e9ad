import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { decide } from '../../lib/policy/decide.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { claimsOf, input, principal, rule, scope } from './people.ts';

const of = (claim: string, more: Partial<Rule> = {}): Rule =>
  rule({ connections: ['github'], when: { StringEquals: { 'claims.ref': [claim] } }, ...more });
const everybody = rule({ connections: ['github'] });
const report = (each: Rule): Rule => ({ ...each, mode: 'report' });
const list = { StringEquals: { 'claims.list': ['a'] } };
const request = input({ principal: principal({ claims: claimsOf({ ref: 'main', list: ['a'] }) }) });

/** The outcome, and what would be otherwise. */
function decided(more: Partial<Scope>) {
  const decision = decide(loadScope(scope(more)), request);
  const { allowed, rule: by, wouldDeny, wouldAllow } = decision;
  return {
    outcome: allowed ? by : decision.reason,
    ...(wouldDeny && { wouldDeny }),
    ...(wouldAllow && { wouldAllow }),
  };
}

describe('a rule under report decides nothing, and says what it would', () => {
  it.each<[string, Partial<Scope>, object]>([
    ['nothing of a rule that misses', { allow: [everybody], deny: [report(of('dev'))] }, { outcome: 0 }],
    [
      'that a deny rule would refuse',
      { allow: [everybody], deny: [of('dev'), report(of('main'))] },
      { outcome: 0, wouldDeny: { rule: 1, reason: 'not_allowed' } },
    ],
    [
      'nothing where another rule denies already',
      { allow: [everybody], deny: [report(of('main')), of('main')] },
      { outcome: 'not_allowed' },
    ],
    [
      'that an allow rule would allow',
      { allow: [of('dev'), report(of('main'))] },
      { outcome: 'not_allowed', wouldAllow: { rule: 1 } },
    ],
    ['nothing where another rule allows already', { allow: [of('main'), report(of('main'))] }, { outcome: 0 }],
    ['the place that the rule has in the file', { allow: [report(of('dev')), of('main')] }, { outcome: 1 }],
    [
      'nothing of an allow rule that a deny rule under report takes back',
      { allow: [of('dev'), report(of('main'))], deny: [report(of('main'))] },
      { outcome: 'not_allowed' },
    ],
    [
      'that a deny rule cannot be evaluated, which would refuse',
      { allow: [everybody], deny: [report(rule({ when: list }))] },
      { outcome: 0, wouldDeny: { rule: 0, reason: 'condition_error' } },
    ],
    [
      'that an allow rule cannot be evaluated, which would refuse',
      { allow: [everybody, report(rule({ connections: ['github'], when: list }))] },
      { outcome: 0, wouldDeny: { rule: null, reason: 'condition_error' } },
    ],
  ])('%s', (_name, more, expected) => {
    expect(decided(more)).toEqual(expected);
  });
});

describe('a scope under report', () => {
  it.each<[string, Partial<Scope>, object]>([
    [
      'grants nothing, and says by which rule it would',
      { allow: [of('dev'), of('main')] },
      { outcome: 'not_allowed', wouldAllow: { rule: 1 } },
    ],
    ['says nothing where it would not', { allow: [of('dev')] }, { outcome: 'not_allowed' }],
    ['says nothing while it is disabled', { allow: [everybody], enabled: false }, { outcome: 'not_allowed' }],
    [
      'counts its rules under report',
      { allow: [report(of('main'))] },
      { outcome: 'not_allowed', wouldAllow: { rule: 0 } },
    ],
  ])('%s', (_name, more, expected) => {
    expect(decided({ ...more, mode: 'report' })).toEqual(expected);
  });
});

it('decides without rules under report, and says what it would decide with them, whatever they are', () => {
  const ref = fc.constantFrom('main', 'dev');
  const any = fc.record({ ref, isReport: fc.boolean() });
  const written = fc.record({
    allow: fc.array(any, { minLength: 1, maxLength: 4 }),
    deny: fc.array(any, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(written, ({ allow, deny }) => {
      const rules = (all: typeof allow, mode: 'as-written' | 'enforced') =>
        all.map((each) => (each.isReport && mode === 'as-written' ? report(of(each.ref)) : of(each.ref)));
      const without = (all: typeof allow) => all.filter(({ isReport }) => !isReport).map((each) => of(each.ref));
      const never = of('never');
      const now = decide(
        loadScope(scope({ allow: rules(allow, 'as-written'), deny: rules(deny, 'as-written') })),
        request,
      );
      const bare = decide(loadScope(scope({ allow: [...without(allow), never], deny: without(deny) })), request);
      const all = decide(loadScope(scope({ allow: rules(allow, 'enforced'), deny: rules(deny, 'enforced') })), request);
      expect(now.allowed).toBe(bare.allowed);
      expect(now.wouldDeny !== undefined).toBe(bare.allowed && !all.allowed);
      expect(now.wouldAllow !== undefined).toBe(!bare.allowed && all.allowed);
    }),
    { seed: 20_261_125 },
  );
});
