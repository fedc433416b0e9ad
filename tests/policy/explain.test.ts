import { describe, expect, it } from '@jest/globals';
import type { OidcConnection } from '../../lib/configuration/documents/connections.ts';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Lineage } from '../../lib/identity/principal.ts';
import { loadConnection } from '../../lib/policy/connection.ts';
import { explainDecision, explainRequire } from '../../lib/policy/explain.ts';
import type { DecisionInput } from '../../lib/policy/lookup.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { epochSeconds } from '../../lib/time.ts';
import { CONNECTION } from '../identity/oidc/fixture.ts';
import { claimsOf, client, clientActor, clientAsItself, input, principal, rule, scope, tokenActor } from './people.ts';

const explain = (more: Partial<Scope>, request: DecisionInput = input()) =>
  explainDecision(loadScope(scope(more)), request);
const explainRule = (allow: Rule, request: DecisionInput = input()) => explain({ allow: [allow] }, request).rules[0];

const GITHUB: Partial<Rule> = { connections: ['github'] };
const ref = (...values: string[]): Partial<Rule> => ({ when: { StringEquals: { 'claims.ref': values } } });
const matched = rule(GITHUB);
const missed = rule({ ...GITHUB, ...ref('refs/heads/release', 'refs/heads/next') });
const elsewhere = rule({ connections: ['gitlab'] });
const broken = rule({ ...GITHUB, when: { StringEquals: { 'claims.groups': ['a'] } } });
const listed = input({ principal: principal({ claims: claimsOf({ groups: ['a', 'b'], ref: 'refs/heads/main' }) }) });
const withheld = input({
  principal: principal({ claims: claimsOf({ ref: 'refs/heads/main' }, { groups: 'groups_overage' }) }),
});

const LINEAGE: Lineage = {
  tokenIds: ['t1'],
  exchanges: 1,
  expires: epochSeconds(1_795_255_200),
  issuer: null,
  actors: [],
  presenters: [],
  scopes: [],
  boundTo: null,
  token: { subject: 's', claims: claimsOf({}) },
};

const isGithub = { operator: 'Connection', key: 'connection', held: true, expected: ['github'], actual: 'github' };
const onRef = { operator: 'StringEquals', key: 'claims.ref', actual: 'refs/heads/main' };

describe('a rule, explained', () => {
  it('that matches has each check with what it asks and what came', () => {
    const main = explainRule(rule({ ...GITHUB, ...ref('refs/heads/main') }));
    expect(main).toStrictEqual({
      ...{ effect: 'allow', rule: 0, source: null, outcome: 'matched' },
      checks: [isGithub, { ...onRef, held: true, expected: ['refs/heads/main'] }],
    });
  });

  it('that misses says by which check, and what would have had to come', () => {
    expect(explainRule(missed)).toMatchObject({
      outcome: 'missed',
      checks: [
        isGithub,
        { ...onRef, held: false, missed: 'different', expected: ['refs/heads/release', 'refs/heads/next'] },
      ],
    });
  });

  it('tells an absent value from a different one, and shows none', () => {
    const check = explainRule(rule({ ...GITHUB, when: { StringEquals: { 'claims.sha': ['c0ffee'] } } }))?.checks[1];
    expect(check).toEqual({
      ...{ operator: 'StringEquals', key: 'claims.sha', held: false, missed: 'absent', expected: ['c0ffee'] },
    });
  });

  it('is missed where one of several checks is, and each of them is there with its own values', () => {
    const two = explainRule(
      rule({
        ...GITHUB,
        when: { StringEquals: { 'claims.ref': ['refs/heads/main'], 'claims.repository': ['acme/api'] } },
      }),
    );
    expect([two?.outcome, two?.checks.map(({ held, expected }) => [held, expected])]).toEqual([
      'missed',
      [
        [true, ['github']],
        [true, ['refs/heads/main']],
        [false, ['acme/api']],
      ],
    ]);
  });

  it('cannot be evaluated where a value is of another kind, whatever else misses', () => {
    const both = rule({ ...GITHUB, when: { StringEquals: { 'claims.groups': ['a'], 'claims.ref': ['x'] } } });
    expect(explainRule(broken, listed)?.outcome).toEqual({ error: 'condition_error' });
    expect(explainRule(both, listed)?.outcome).toEqual({ error: 'condition_error' });
  });

  it('hangs on a withheld value only where nothing else misses, and does not show it', () => {
    const rest = { 'claims.groups': ['a'], 'claims.ref': ['x'] };
    const hanging = explainRule(broken, withheld);
    expect(hanging?.outcome).toEqual({ error: 'groups_overage' });
    expect(hanging?.checks[1]).toEqual({
      ...{ operator: 'StringEquals', key: 'claims.groups', held: false, missed: 'withheld', expected: ['a'] },
    });
    expect(explainRule(rule({ ...GITHUB, when: { StringEquals: rest } }), withheld)?.outcome).toBe('missed');
  });

  it.each<[string, Rule, DecisionInput, object]>([
    [
      'another connection',
      elsewhere,
      input(),
      { operator: 'Connection', key: 'connection', missed: 'different', expected: ['gitlab'], actual: 'github' },
    ],
    [
      'a connection, and comes from a client',
      matched,
      input(clientAsItself('bot')),
      { operator: 'Connection', key: 'connection', missed: 'absent', expected: ['github'] },
    ],
    [
      'another client',
      rule({ clients: ['bot'] }),
      input(clientAsItself('ci')),
      { operator: 'Client', key: 'client', missed: 'different', expected: ['bot'], actual: 'ci' },
    ],
    [
      'a client, and there is none',
      rule({ ...GITHUB, clients: ['bot'] }),
      input(),
      { operator: 'Client', key: 'client', missed: 'absent', expected: ['bot'] },
    ],
    [
      'another client that presents',
      rule({ ...GITHUB, clients: ['bot'] }),
      input({ client: client('ci'), actor: clientActor('ci') }),
      { operator: 'Client', key: 'client', missed: 'different', expected: ['bot'], actual: 'ci' },
    ],
    [
      'somebody who acts, and nobody does',
      rule({ ...GITHUB, actor: { connections: ['agents'], clients: ['bot'], when: null } }),
      input(),
      { operator: 'Actor', missed: 'absent', expected: ['agents', 'bot'] },
    ],
    [
      'another who acts',
      rule({ ...GITHUB, actor: { connections: ['agents'], clients: null, when: null } }),
      input({ actor: tokenActor('robots') }),
      { operator: 'Actor', missed: 'different', expected: ['agents'], actual: 'robots' },
    ],
    [
      'another client that acts',
      rule({ ...GITHUB, actor: { connections: null, clients: ['bot'], when: null } }),
      input({ client: client('ci'), actor: clientActor('ci') }),
      { operator: 'Actor', missed: 'different', expected: ['bot'], actual: 'ci' },
    ],
    [
      'nobody who acts, and there is one',
      matched,
      input({ actor: tokenActor('agents') }),
      { operator: 'NoActor', missed: 'different', expected: [], actual: 'agents' },
    ],
  ])('is elsewhere that is about %s', (_, asked, request, check) => {
    const explained = explainRule(asked, request);
    expect(explained?.outcome).toBe('elsewhere');
    const wrong = explained?.checks.filter(({ held }) => !held);
    expect(wrong).toEqual([expect.objectContaining(check)]);
    expect('actual' in (wrong?.[0] ?? {})).toBe('actual' in check);
  });

  it('elsewhere is explained to its last check all the same', () => {
    const explained = explainRule(rule({ connections: ['gitlab'], ...ref('refs/heads/main') }));
    expect(explained?.checks.map(({ key, held }) => [key, held])).toEqual([
      ['connection', false],
      ['claims.ref', true],
    ]);
  });

  it("has the actor's own conditions behind its own", () => {
    const actor = { connections: ['agents'], clients: null, when: { StringEquals: { 'actor.claims.model': ['m2'] } } };
    const explained = explainRule(
      rule({ ...GITHUB, ...ref('refs/heads/main'), actor }),
      input({ actor: tokenActor('agents') }),
    );
    expect(explained?.checks.slice(1)).toEqual([
      { ...onRef, held: true, expected: ['refs/heads/main'] },
      {
        ...{ operator: 'StringEquals', key: 'actor.claims.model', held: false, missed: 'different' },
        ...{ expected: ['m2'], actual: 'm1' },
      },
    ]);
    expect(explained?.outcome).toBe('missed');
  });

  it('tries what it says of the actor too, and says what failed most', () => {
    const of = (when: Rule['when'], model: Rule['when']) => {
      const asked = rule({ ...GITHUB, when, actor: { connections: ['agents'], clients: null, when: model } });
      const claims = claimsOf({ model: 'm1', tools: ['a', 'b'] }, { owner: 'claim_withheld' });
      return explainRule(asked, { ...withheld, actor: tokenActor('agents', { claims }) })?.outcome;
    };
    const equals = (key: string, value: string) => ({ StringEquals: { [key]: [value] } });
    const [held, miss, hidden] = [
      equals('claims.ref', 'refs/heads/main'),
      equals('claims.ref', 'x'),
      equals('claims.groups', 'a'),
    ];
    const list = equals('actor.claims.tools', 'a');
    expect(of(held, equals('actor.claims.owner', 'x'))).toEqual({ error: 'claim_withheld' });
    expect(of(hidden, list)).toEqual({ error: 'condition_error' });
    expect(of(miss, list)).toEqual({ error: 'condition_error' });
    expect(of(hidden, equals('actor.claims.model', 'm2'))).toBe('missed');
    expect(of(miss, equals('actor.claims.owner', 'x'))).toBe('missed');
  });

  it('shows what the actor would have to be where it asks nothing else', () => {
    const when = { StringEquals: { 'actor.claims.model': ['m2'] } };
    const asked = rule({ ...GITHUB, actor: { connections: ['agents'], clients: null, when } });
    expect(explainRule(asked, input({ actor: tokenActor('agents') }))?.checks.at(-1)?.expected).toEqual(['m2']);
  });

  it('is about a client that is the subject, also where none presents', () => {
    const explained = explainRule(rule({ clients: ['bot'] }), { ...input(clientAsItself('bot')), client: null });
    expect(explained?.checks).toEqual([
      { operator: 'Client', key: 'client', held: true, expected: ['bot'], actual: 'bot' },
    ]);
  });

  it('shows of a deny that matches only what held', () => {
    const request = input({ actor: clientActor('bot') });
    expect(explain({ deny: [rule({ clients: ['bot'] })] }, request).rules[0]).toMatchObject({
      ...{ outcome: 'matched', checks: [] },
    });
  });

  it('says where it stands, and whether it only reports', () => {
    const source = { file: 'scopes/a.yaml', line: 7 };
    expect(explainRule({ ...missed, source, mode: 'report' })).toMatchObject({ source, mode: 'report', rule: 0 });
    expect(explainRule(missed)).not.toHaveProperty('mode');
  });
});

describe('a decision, explained', () => {
  it('has the denies first, each with its effect and its own number', () => {
    const { rules, scope: name, enabled } = explain({ allow: [missed, matched], deny: [elsewhere, missed] });
    expect(rules.map(({ effect, rule: number, outcome }) => [effect, number, outcome])).toEqual([
      ['deny', 0, 'elsewhere'],
      ['deny', 1, 'missed'],
      ['allow', 0, 'missed'],
      ['allow', 1, 'matched'],
    ]);
    expect([name, enabled, explain({ enabled: false }).enabled]).toEqual(['deploy-web', true, false]);
  });

  it('decides as the runtime does', () => {
    expect(explain({ allow: [matched] }).decision).toMatchObject({ allowed: true, rule: 0 });
    expect(explain({ allow: [matched], deny: [matched] }).decision).toMatchObject({ allowed: false, rule: 0 });
  });

  const twice = rule({ ...GITHUB, when: { StringEquals: { 'claims.ref': ['x'], 'claims.repository': ['x'] } } });

  const broad = rule({
    ...GITHUB,
    when: {
      StringLike: { 'claims.ref': ['refs/*'], 'claims.repository': ['acme/*'] },
      StringEquals: { 'claims.ref': ['x'] },
    },
  });

  it.each<[string, Partial<Scope>, number | null]>([
    ['that misses less, however much it asks', { allow: [twice, broad] }, 1],
    ['that misses one check before one that misses two', { allow: [twice, missed] }, 1],
    ['that misses two checks before one of other callers', { allow: [elsewhere, twice] }, 1],
    ['of other callers, where there is no other', { allow: [elsewhere] }, 0],
    ['that stands first, of two that miss alike', { allow: [missed, missed] }, 0],
    ['of none, where there is none', { allow: [] }, null],
    ['of none, where it was allowed', { allow: [missed, matched] }, null],
    ['of none, where a deny matches', { allow: [missed], deny: [matched] }, null],
    ['that misses, where a deny only reports', { allow: [missed], deny: [{ ...matched, mode: 'report' }] }, 0],
    ['that misses, where a deny misses too', { allow: [missed], deny: [missed] }, 0],
  ])('names as the nearest the allow rule %s', (_, more, nearest) => {
    expect(explain(more).nearest?.rule ?? null).toBe(nearest);
  });

  it('names none as the nearest where a deny cannot be evaluated', () => {
    expect(explain({ allow: [missed], deny: [broken] }, listed).nearest).toBeNull();
  });

  it('sees a chain as a deny does: whoever acted before is enough, and an allow is not moved by it', () => {
    const acting = rule({ actor: { connections: ['robots'], clients: null, when: null } });
    const lineage = { ...LINEAGE, actors: [tokenActor('robots')] };
    const request = input({ actor: tokenActor('agents'), principal: principal({ lineage }) });
    const { rules } = explain({ allow: [rule({ ...GITHUB, actor: acting.actor })], deny: [acting] }, request);
    expect(rules.map(({ outcome }) => outcome)).toEqual(['matched', 'elsewhere']);
    const narrow = { connections: ['robots'], clients: null, when: { StringEquals: { 'actor.claims.model': ['m2'] } } };
    expect(explain({ deny: [rule({ actor: narrow })] }, request).rules[0]?.outcome).toBe('missed');
    const first = rule({ actor: { connections: ['agents'], clients: null, when: null } });
    expect(explain({ deny: [first] }, request).rules[0]?.outcome).toBe('matched');
  });
});

describe("a connection's require, explained", () => {
  const connection = loadConnection<OidcConnection>({
    ...CONNECTION,
    connection: 'github',
    require: [
      { StringEquals: { 'claims.owner': ['acme'] } },
      { StringEquals: { 'claims.repository': ['acme/web'], 'claims.ref': ['refs/heads/main'] } },
    ],
  });

  it('has every check of every condition, in their order, with their own values', () => {
    expect(explainRequire(connection, claimsOf({ owner: 'evil', repository: 'acme/web' }))).toEqual([
      {
        ...{ operator: 'StringEquals', key: 'claims.owner', held: false, missed: 'different' },
        ...{ expected: ['acme'], actual: 'evil' },
      },
      { operator: 'StringEquals', key: 'claims.repository', held: true, expected: ['acme/web'], actual: 'acme/web' },
      { operator: 'StringEquals', key: 'claims.ref', held: false, missed: 'absent', expected: ['refs/heads/main'] },
    ]);
  });
});
