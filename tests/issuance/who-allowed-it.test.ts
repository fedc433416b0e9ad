import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { decisionInput } from '../../lib/issuance/authorize.ts';
import { decideScopes } from '../../lib/issuance/decide-scopes.ts';
import { issue } from '../../lib/issue.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

const at = (line: number) => ({ file: 'scopes/deploy-web.yaml', line });
const rule = (line: number, more: Partial<Rule> = {}): Rule => ({
  connections: ['github'],
  clients: null,
  actor: null,
  when: null,
  source: at(line),
  ...more,
});
const other = { connections: ['gitlab'] };
const applied = {
  author: 'Ada Example',
  appliedAt: epochMilliseconds(Date.UTC(2026, 10, 20, 8, 30, 0)),
  reason: 'web rolls itself',
  commit: 'c0ffee',
};
const who = {
  appliedBy: 'Ada Example',
  appliedAt: '2026-11-20T08:30:00Z',
  reason: 'web rolls itself',
  commit: 'c0ffee',
};

async function decisionOf(more: Partial<Scope>, by: typeof applied | null = applied) {
  const { ports, records } = goodWorld();
  const configuration = { ...fakeConfiguration({ scopes: [aScope(more)] }), ...(by === null ? {} : { applied: by }) };
  const configurations = { current: async () => configuration };
  await issue({ ...ports, configurations }, aRequest(), new AbortController().signal);
  return records.at(-1)?.decision;
}

function evidenceOf(documents: readonly Scope[]) {
  const [first, ...others] = documents.map(loadScope);
  if (first === undefined) throw new TypeError('no scope');
  const who = { principal: aPrincipal(), actor: null, client: null, proof: null };
  const scopes = [first, ...others] as const;
  return decideScopes(scopes, decisionInput(aRequest(), who, scopes, NOW_SECONDS)).evidence;
}

describe('a record says what rules under report would change', () => {
  it.each<[string, Partial<Scope>, object]>([
    [
      'a refusal',
      { allow: [rule(3)], deny: [rule(9, { mode: 'report' })] },
      { wouldDeny: { rule: 0, reason: 'not_allowed' } },
    ],
    ['an issuance', { allow: [rule(3, other), rule(5, { mode: 'report' })] }, { wouldAllow: { rule: 1 } }],
    ['an issuance of a scope under report', { mode: 'report', allow: [rule(3)] }, { wouldAllow: { rule: 0 } }],
  ])('%s', async (_name, scope, expected) => {
    expect(await decisionOf(scope)).toMatchObject(expected);
  });

  it('of one scope, without its name', () => {
    const report = evidenceOf([aScope({ allow: [rule(3)], deny: [rule(9, { mode: 'report' })] })]).reported;
    expect(report).toStrictEqual({ wouldDeny: { rule: 0, reason: 'not_allowed' } });
  });

  it.each<[string, Partial<Scope>, Partial<Scope>, object]>([
    ['the second', {}, { deny: [rule(9, { mode: 'report' })] }, { wouldDeny: { rule: 0, scope: 'b' } }],
    ['the first', { deny: [rule(9, { mode: 'report' })] }, {}, { wouldDeny: { rule: 0, scope: 'a' } }],
    [
      'the first of two',
      { allow: [rule(3, other), rule(5, { mode: 'report' })] },
      { allow: [rule(3, other), rule(5, other), rule(7, { mode: 'report' })] },
      { wouldAllow: { rule: 1, scope: 'a' } },
    ],
  ])('of several scopes, %s that says so, by its name', (_name, first, second, expected) => {
    const scopes = [
      aScope({ scope: 'a', allow: [rule(3)], ...first }),
      aScope({ scope: 'b', allow: [rule(3)], ...second }),
    ];
    expect(evidenceOf(scopes).reported).toMatchObject(expected);
  });

  it('and nothing where they change nothing', async () => {
    const decision = await decisionOf({ allow: [rule(3), rule(5, { mode: 'report' })] });
    expect(Object.keys(decision ?? {})).toEqual(['configVersion', 'rule', 'checks', 'source']);
  });
});

describe('a record says what duration was decided on', () => {
  const byDuration = rule(3, { when: { NumericLessThan: { 'request.duration': ['7200'] } } });
  it.each<[string, readonly (readonly Rule[])[], boolean]>([
    ['where a rule reads it', [[byDuration]], true],
    ['where one rule of one of the scopes reads it', [[rule(3)], [rule(3), byDuration]], true],
    ['not where none does', [[rule(3)], [rule(3)]], false],
  ])('%s', (_name, rules, isThere) => {
    const evidence = evidenceOf(rules.map((allow, at) => aScope({ scope: `s${at}`, allow: [...allow] })));
    expect('duration' in evidence ? evidence.duration : null).toBe(isThere ? 3600 : null);
  });
});

describe('a record leads to whoever allowed it', () => {
  it.each<[string, Partial<Scope>, object]>([
    ['the rule that allowed', { allow: [rule(3, other), rule(7)] }, at(7)],
    ['the rule that denied', { allow: [rule(3)], deny: [rule(12)] }, at(12)],
    ['the file, where no rule decided', { allow: [rule(3, other)] }, { file: 'scopes/deploy-web.yaml', line: null }],
  ])('by %s, and the version it stands in', async (_name, scope, place) => {
    expect((await decisionOf(scope))?.source).toEqual({ ...place, ...who });
  });

  it.each<[string, Partial<Scope>]>([
    ['there is no rule', { allow: [] }],
    [
      'no rule decided, and none says where it stands',
      { allow: [{ ...rule(3, other), source: undefined } as unknown as Rule] },
    ],
  ])('by the version alone, where %s', async (_name, scope) => {
    expect((await decisionOf(scope))?.source).toEqual({ file: null, line: null, ...who });
    expect(await decisionOf(scope, null)).not.toHaveProperty('source');
    expect(evidenceOf([aScope(scope)]).source).toBeNull();
  });

  it('by the version alone, where its documents do not say where rules stand', async () => {
    const { source: _, ...placeless } = rule(3);
    expect((await decisionOf({ allow: [placeless] }))?.source).toEqual({ file: null, line: null, ...who });
  });

  it('says nothing where nothing is known', async () => {
    const { source: _, ...placeless } = rule(3);
    expect(await decisionOf({ allow: [placeless] }, null)).toEqual({ configVersion: 7, rule: 0, checks: [] });
  });
});
