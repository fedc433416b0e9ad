import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { approvalNeed } from '../../lib/issuance/approval-need.ts';
import { decisionInput } from '../../lib/issuance/authorize.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { seconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, aScope, NOW_SECONDS } from '../fakes/world.ts';

type Demand = NonNullable<Scope['requires']['approval']>;

const onCall: Rule = { connections: ['github'], clients: null, actor: null, when: null };
const demand = (more: Partial<Demand> = {}): Demand => ({
  from: [],
  within: seconds(900),
  uses: 2,
  for: seconds(3600),
  breakGlass: [],
  ...more,
});
const scopeOf = (scope: string, approval?: Demand, more: Partial<Scope> = {}) =>
  loadScope(aScope({ scope, requires: { intent: false, ...(approval === undefined ? {} : { approval }) }, ...more }));

function needOf(scopes: readonly [ReturnType<typeof loadScope>, ...ReturnType<typeof loadScope>[]], intent = 'why') {
  const who = { principal: aPrincipal(), actor: null, client: null, proof: null };
  const granted = ({ scope: { scope }, grant }: (typeof scopes)[number]) => ({
    scope,
    grant,
    lookup: (key: string) => (key === 'param.env' ? `of ${scope}` : undefined),
  });
  const [first, ...others] = scopes;
  const prepared = { planned: { expires: NOW_SECONDS }, bound: () => ({ role: 'r' }), mint: () => Promise.reject() };
  const asked = { scopes, granted: [granted(first), ...others.map(granted)] as const, prepared };
  return approvalNeed(asked, decisionInput(aRequest(), who, scopes, NOW_SECONDS), { intent: intent || null });
}

describe('what somebody else has to approve', () => {
  it('is nothing where no scope demands it', () => {
    expect(needOf([scopeOf('a'), scopeOf('b')])).toBeNull();
  });

  it('is all that is asked for, with what it gives', () => {
    expect(needOf([scopeOf('a', demand()), scopeOf('b')])).toEqual({
      ...{ scopes: ['a', 'b'], grant: 'aws-session', intent: 'why', duration: 3600, parameters: {} },
      ...{ gives: { role: 'r' }, within: 900, uses: 2, lasts: 3600, goesOn: false },
      ...{ personClaims: ['email'], namedClaims: [] },
    });
  });

  it('has of several demands the strictest of each', () => {
    const other = demand({ within: seconds(60), uses: 5, for: seconds(7200) });
    expect(needOf([scopeOf('a', demand()), scopeOf('b', other)])).toMatchObject({ within: 60, uses: 2, lasts: 3600 });
  });

  it.each<[string, readonly (readonly Rule[])[], string, boolean]>([
    ['under every one of them that demands it', [[onCall], [onCall]], 'why', true],
    ['not where one of them has no such rule', [[onCall], []], 'why', false],
    ['not where the rule is about another', [[{ ...onCall, connections: ['okta'] }]], 'why', false],
    ['not without an intent', [[onCall]], '', false],
  ])('goes on at once %s', (_, rules, intent, goesOn) => {
    const [first, ...others] = rules.map((breakGlass, at) =>
      scopeOf(`s${at}`, demand({ breakGlass: [...breakGlass] })),
    );
    if (first === undefined) throw new TypeError('no scope');
    expect(needOf([first, ...others, scopeOf('without')], intent)?.goesOn).toBe(goesOn);
  });

  it('knows one person by the claims that the scopes name, else by the usual ones', () => {
    const named = needOf([scopeOf('a', demand({ personClaims: ['uid'] })), scopeOf('b', demand())]);
    expect(named?.personClaims).toEqual(['uid', 'email']);
    expect(named?.namedClaims).toEqual(['uid']);
  });

  it('has the value of each parameter, by its name alone where there is one scope', () => {
    const parameters = { env: { values: ['x'] }, size: { values: ['y'] } };
    expect(needOf([scopeOf('a', demand(), { parameters })])?.parameters).toEqual({ env: 'of a', size: '' });
    expect(
      needOf([scopeOf('a', demand(), { parameters }), scopeOf('b', undefined, { parameters })])?.parameters,
    ).toEqual({ 'a/env': 'of a', 'a/size': '', 'b/env': 'of b', 'b/size': '' });
  });
});
