import { expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { conditionsHold } from '../../../lib/policy/iam/condition.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';

const statement = (more: JsonObject): JsonObject => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more });
const policyOf = (...statements: JsonValue[]): JsonObject => ({ Version: '2012-10-17', Statement: statements });

function read(policy: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(policy);
  if (!reading.ok) throw new TypeError(reading.problem);
  return reading.document;
}

const extent = (
  session: JsonObject,
  action: string,
  resource: string,
  context: Record<string, string | string[]> = {},
  role: JsonObject | null = null,
) => {
  const policies = { identity: role === null ? null : [read(role)], session: [read(session)] };
  return evaluateAccess(policies, readAccessRequest(action, resource, context)).extent;
};

const REPORTS = policyOf(
  statement({ Action: 's3:Get*', Resource: 'arn:aws:s3:::reports/*' }),
  statement({ Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::reports/secret/*' }),
);

test.each([
  ['s3:GetObject', 'arn:aws:s3:::reports/a', 'all'],
  ['S3:getobject', 'arn:aws:s3:::reports/a', 'all'],
  ['s3:GetObject', 'arn:aws:s3:::Reports/a', 'none'],
  ['s3:PutObject', 'arn:aws:s3:::reports/a', 'none'],
  ['s3:GetObject', 'arn:aws:s3:::reports/secret/a', 'none'],
  // Patterns: every one, none, or some.
  ['s3:Get*', 'arn:aws:s3:::reports/open/*', 'all'],
  ['s3:Get*', 'arn:aws:s3:::reports/*', 'some'],
  ['s3:*', 'arn:aws:s3:::reports/a', 'some'],
  ['s3:GetObject', '*', 'some'],
  ['*', 'arn:aws:s3:::reports/secret/*', 'none'],
  ['s3:Put*', '*', 'none'],
  ['s3:Get*', 'arn:aws:s3:::archive/*', 'none'],
  ['S3:get?bject', 'arn:aws:s3:::reports/a', 'all'],
  ['s3:g*', 'arn:aws:s3:::reports/a', 'some'],
  ['s3:*', 'arn:aws:s3:::archive/a', 'none'],
])('%s on %s: %s of it is allowed', (action, resource, expected) => {
  expect(extent(REPORTS, action, resource)).toBe(expected);
});

test('what the role does not allow, the session policy does not give', () => {
  const role = policyOf(statement({ Action: 's3:GetObjectTagging' }));
  expect(extent(REPORTS, 's3:GetObject', 'arn:aws:s3:::reports/a', {}, role)).toBe('none');
  expect(extent(REPORTS, 's3:GetObjectTagging', 'arn:aws:s3:::reports/a', {}, role)).toBe('all');
});

test('a refusal says which policy and statement, or that nothing allows it', () => {
  const policies = { identity: [read(policyOf(statement({})))], session: [read(REPORTS)] };
  const because = (resource: string) =>
    evaluateAccess(policies, readAccessRequest('s3:GetObject', resource, {})).because;
  expect(because('arn:aws:s3:::reports/secret/a')).toEqual({ effect: 'Deny', policy: 'session', statement: 1 });
  expect(because('arn:aws:s3:::archive/a')).toEqual({ effect: 'silent', policy: 'session' });
});

test('of several statements that refuse the first is told, and of several policies that do not allow the role', () => {
  const deny = statement({ Effect: 'Deny', Action: 's3:GetObject' });
  const because = (role: JsonObject, session: JsonObject, action: string) =>
    evaluateAccess({ identity: [read(role)], session: [read(session)] }, readAccessRequest(action, '*', {}));
  const all = policyOf(statement({}));
  const denying = policyOf(statement({}), deny, deny);
  const reading = policyOf(statement({ Action: 's3:Get*' }));
  const refused = { effect: 'Deny', policy: 'session', statement: 1 };
  expect(because(all, denying, 's3:GetObject')).toEqual({ extent: 'none', because: refused });
  expect(because(all, denying, 's3:Get*')).toEqual({ extent: 'some', because: refused });
  expect(because(reading, reading, 's3:*')).toEqual({
    extent: 'some',
    because: { effect: 'silent', policy: 'identity' },
  });
  expect(because(all, reading, 's3:*')).toEqual({ extent: 'some', because: { effect: 'silent', policy: 'session' } });
  expect(because(all, reading, 's3:GetObject')).toEqual({ extent: 'all', because: { effect: 'Allow' } });
  expect(because(all, policyOf(statement({}), statement({ Action: 's3:Get*' })), 's3:*').extent).toBe('all');
});

test.each<[string, JsonObject, string, string, string]>([
  ['NotAction', { NotAction: 's3:*', Resource: '*' }, 's3:GetObject', '*', 'none'],
  ['NotAction, of another service', { NotAction: 's3:*', Resource: '*' }, 'ecs:RunTask', '*', 'all'],
  ['NotAction, in part', { NotAction: ['s3:Get*', 'ecs:*'], Resource: '*' }, 's3:*', '*', 'some'],
  ['one of several actions, in part', { Action: ['s3:GetObject', 'ecs:*'], Resource: '*' }, 's3:Get*', '*', 'some'],
  ['every action, in two words', { Action: '*:*', Resource: '*' }, '*', '*', 'all'],
  [
    'a resource that nobody can tell from NotResource',
    { Action: '*', NotResource: 'arn:aws:s3:::b/${aws:username}' },
    's3:GetObject',
    'arn:aws:s3:::b/a',
    'none',
  ],
  [
    'a resource that NotResource cannot mean',
    { Action: '*', NotResource: 'arn:aws:s3:::b/${aws:username}' },
    'sqs:SendMessage',
    'arn:aws:sqs:eu-west-1:111122223333:q',
    'all',
  ],
  [
    'a resource that has no value',
    { Action: '*', Resource: 'arn:aws:s3:::${aws:username}' },
    's3:GetObject',
    'arn:aws:s3:::a',
    'none',
  ],
  [
    'a resource beside one that has no value',
    { Action: '*', Resource: ['arn:aws:s3:::${aws:username}', 'arn:aws:s3:::a'] },
    's3:GetObject',
    'arn:aws:s3:::a',
    'all',
  ],
])('a statement that names %s', (_name, named, action, resource, expected) => {
  expect(extent(policyOf({ Effect: 'Allow', ...named }), action, resource)).toBe(expected);
});

test.each<[string, JsonObject, Record<string, string | string[]>, string]>([
  ['every key of an operator counts', { StringEquals: { 'aws:x': 'a', 'aws:y': 'b' } }, { 'aws:x': 'a' }, 'none'],
  ['either presence is one of two', { Null: { 'aws:x': ['true', 'false'] } }, { 'aws:x': 'a' }, 'all'],
  ['an absent list holds for all its values', { 'ForAllValues:StringEquals': { 'aws:x': 'a' } }, {}, 'all'],
  ['an absent list holds for none of them', { 'ForAnyValue:StringNotEquals': { 'aws:x': 'a' } }, {}, 'none'],
  ['IfExists holds for an absent key', { StringEqualsIfExists: { 'aws:x': 'a' } }, {}, 'all'],
  ['another value satisfies a negated one', { StringNotEquals: { 'aws:x': ['a', 'b'] } }, { 'aws:x': 'c' }, 'all'],
  ['one of its values does not', { StringNotEquals: { 'aws:x': ['a', 'b'] } }, { 'aws:x': 'b' }, 'none'],
  ['one of several values suffices', { StringEquals: { 'aws:x': ['a', 'b'] } }, { 'aws:x': 'b' }, 'all'],
  [
    'beside a variable without a value the others count',
    { StringEquals: { 'aws:x': ['${aws:y}', 'b'] } },
    { 'aws:x': 'b' },
    'all',
  ],
  [
    'beside a value of another type the others count',
    { NumericEquals: { 'aws:x': ['${aws:y}', '1'] } },
    { 'aws:x': '1', 'aws:y': 'b' },
    'all',
  ],
  [
    'of which none need be the one',
    { NumericEquals: { 'aws:x': ['${aws:y}', '1'] } },
    { 'aws:x': '2', 'aws:y': 'b' },
    'none',
  ],
  [
    'what is no number is not among numbers',
    { 'ForAllValues:NumericLessThan': { 'aws:x': '5' } },
    { 'aws:x': ['1', 'x'] },
    'none',
  ],
  ['nor unlike them', { NumericNotEquals: { 'aws:x': '5' } }, { 'aws:x': 'x' }, 'none'],
  ['an ARN like the pattern', { ArnLike: { 'aws:x': 'arn:aws:s3:::b*' } }, { 'aws:x': 'arn:aws:s3:::bc' }, 'all'],
  [
    'no ARN that a negated one names',
    { ArnNotLike: { 'aws:x': 'arn:aws:s3:::b*' } },
    { 'aws:x': 'arn:aws:s3:::bc' },
    'none',
  ],
  ['every other ARN', { ArnNotEquals: { 'aws:x': 'arn:aws:s3:::b*' } }, { 'aws:x': 'arn:aws:s3:::c' }, 'all'],
  ['an ARN unlike it', { ArnEquals: { 'aws:x': 'arn:aws:s3:::b*' } }, { 'aws:x': 'arn:aws:s3:::c' }, 'none'],
  ['Null counts an empty list as absent', { Null: { 'aws:TagKeys': 'true' } }, { 'aws:TagKeys': [] }, 'all'],
  ['an absent key fails a plain operator', { StringEquals: { 'aws:x': 'a' } }, {}, 'none'],
  ['an absent key satisfies a negated one', { StringNotEquals: { 'aws:x': 'a' } }, {}, 'all'],
  ['a list fails a plain operator', { StringNotEquals: { 'aws:x': 'a' } }, { 'aws:x': ['b'] }, 'none'],
  ['numbers and booleans stand for their texts', { Bool: { 'aws:x': true } }, { 'aws:x': 'TRUE' }, 'all'],
  ['base64 is compared as it is', { BinaryEquals: { 'aws:x': 'QQ==' } }, { 'aws:x': 'QQ==' }, 'all'],
  [
    'a wildcard of a value is a character',
    { StringLike: { 'aws:x': '${aws:y}' } },
    { 'aws:x': 'ab', 'aws:y': 'a*' },
    'none',
  ],
  ['a default stands for a missing value', { StringLike: { 'aws:x': "${aws:y, 'b'}" } }, { 'aws:x': 'b' }, 'all'],
  ['a variable without a value holds nothing', { StringNotLike: { 'aws:x': '${aws:y}' } }, { 'aws:x': 'b' }, 'none'],
  [
    'a value of another type holds nothing',
    { NumericNotEquals: { 'aws:x': '${aws:y}' } },
    { 'aws:x': '1', 'aws:y': 'b' },
    'none',
  ],
  ['keys have no case', { StringEquals: { 'AWS:PrincipalTag/Team': 'a' } }, { 'aws:principaltag/team': 'a' }, 'all'],
])('conditions: %s', (_name, condition, context, expected) => {
  expect(extent(policyOf(statement({ Condition: condition })), 's3:GetObject', '*', context)).toBe(expected);
});

test('an operator that is none holds for nothing', () => {
  expect(conditionsHold({ StringIs: { 'aws:x': ['a'] } }, new Map([['aws:x', 'a']]))).toBe(false);
});

test.each<[string, JsonObject, string]>([
  ['no statement', { Version: '2012-10-17' }, 'a policy has a Statement'],
  ['a principal', policyOf(statement({ Principal: '*' })), 'Principal is no element'],
  ['an element in another case', policyOf(statement({ action: 's3:*' })), 'action is no element'],
  [
    'both Action and NotAction',
    policyOf(statement({ NotAction: 's3:*', Resource: '*' })),
    'exactly one of Action and NotAction',
  ],
  ['no Resource', policyOf({ Effect: 'Allow', Action: 's3:*' }), 'exactly one of Resource and NotResource'],
  ['another effect', policyOf(statement({ Effect: 'allow' })), 'Effect must be Allow or Deny'],
  ['a service with a wildcard', policyOf(statement({ Action: 's*:Get' })), 'an action is written service:Name'],
  ['a resource that is no ARN', policyOf(statement({ Resource: 'reports/*' })), 'is neither * nor an ARN'],
  ['a variable without its end', policyOf(statement({ Resource: 'arn:aws:s3:::${aws:x' })), 'without `}`'],
  ['an unknown operator', policyOf(statement({ Condition: { StringIs: { a: 'b' } } })), 'is no condition operator'],
  ['a number that is none', policyOf(statement({ Condition: { NumericEquals: { a: 'b' } } })), 'takes a number'],
  ['a condition without a value', policyOf(statement({ Condition: { Bool: { a: [] } } })), 'has no value'],
  ['a variable before variables', { Version: '2008-10-17', Statement: statement({ Resource: '${a}' }) }, '2012-10-17'],
])('refuses to read a policy with %s', (_name, policy, problem) => {
  const reading = readPolicyDocument(policy);
  expect(reading.ok ? null : reading.problem).toContain(problem);
});

test.each([
  ['s3', '*'],
  ['s3:Get Object', '*'],
  ['s*:GetObject', '*'],
  ['s3:GetObject', 'reports'],
  ['s3:GetObject', 'arn:aws:s3:::${aws:username}'],
])('refuses to be asked about %s on %s', (action, resource) => {
  expect(() => readAccessRequest(action, resource, {})).toThrow();
});
