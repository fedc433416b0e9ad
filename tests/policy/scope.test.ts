import { describe, expect, it, test } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { plainFacts } from '../../lib/configuration/downstream-presets/preset.ts';
import type { JsonObject } from '../../lib/json.ts';
import { Fault } from '../../lib/outcome.ts';
import type { Grant } from '../../lib/policy/grants/kinds.ts';
import { compileScope, loadScope } from '../../lib/policy/scope.ts';
import { seconds } from '../../lib/time.ts';
import { rule, scope } from './people.ts';

const session = (more: Partial<Extract<Grant, { type: 'aws-session' }>> = {}): Grant => ({
  type: 'aws-session',
  roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
  externalId: null,
  duration: seconds(3600),
  maxDuration: seconds(3600),
  policy: null,
  policyArns: [],
  tags: {},
  sourceIdentity: 'required',
  ...more,
});
const downstream = (more: Partial<Extract<Grant, { provider: 'client-credentials' }>>): Grant => ({
  type: 'oauth-token',
  provider: 'client-credentials',
  preset: null,
  tokenEndpoint: 'https://login.example.com/oauth2/token',
  tokenResponse: plainFacts.tokenResponse,
  scope: null,
  audience: null,
  resource: null,
  allowPrivateAddress: false,
  client: {
    clientId: '0oa',
    authentication: 'client_secret_basic',
    secret: 'token-broker/downstream/example',
    assertionAudience: null,
    keyId: null,
    keyHeader: 'kid',
    algorithm: null,
  },
  ...more,
});
const token = (claims: JsonObject): Grant => ({
  type: 'broker-token',
  audience: 'https://api.acme.internal',
  duration: seconds(600),
  claims,
});

const errors = (more: Partial<Scope>) => {
  const compilation = compileScope(scope(more));
  return compilation.ok
    ? []
    : compilation.problems.filter(({ severity }) => severity === 'error').map(({ path }) => path.join('/'));
};
const warnings = (more: Partial<Scope>) => {
  const compilation = compileScope(scope(more));
  return compilation.ok ? compilation.warnings.map(({ path }) => path.join('/')) : null;
};

const trap = { StringNotEquals: { 'claims.x': ['a'] } };

describe('rules', () => {
  it.each<[string, Partial<Rule>, string[]]>([
    ['names nobody', {}, ['allow/0']],
    ['names nobody but has conditions', { when: { StringEquals: { 'claims.x': ['a'] } } }, ['allow/0']],
    ['names an actor only', { actor: { connections: ['a'], clients: null, when: null } }, ['allow/0']],
    ['has an empty list', { connections: [] }, ['allow/0/connection']],
    [
      'has an actor that is anybody',
      { connections: ['a'], actor: { connections: null, clients: null, when: null } },
      ['allow/0/actor'],
    ],
    ['holds for a missing key', { connections: ['a'], when: trap }, ['allow/0/when/StringNotEquals/claims.x']],
    [
      'has an actor condition that holds for a missing key',
      { connections: ['a'], actor: { connections: ['b'], clients: null, when: trap } },
      ['allow/0/actor/when/StringNotEquals/claims.x'],
    ],
  ])('in allow do not load where one %s', (_name, more, expected) => {
    expect(errors({ allow: [rule(more)] })).toEqual(expected);
  });

  it('in deny may name nobody and hold for a missing key', () => {
    expect(
      errors({ deny: [rule({ when: trap }), rule({ actor: { connections: null, clients: null, when: trap } })] }),
    ).toEqual([]);
  });

  it('warns of actor.* where the rule matches only without an actor', () => {
    const when = { StringEquals: { 'actor.claims.x': ['a'] } };
    expect(warnings({ allow: [rule({ connections: ['a'], when })] })).toEqual(['allow/0/when']);
    const among = { StringEquals: { 'claims.x': ['a'], 'actor.claims.x': ['a'] } };
    expect(warnings({ allow: [rule({ connections: ['a'], when: among })] })).toEqual(['allow/0/when']);
    expect(warnings({ allow: [rule({ connections: ['a'] })] })).toEqual([]);
    expect(warnings({ allow: [rule({ connections: ['a'], clients: ['b'], when })] })).toEqual([]);
    const actor = { connections: ['b'], clients: null, when: null };
    expect(warnings({ allow: [rule({ connections: ['a'], when, actor })], deny: [rule({ when })] })).toEqual([]);
  });

  it('tells all problems at once', () => {
    expect(
      errors({
        allow: [rule({ connections: ['a'], when: trap })],
        deny: [rule({ when: { Nope: { x: ['a'] } } })],
        grant: session({ tags: { a: '${nope}', b: 'x;' } }),
      }),
    ).toEqual([
      'allow/0/when/StringNotEquals/claims.x',
      'deny/0/when/Nope/x',
      'deny/0/when/Nope',
      'grant/tags/a',
      'grant/tags/b',
    ]);
  });
});

describe('templates', () => {
  it.each<[string, Grant, string]>([
    ['a role', session({ roleArn: 'arn:aws:iam::111122223333:role/${claims.x}' }), 'roleArn'],
    ['a role with an IAM variable', session({ roleArn: 'arn:aws:iam::111122223333:role/${aws:username}' }), 'roleArn'],
    ['a member of a claim', token({ a: { b: '${nope}' } }), 'claims/a/b'],
    ['a place in a list of a claim', token({ a: ['x', { b: '${nope}' }] }), 'claims/a/1/b'],
    ['an external id', session({ externalId: '${claims.x}' }), 'externalId'],
    ['a policy ARN', session({ policyArns: ['a', 'arn:aws:iam::aws:policy/${claims.x}'] }), 'policyArns/1'],
    ['the name of a tag', session({ tags: { '${claims.x}': 'a' } }), 'tags/${claims.x}'],
    ['an endpoint', downstream({ tokenEndpoint: 'https://${claims.x}/token' }), 'tokenEndpoint'],
    ['a resource', downstream({ resource: '${claims.x}' }), 'resource'],
    ['the audience of a broker token', { ...token({}), audience: '${claims.x}' } as Grant, 'audience'],
    ['the name of a claim', token({ '${claims.x}': 'a' }), 'claims/${claims.x}'],
    ['the name of a member', token({ a: { '${claims.x}': 'a' } }), 'claims/a/${claims.x}'],
    ['an IAM variable in a tag', session({ tags: { a: '${aws:username}' } }), 'tags/a'],
    ['an IAM escape in a tag', session({ tags: { a: '${*}' } }), 'tags/a'],
    ['a path in a tag', session({ tags: { a: '${path:claims.x}' } }), 'tags/a'],
    ['an unknown key', session({ tags: { a: '${sub}' } }), 'tags/a'],
    ['an empty name', session({ tags: { a: '${}' } }), 'tags/a'],
    ['a template within a template', token({ a: '${claims.${claims.x}}' }), 'claims/a'],
    ['a template without its end', token({ a: '${claims.x' }), 'claims/a'],
    ['a template before a star', token({ a: '${claims.x}*' }), 'claims/a'],
    ['characters that a tag does not take', session({ tags: { a: 'a;${claims.x}' } }), 'tags/a'],
    ['too much text for a tag', session({ tags: { a: `${'a'.repeat(256)}\${claims.x}` } }), 'tags/a'],
    ['characters that a scope does not take', downstream({ scope: 'a"${claims.x}' }), 'scope'],
    ['a blank in an audience', downstream({ audience: 'a ${claims.x}' }), 'audience'],
  ])('do not load: %s', (_name, grant, path) => {
    const found = new Set(errors({ grant }));
    expect([...found]).toEqual([`grant/${path}`]);
  });

  it('load in every place that takes them', () => {
    expect(errors({ grant: session({ tags: { a: '${claims.a}/${principal}', b: '${request.time}' } }) })).toEqual([]);
    expect(
      errors({
        grant: downstream({ scope: 'x:${claims.a} ${claims.b}', audience: 'https://${claims.t}.example.com' }),
      }),
    ).toEqual([]);
    expect(errors({ grant: token({ a: '${claims.a}', b: { c: ['x-${actor.claims.y}', 1, null] } }) })).toEqual([]);
  });
});

test('knows which claims rules and templates name', () => {
  const compiled = loadScope(
    scope({
      allow: [rule({ connections: ['a'], when: { StringEquals: { 'claims.a.b': ['1'], principal: ['x'] } } })],
      deny: [rule({ when: { Null: { 'claims.gone': ['true'], 'actor.claims.model': ['true'] } } })],
      grant: session({
        tags: { t: '${claims.tag}-${claims.a.b}' },
        policy: {
          Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${path:claims.dir}/x' }],
        },
      }),
    }),
  );
  expect(compiled.claims).toEqual({ subject: ['a.b', 'gone', 'dir', 'tag'], actor: ['model'] });
});

test('knows which claims its parameters and its way around an approval name', () => {
  const needs = (claim: string) => rule({ connections: ['a'], when: { StringEquals: { [`claims.${claim}`]: ['x'] } } });
  const rules = { from: [needs('lead')], breakGlass: [needs('oncall')] };
  const times = { within: seconds(60), uses: 1, for: seconds(60) };
  const compiled = loadScope(
    scope({
      parameters: { team: { from: 'claims.team' }, bucket: { values: ['b'] } },
      requires: { intent: false, approval: { ...rules, ...times } },
    }),
  );
  expect(compiled.claims).toEqual({ subject: ['oncall', 'team'], actor: [] });
  expect(compiled.approval?.from.map((each) => each.rule)).toEqual(rules.from);
  expect(compiled.approval?.breakGlass.map((each) => each.rule)).toEqual(rules.breakGlass);
  expect(Object.isFrozen(compiled.approval)).toBe(true);
  expect(loadScope(scope())).not.toHaveProperty('approval');
});

test('tells which rule of an approval does not load', () => {
  const times = { within: seconds(60), uses: 1, for: seconds(60) };
  const approval = { from: [rule({ connections: ['a'] }), rule()], breakGlass: [rule()], ...times };
  expect(errors({ requires: { intent: false, approval } })).toEqual([
    'requires/approval/from/1',
    'requires/approval/breakGlass/0',
  ]);
});

test('a template that names no parameter of the scope does not load', () => {
  const grant = token({ bucket: '${param.bucket}' });
  expect(errors({ grant })).toEqual(['parameters']);
  expect(errors({ grant, parameters: { bucket: { values: ['b'] } } })).toEqual([]);
});

test('a compiled scope cannot be changed', () => {
  const compiled = loadScope(scope());
  expect(Object.isFrozen(compiled) && Object.isFrozen(compiled.allow) && Object.isFrozen(compiled.grant)).toBe(true);
});

test('a stored scope that does not load is a fault of the configuration, without its text', () => {
  const broken = scope({ allow: [rule({ connections: ['a'], when: { Nope: { 'claims.x': ['s3cret'] } } })] });
  expect(() => loadScope(broken)).toThrow(Fault);
  expect(() => loadScope(broken)).toThrow('scope deploy-web does not load');
});
