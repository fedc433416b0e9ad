import { describe, expect, it } from '@jest/globals';
import type { AwsIamConnection } from '../../lib/configuration/documents/connections.ts';
import type { JsonValue } from '../../lib/json.ts';
import { Fault } from '../../lib/outcome.ts';
import { compileConnection, evaluateRequire, loadConnection, renderPrincipal } from '../../lib/policy/connection.ts';
import { seconds } from '../../lib/time.ts';
import { claimsOf } from './people.ts';

const connection = (more: Partial<AwsIamConnection> = {}): AwsIamConnection => ({
  type: 'aws-iam',
  connection: 'ecs-tasks',
  accounts: ['111122223333'],
  serverId: 'broker.example.com',
  ecsRoles: [],
  require: [{ StringEquals: { 'claims.account': ['111122223333'] } }, { StringLike: { 'claims.roleName': ['web-*'] } }],
  principal: '${claims.roleName}/${claims.sessionName}',
  record: [],
  reuse: 'allow',
  clockTolerance: seconds(60),
  ...more,
});

const errors = (more: Partial<AwsIamConnection>) => {
  const compilation = compileConnection(connection(more));
  return compilation.ok ? [] : compilation.problems.map(({ path }) => path.join('/'));
};

describe('loading', () => {
  it.each<[string, Partial<AwsIamConnection>, string]>([
    [
      'a key that is no claim',
      { require: [{ StringEquals: { 'request.sourceIp': ['a'] } }] },
      'require/0/StringEquals/request.sourceIp',
    ],
    [
      'a requirement that a missing claim meets',
      { require: [{ StringNotEquals: { 'claims.a': ['a'] } }] },
      'require/0/StringNotEquals/claims.a',
    ],
    ['an empty requirement', { require: [{ StringEquals: { 'claims.a': ['a'] } }, {}] }, 'require/1'],
    ['an empty label', { principal: '' }, 'principal'],
    ['a label of itself', { principal: '${principal}' }, 'principal'],
    ['a label of the actor', { principal: '${actor.claims.sub}' }, 'principal'],
    ['a label of the request', { principal: '${request.time}' }, 'principal'],
    ['an unknown name', { principal: '${sub}' }, 'principal'],
    ['a path', { principal: '${path:claims.sub}' }, 'principal'],
    ['a control character', { principal: 'a\u0007${claims.sub}' }, 'principal'],
    ['a star behind a template', { principal: '${claims.sub}*' }, 'principal'],
  ])('refuses %s', (_name, more, path) => {
    expect(errors(more)).toEqual([path]);
  });

  it('is a fault where a stored connection does not load', () => {
    expect(() => loadConnection(connection({ principal: '${sub}' }))).toThrow(Fault);
  });
});

describe('require', () => {
  it.each<[string, Record<string, JsonValue>, boolean | string]>([
    ['all documents are met', { account: '111122223333', roleName: 'web-task' }, true],
    ['the first is not', { account: '444455556666', roleName: 'web-task' }, false],
    ['the second is not', { account: '111122223333', roleName: 'db-task' }, false],
    ['a claim is missing', { account: '111122223333' }, false],
    ['a claim is a list', { account: ['111122223333'], roleName: 'web-task' }, 'condition_error'],
  ])('where %s', (_name, claims, expected) => {
    const evaluation = evaluateRequire(loadConnection(connection()), claimsOf(claims));
    expect('error' in evaluation ? evaluation.error : evaluation.held).toBe(expected);
  });
});

it('of two requirements that cannot be told the first is the reason', () => {
  const needs = (claim: string) => ({ StringEquals: { [`claims.${claim}`]: ['x'] } });
  const withheld = claimsOf({}, { a: 'claim_withheld', b: 'groups_overage' });
  const evaluation = evaluateRequire(loadConnection(connection({ require: [needs('a'), needs('b')] })), withheld);
  expect(evaluation).toMatchObject({ error: 'claim_withheld' });
});

it('a label may name the connection', () => {
  const outcome = renderPrincipal(
    loadConnection(connection({ principal: '${connection}:${claims.roleName}' })),
    claimsOf({ roleName: 'web', connection: 'other' }),
  );
  expect(outcome).toEqual({ ok: true, value: 'ecs-tasks:web' });
});

describe('the label', () => {
  const label = (sessionName: JsonValue) => {
    const outcome = renderPrincipal(loadConnection(connection()), claimsOf({ roleName: 'web', sessionName }));
    return outcome.ok ? outcome.value : outcome.refusal.reason;
  };

  it.each([['i-1'], ['Zoë 山田 <a@b.c>'], ['*?${x}'], ['a'.repeat(1020)]])('takes %j', (name) => {
    expect(label(name)).toBe(`web/${name}`);
  });

  it.each<[JsonValue]>([
    [''],
    [null],
    [['i-1']],
    ['a\nb'],
    ['a\u0000'],
    ['a\u0085'],
    ['a\u2028b'],
    ['a\u202eb'],
    ['\ud800'],
    ['a'.repeat(1021)],
  ])('refuses %j', (name) => {
    expect(label(name)).toBe('principal_invalid');
  });

  it('cannot be a value that the proof withholds', () => {
    const withheld = connection({ principal: '${claims.groups}' });
    const outcome = renderPrincipal(loadConnection(withheld), claimsOf({}, { groups: 'groups_overage' }));
    expect(outcome.ok || outcome.refusal.reason).toBe('principal_invalid');
  });
});
