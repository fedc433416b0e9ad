import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import { type DecisionInput, decide, decideByRules } from '../../lib/policy/decide.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import {
  bot,
  brought,
  claimsOf,
  client,
  clientActor,
  decided,
  input,
  lineage,
  NOW,
  presentedBy,
  principal,
  rule,
  scope,
  tokenActor,
  when,
  withAgent,
} from './people.ts';

const github = ['github'];
const matching = rule({ connections: github, when: when('StringEquals', 'claims.repository', 'acme/web') });
const missing = rule({ connections: github, when: when('StringEquals', 'claims.repository', 'acme/other') });
const erring = rule({ connections: github, when: when('StringEquals', 'claims.list', 'a') });
const withheld = rule({ connections: github, when: when('ForAnyValue:StringEquals', 'claims.groups', 'admins') });
const elsewhere = rule({ connections: ['gitlab'], when: when('StringEquals', 'claims.list', 'a') });

describe('rules together', () => {
  const request = input({
    principal: principal({ claims: claimsOf({ repository: 'acme/web', list: ['a'] }, { groups: 'groups_overage' }) }),
  });

  it.each<[string, Rule[], Rule[], number | string]>([
    ['nothing allows', [], [], 'not_allowed'],
    ['one matches', [matching], [], 0],
    ['the second matches', [missing, matching], [], 1],
    ['the first of two that match is named', [matching, matching], [], 0],
    ['none matches', [missing, missing], [], 'not_allowed'],
    ['a deny rule misses', [matching], [missing], 0],
    ['a deny rule matches', [matching], [missing, matching], 'not_allowed'],
    ['an error beside a match', [matching, erring], [], 'condition_error'],
    ['a match beside an error', [erring, matching], [], 'condition_error'],
    ['an error in a rule about others', [elsewhere, matching], [elsewhere], 1],
    ['an error in deny', [matching], [erring], 'condition_error'],
    ['a match beside an error in deny', [matching], [erring, matching], 'not_allowed'],
    ['a withheld value, and nothing else matches', [withheld, missing], [], 'groups_overage'],
    ['a withheld value beside a match', [withheld, matching], [], 1],
    ['a withheld value beside an error', [withheld, erring], [], 'condition_error'],
    ['a withheld value in deny', [matching], [withheld], 'groups_overage'],
    ['a withheld value and an error in deny', [matching], [withheld, erring], 'condition_error'],
  ])('%s', (_name, allow, deny, expected) => {
    expect(decided({ allow, deny }, request)).toBe(expected);
  });

  it('rules that stand elsewhere are decided as `allow` is', () => {
    const [one, none] = [
      [missing, matching],
      [missing, erring],
    ].map((allow) => {
      const { allow: compiled } = loadScope(scope({ allow }));
      return decideByRules(compiled, request);
    });
    expect(one).toMatchObject({ allowed: true, rule: 1 });
    expect(none).toMatchObject({ allowed: false, reason: 'condition_error', rule: null });
  });

  it('lets nothing through while the scope is disabled', () => {
    expect(decided({ enabled: false, allow: [matching] })).toBe('not_allowed');
  });

  it('names the deny rule and its checks', () => {
    expect(decide(loadScope(scope({ deny: [missing, matching] })), request)).toEqual({
      allowed: false,
      reason: 'not_allowed',
      rule: 1,
      checks: [{ operator: 'StringEquals', key: 'claims.repository', held: true }],
    });
  });

  it('an error outweighs a miss of the same rule, whichever of its conditions has it', () => {
    const agents = { connections: ['agents'], clients: null };
    const miss = when('StringEquals', 'claims.repository', 'acme/other');
    const error = when('StringEquals', 'claims.list', 'a');
    const acting = { ...request, actor: tokenActor('agents') };
    for (const [own, its] of [
      [miss, error],
      [error, miss],
    ]) {
      const both = rule({ connections: github, when: own ?? null, actor: { ...agents, when: its ?? null } });
      expect(decided({ allow: [both] }, acting)).toBe('condition_error');
      expect(decided({ deny: [both] }, acting)).toBe('condition_error');
    }
  });

  it('says nothing of a deny rule about others', () => {
    const others = rule({ connections: ['gitlab'] });
    expect(decide(loadScope(scope({ deny: [others, erring] })), request).checks).toEqual([
      { operator: 'StringEquals', key: 'claims.list', held: false, missed: 'not-comparable', rule: 1 },
    ]);
  });

  it('names the first of two deny rules that cannot be evaluated', () => {
    expect(decide(loadScope(scope({ deny: [missing, erring, erring] })), request)).toMatchObject({ rule: 1 });
  });

  it('a withheld value counts, whichever of the conditions of a rule hangs on it', () => {
    const agents = { connections: ['agents'], clients: null };
    const acting = { ...request, actor: tokenActor('agents') };
    for (const [own, its] of [
      [matching.when, withheld.when],
      [withheld.when, matching.when],
    ]) {
      const both = rule({ connections: github, when: own ?? null, actor: { ...agents, when: its ?? null } });
      expect(decided({ allow: [both] }, acting)).toBe('groups_overage');
      expect(decided({ deny: [both] }, acting)).toBe('groups_overage');
    }
  });

  it('names the first of two deny rules that match', () => {
    expect(decide(loadScope(scope({ deny: [missing, matching, matching] })), request)).toMatchObject({ rule: 1 });
  });

  it('keeps at most 32 checks of what it allows', () => {
    const claims = Array.from({ length: 33 }, (_, index) => `x${index}`);
    const long = rule({
      connections: github,
      when: { StringEquals: Object.fromEntries(claims.map((name) => [`claims.${name}`, ['y']])) },
    });
    const holder = principal({ claims: claimsOf(Object.fromEntries(claims.map((name) => [name, 'y']))) });
    const decision = decide(loadScope(scope({ allow: [long] })), input({ principal: holder }));
    expect([decision.allowed, decision.checks.length]).toEqual([true, 32]);
  });

  it('keeps at most 32 checks of a refusal', () => {
    const decision = decide(loadScope(scope({ allow: Array.from({ length: 40 }, () => missing) })), request);
    expect(decision.checks).toHaveLength(32);
  });

  it('says which checks held in a rule that missed', () => {
    const both = rule({
      connections: github,
      when: { StringEquals: { 'claims.repository': ['acme/web'], 'claims.sha': ['1'] } },
    });
    expect(decide(loadScope(scope({ allow: [both] })), request)).toEqual({
      allowed: false,
      reason: 'not_allowed',
      rule: null,
      checks: [
        { operator: 'StringEquals', key: 'claims.repository', held: true, rule: 0 },
        { operator: 'StringEquals', key: 'claims.sha', held: false, missed: 'absent', rule: 0 },
      ],
    });
  });
});

describe('why a check did not hold', () => {
  const checksFor = (more: Partial<Rule>, request: DecisionInput) => {
    const { checks } = decide(loadScope(scope({ allow: [missing, rule({ connections: github, ...more })] })), request);
    return checks
      .filter((check) => check.rule === 1)
      .map(({ operator, key, held, missed }) => `${operator} ${key} ${held ? 'held' : missed}`);
  };
  const claims = claimsOf({ list: ['a'], nothing: null, ref: 'x' }, { groups: 'groups_overage' });
  const holder = input({ principal: principal({ claims }) });

  it.each<[string, string, string]>([
    ['there is no value', 'claims.sha', 'absent'],
    ['there is another value', 'claims.ref', 'different'],
    ['the proof withholds the value', 'claims.groups', 'withheld'],
    ['the operator cannot compare the value', 'claims.list', 'not-comparable'],
  ])('says that %s', (_name, key, expected) => {
    expect(checksFor({ when: when('StringEquals', key, 'main') }, holder)).toEqual([`StringEquals ${key} ${expected}`]);
  });

  it.each(['claims.nothing', 'claims.empty', 'claims.sha'])('says that there is no value: %s', (key) => {
    const empty = input({ principal: principal({ claims: claimsOf({ nothing: null, empty: [] }) }) });
    expect(checksFor({ when: when('Null', key, 'false') }, empty)).toEqual([`Null ${key} absent`]);
  });

  const agents = { connections: ['agents'], clients: null, when: null };
  it.each<[string, Partial<Rule>, DecisionInput, string]>([
    ['wants an actor, and there is none', { actor: agents }, input(), 'Actor actor absent'],
    ['wants another actor', { actor: agents }, withAgent('robots'), 'Actor actor different'],
    ['wants nobody who acts', {}, withAgent('agents'), 'NoActor actor different'],
  ])('names a rule that is for the subject and %s', (_name, more, request, expected) => {
    expect(checksFor(more, request)).toEqual([expected]);
  });

  it('names such a rule once, however the subject may be seen', () => {
    const more = { connections: ['github', 'broker'], actor: agents };
    expect(checksFor(more, input({ principal: brought() }))).toEqual(['Actor actor absent']);
  });

  it('says nothing of the actor of a rule that is for another subject', () => {
    expect(checksFor({ connections: ['gitlab'], actor: agents }, input())).toEqual([]);
  });
});

describe('condition keys', () => {
  const delegated = input({ actor: tokenActor('agents'), client: client('bot') });
  it.each<[string, string, DecisionInput]>([
    ['claims.repository', 'acme/web', input()],
    ['principal', 'acme/web@refs/heads/main', input()],
    ['connection', 'github', input()],
    ['client', 'bot', bot('bot')],
    ['client', 'bot', presentedBy('bot')],
    ['client', 'bot', delegated],
    ['actor.connection', 'agents', delegated],
    ['actor.client', 'bot', presentedBy('bot')],
    ['actor.claims.model', 'm1', delegated],
    ['request.sourceIp', '198.51.100.7', input()],
    ['request.time', '2026-11-21T09:00:00Z', input()],
    ['request.duration', '3600', input()],
  ])('%s is %s', (key, value, request) => {
    const deny = [rule({ when: when('StringEquals', key, value) })];
    const allow = [
      rule({ connections: github }),
      rule({ clients: ['bot'] }),
      rule({ connections: github, clients: ['bot'] }),
      rule({ connections: github, actor: { connections: ['agents'], clients: null, when: null } }),
    ];
    expect(typeof decided({ allow }, request)).toBe('number');
    expect(decided({ allow, deny }, request)).toBe('not_allowed');
  });

  it('has no client, actor or duration where there is none', () => {
    const request = input({ request: { sourceIp: '198.51.100.7', time: NOW, duration: null } });
    const absent = ['client', 'actor.connection', 'actor.client', 'actor.claims.model', 'request.duration'];
    const deny = absent.map((key) => rule({ when: when('Null', key, 'false') }));
    expect(decided({ deny }, request)).toBe(0);
    const connection = rule({ when: when('Null', 'connection', 'false') });
    expect(decided({ allow: [rule({ clients: ['bot'] })], deny: [connection] }, bot('bot'))).toBe(0);
  });

  it('an actor that is a client has no connection, which is another thing than one that cannot be compared', () => {
    const from = rule({ connections: github, clients: ['bot'], when: when('StringEquals', 'actor.connection', 'a') });
    expect(decided({ allow: [from] }, presentedBy('bot'))).toBe('not_allowed');
  });

  it('a client that came itself once is still `client` where nobody authenticated', () => {
    const allow = [rule({ clients: ['bot'], when: when('StringEquals', 'client', 'bot') })];
    expect(decided({ allow }, { ...bot('bot'), client: null })).toBe(0);
  });

  it('in the `when` of an actor, claims.* is the subject and actor.claims.* the actor', () => {
    const allow = [
      rule({
        connections: github,
        actor: {
          connections: ['agents'],
          clients: null,
          when: { StringEquals: { 'claims.repository': ['acme/web'], 'actor.claims.model': ['m1'] } },
        },
      }),
    ];
    expect(decided({ allow }, delegated)).toBe(0);
    const other = tokenActor('agents', { claims: claimsOf({ model: 'm2', repository: 'acme/web' }) });
    expect(decided({ allow }, input({ actor: other }))).toBe('not_allowed');
    expect(decided({ allow }, input({ actor: tokenActor('agents', { claims: claimsOf({ model: ['m1'] }) }) }))).toBe(
      'condition_error',
    );
  });

  it.each([
    [-1, 0],
    [0, 'not_allowed'],
    [1, 'not_allowed'],
  ])('denies from the second that a date names: %i s', (later, expected) => {
    const time = epochSeconds(NOW + later);
    const request = input({ request: { sourceIp: '198.51.100.7', time, duration: seconds(3600) } });
    const deny = [rule({ when: when('DateGreaterThanEquals', 'request.time', '2026-11-21T09:00:00Z') })];
    expect(decided({ deny }, request)).toBe(expected);
  });
});

describe('may_act (RFC 8693 section 4.4)', () => {
  const allow = [
    rule({ connections: github }),
    rule({ connections: github, actor: { connections: ['agents'], clients: null, when: null } }),
    rule({ connections: github, clients: ['bot'] }),
  ];
  const agent = tokenActor('agents', { claims: claimsOf({ model: 'm1', client_id: 'a7' }) });
  const issuer = 'https://agents.example.com';

  it.each<[string, unknown, 'nobody' | 'the agent' | 'the client', boolean]>([
    ['the agent by a sub of nobody knows which issuer', { sub: 'agent-7' }, 'the agent', false],
    ['the agent by a client_id of nobody knows which issuer', { client_id: 'a7' }, 'the agent', false],
    ['the agent by issuer and sub', { iss: issuer, sub: 'agent-7' }, 'the agent', true],
    ['the agent by issuer and client_id', { iss: issuer, client_id: 'a7' }, 'the agent', true],
    ['another sub', { sub: 'agent-8' }, 'the agent', false],
    ['the sub of another issuer', { iss: 'https://idp.example.com', sub: 'agent-7' }, 'the agent', false],
    ['an issuer only', { iss: issuer }, 'the agent', false],
    ['nobody at all', {}, 'the agent', false],
    ['text', 'agent-7', 'the agent', false],
    ['null', null, 'the agent', false],
    ['a list', [{ sub: 'agent-7' }], 'the agent', false],
    ['a sub that is no text', { sub: ['agent-7'] }, 'the agent', false],
    ['a claim that the agent has', { iss: issuer, sub: 'agent-7', model: 'm1' }, 'the agent', true],
    ['a claim that the agent lacks', { iss: issuer, sub: 'agent-7', email: 'a@example.com' }, 'the agent', false],
    ['a label', { iss: issuer, sub: 'agent-7', name: 'agent-7' }, 'the agent', false],
    ['somebody, and nobody acts', { sub: 'agent-7' }, 'nobody', false],
    ['the client by client_id', { client_id: 'bot' }, 'the client', true],
    ['the client by sub', { sub: 'bot' }, 'the client', true],
    ['another client', { client_id: 'other' }, 'the client', false],
    ['a client of some issuer', { iss: issuer, sub: 'bot' }, 'the client', false],
    ['client_id and sub that disagree', { client_id: 'bot', sub: 'other' }, 'the client', false],
  ])('names %s', (_name, mayAct, who, admitted) => {
    const actor = who === 'nobody' ? null : who === 'the agent' ? agent : clientActor('bot');
    const request = input({
      principal: principal({ mayAct: JSON.parse(JSON.stringify(mayAct)) }),
      actor,
      client: who === 'the client' ? client('bot') : null,
    });
    const decision = decide(loadScope(scope({ allow })), request);
    expect(decision.allowed ? 'allowed' : decision.reason).toBe(admitted ? 'allowed' : 'may_act_mismatch');
  });

  it.each([
    ['the connection of the token itself', 'github', 'https://other.example.com', true],
    ['another connection of the same issuer', 'agents', 'https://idp.example.com', true],
    ['another issuer', 'agents', 'https://agents.example.com', false],
    ['a connection without an issuer', 'agents', null, false],
  ])(
    'without `iss` names whom that names at the issuer of the token: an actor of %s',
    (_, connection, iss, admitted) => {
      const { proof } = tokenActor(connection);
      const actor = tokenActor(connection, { proof: { ...proof, issuer: iss } });
      const allowed = [rule({ connections: github, actor: { connections: [connection], clients: null, when: null } })];
      for (const mayAct of [{ sub: 'agent-7' }, { sub: 'agent-7', model: 'm1' }]) {
        const request = input({ principal: principal({ mayAct }), actor });
        const decision = decide(loadScope(scope({ allow: allowed })), request);
        expect(decision.allowed ? 'allowed' : decision.reason).toBe(admitted ? 'allowed' : 'may_act_mismatch');
      }
    },
  );

  it.each<[string, Record<string, string>, boolean]>([
    ['by the name that it has here', { sub: 'bot' }, true],
    ['not by its subject elsewhere', { sub: 'sa:bot' }, false],
    ['not by an issuer', { iss: 'https://agents.example.com', sub: 'bot' }, false],
  ])('names a client that came with a token of its own %s', (_, mayAct, admitted) => {
    const actor = { ...agent, via: 'client' as const, connection: null, client: 'bot', subject: 'sa:bot' };
    const request = input({ principal: principal({ mayAct }), actor, client: client('bot') });
    expect(decided({ allow }, request)).toBe(admitted ? 2 : 'may_act_mismatch');
  });

  it('names an actor with a broker token as its origin, or as the token', () => {
    const token = { subject: 'agents:agent-7', claims: claimsOf({ client_id: 'token' }) };
    const actor = { ...agent, lineage: lineage({ issuer, token }) };
    for (const sub of ['agent-7', 'agents:agent-7', 'agent-8']) {
      const named = principal({
        mayAct: { iss: issuer, sub },
      });
      expect(decided({ allow }, input({ principal: named, actor }))).toBe(sub === 'agent-8' ? 'may_act_mismatch' : 1);
    }
  });

  it('without `iss` names nobody of another connection where neither has an issuer', () => {
    const { proof } = tokenActor('agents');
    const actor = tokenActor('agents', { proof: { ...proof, issuer: null } });
    const nameless = principal({ mayAct: { sub: 'agent-7' }, proof: { ...proof, issuer: null } });
    const decision = decide(loadScope(scope({ allow })), input({ principal: nameless, actor }));
    expect(decision).toMatchObject({ allowed: false, reason: 'may_act_mismatch' });
  });

  it('is told only to those whom the scope allows', () => {
    expect(decided({ allow: [missing] }, input({ principal: principal({ mayAct: { sub: 'agent-7' } }) }))).toBe(
      'not_allowed',
    );
  });
});
