import { expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { intersectPolicies } from '../../../lib/policy/iam/intersect.ts';
import { narrowPolicy } from '../../../lib/policy/iam/narrow.ts';

const statement = (more: JsonObject): JsonObject => ({
  Effect: 'Allow',
  ...('NotAction' in more ? {} : { Action: 's3:*' }),
  ...('NotResource' in more ? {} : { Resource: '*' }),
  ...more,
});
const policyOf = (...statements: JsonValue[]): JsonObject => ({ Version: '2012-10-17', Statement: statements });

function read(policy: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(policy);
  if (!reading.ok) throw new TypeError(reading.problem);
  return reading.document;
}

const both = (a: JsonObject, b: JsonObject) =>
  intersectPolicies(read(policyOf(statement(a))), read(policyOf(statement(b))));
const NOTHING = policyOf({ Effect: 'Deny', Action: '*', Resource: '*' });

test.each<[string, JsonObject, JsonObject, JsonObject]>([
  ['the narrower of two', { Action: 's3:*' }, { Action: 's3:GetObject' }, { Action: 's3:GetObject' }],
  ['what two wildcards share', { Action: 's3:Get*' }, { Action: 's3:*Acl' }, { Action: 's3:Get*Acl' }],
  ['overlaps in both ways', { Action: 's3:a*a' }, { Action: 's3:*a' }, { Action: 's3:a*a' }],
  ['any one character', { Action: 's3:?b' }, { Action: 's3:a?' }, { Action: 's3:ab' }],
  ['letters of either case', { Action: 'S3:GETOBJECT' }, { Action: 's3:GetObject' }, { Action: 'S3:GETOBJECT' }],
  [
    'part by part of an ARN',
    { Resource: 'arn:aws:sqs:eu-*:111122223333:*' },
    { Resource: 'arn:aws:sqs:*-west-1:*:jobs' },
    { Resource: ['arn:aws:sqs:eu-west-1:111122223333:jobs', 'arn:aws:sqs:eu-*-west-1:111122223333:jobs'] },
  ],
  ['all but either', { NotAction: 's3:Get*' }, { NotAction: 's3:Put*' }, { NotAction: ['s3:Get*', 's3:Put*'] }],
  ['what is not taken out', { Action: ['s3:Get*', 'ecs:*'] }, { NotAction: 's3:*' }, { Action: 'ecs:*' }],
  [
    'what is not taken out, whichever names it',
    { NotAction: 's3:*' },
    { Action: ['s3:Get*', 'ecs:*'] },
    { Action: 'ecs:*' },
  ],
  [
    'what a variable elsewhere cannot take out',
    { Resource: 'arn:aws:s3:::a' },
    { NotResource: 'arn:aws:sqs:::${aws:username}' },
    { Resource: 'arn:aws:s3:::a' },
  ],
  [
    'all of the other, where one names everything',
    { Resource: '*' },
    { Resource: 'arn:aws:s3:::a' },
    { Resource: 'arn:aws:s3:::a' },
  ],
  [
    'all of the first, where the other names everything',
    { Resource: 'arn:aws:s3:::a' },
    { Resource: '*' },
    { Resource: 'arn:aws:s3:::a' },
  ],
  [
    'nothing beside what covers it',
    { Resource: ['arn:aws:s3:::a/b', 'arn:aws:s3:::a/*', 'arn:aws:s3:::a/c'] },
    { Resource: '*' },
    { Resource: 'arn:aws:s3:::a/*' },
  ],
  ['nothing beside everything', { Resource: ['arn:aws:s3:::a', '*'] }, { Resource: '*' }, { Resource: '*' }],
  ['of two that are one the first', { Action: ['s3:GetA', 's3:geta'] }, { Action: 's3:*' }, { Action: 's3:GetA' }],
  [
    'resources apart by their letters',
    { Resource: ['arn:aws:s3:::A*', 'arn:aws:s3:::ab'] },
    { Resource: '*' },
    { Resource: ['arn:aws:s3:::A*', 'arn:aws:s3:::ab'] },
  ],
  [
    'a variable by its name',
    { Resource: 'arn:aws:s3:::b/${aws:username}/*' },
    { Resource: 'arn:aws:s3:::b/*' },
    { Resource: 'arn:aws:s3:::b/${aws:username}/*' },
  ],
])('names %s', (_name, a, b, expected) => {
  expect(both(a, b)).toEqual(policyOf(statement(expected)));
});

const conditions = (a: JsonObject, b: JsonObject) => {
  const { Statement } = both({ Condition: a }, { Condition: b });
  const [first] = Array.isArray(Statement) ? Statement : [];
  return Object(first).Effect === 'Deny' ? null : Object(first).Condition;
};

test.each<[string, JsonObject, JsonObject, JsonObject | null]>([
  [
    'those of both',
    { Bool: { a: 'true' } },
    { StringLike: { b: 'x' } },
    { Bool: { a: 'true' }, StringLike: { b: 'x' } },
  ],
  [
    'shared values',
    { StringEquals: { k: ['a', 'b'] } },
    { StringEquals: { K: ['b', 'c'] } },
    { StringEquals: { k: 'b' } },
  ],
  ['no shared value', { StringEquals: { k: 'a' } }, { StringEquals: { k: 'b' } }, null],
  [
    'none, or absent',
    { StringEqualsIfExists: { k: 'a' } },
    { StringEqualsIfExists: { k: 'b' } },
    { Null: { k: 'true' } },
  ],
  [
    'none, or no values',
    { 'ForAllValues:StringEquals': { k: 'a' } },
    { 'ForAllValues:StringEquals': { k: 'b' } },
    { Null: { k: 'true' } },
  ],
  [
    'values in any case',
    { StringEqualsIgnoreCase: { k: 'A' } },
    { StringEqualsIgnoreCase: { k: ['a', 'b'] } },
    { StringEqualsIgnoreCase: { k: 'A' } },
  ],
  [
    'numbers by their value',
    { NumericEquals: { k: '1.0' } },
    { NumericEquals: { k: ['1', '2'] } },
    { NumericEquals: { k: '1.0' } },
  ],
  ['patterns', { StringLike: { k: 'a*' } }, { StringLike: { k: '*z' } }, { StringLike: { k: ['a*z'] } }],
  [
    'ranges',
    { IpAddress: { k: ['10.0.0.0/8', '192.0.2.0/24'] } },
    { IpAddress: { k: '10.1.0.0/16' } },
    { IpAddress: { k: '10.1.0.0/16' } },
  ],
  ['ranges apart', { IpAddress: { k: '10.0.0.0/8' } }, { IpAddress: { k: '11.0.0.0/8' } }, null],
  [
    'what either excludes',
    { StringNotEquals: { k: 'a' } },
    { StringNotEquals: { k: 'b' } },
    { StringNotEquals: { k: ['a', 'b'] } },
  ],
  [
    'the earlier end',
    { DateLessThan: { k: '2026-01-01' } },
    { DateLessThan: { k: '2027-01-01' } },
    { DateLessThan: { k: '2026-01-01' } },
  ],
  [
    'the higher floor',
    { NumericGreaterThanEquals: { k: 5 } },
    { NumericGreaterThanEquals: { k: ['9', '7'] } },
    { NumericGreaterThanEquals: { k: '7' } },
  ],
  ['there and absent', { Null: { k: 'true' } }, { Null: { k: 'false' } }, null],
  [
    'a list that holds the other',
    { 'ForAnyValue:StringEquals': { k: ['a', 'b'] } },
    { 'ForAnyValue:StringEquals': { k: 'a' } },
    { 'ForAnyValue:StringEquals': { k: 'a' } },
  ],
  [
    'the same twice, not the longer list',
    { StringEquals: { k: ['x', 'x', 'x'] } },
    { StringEquals: { k: ['x', 'y'] } },
    { StringEquals: { k: 'x' } },
  ],
])('joins conditions: %s', (_name, a, b, expected) => {
  const joined = conditions(a, b);
  const written = JSON.parse(JSON.stringify(expected).replaceAll('["a*z"]', '"a*z"'));
  expect(joined).toEqual(written);
});

test('every Deny of either stands, once', () => {
  const deny = { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' };
  const other = { ...deny, Action: 's3:Put*' };
  const met = intersectPolicies(read(policyOf(statement({}), deny)), read(policyOf(statement({}), deny, other)));
  expect(met).toEqual(policyOf(statement({}), deny, other));
});

test('a Deny of the first alone stands, and one of the second alone', () => {
  const deny = { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' };
  const [denying, without] = [read(policyOf(statement({}), deny)), read(policyOf(statement({})))];
  expect(intersectPolicies(denying, without)).toEqual(policyOf(statement({}), deny));
  expect(intersectPolicies(without, denying)).toEqual(policyOf(statement({}), deny));
});

test('where nothing is left, everything is denied', () => {
  expect(both({ Action: 's3:*' }, { Action: 'ecs:*' })).toEqual(NOTHING);
  expect(both({ Resource: 'arn:aws:s3:::a' }, { Resource: 'arn:aws:s3:::b' })).toEqual(NOTHING);
  const unclear = [{ Resource: 'arn:aws:s3:::${aws:x}' }, { Resource: 'arn:aws:s3:::a*' }] as const;
  expect(both({ Action: 's3:*', ...unclear[0] }, { Action: 'ecs:*', ...unclear[1] })).toEqual(NOTHING);
});

const reasonOf = (a: JsonObject, b: JsonObject) => {
  const outcome = narrowPolicy(policyOf(statement(a)), policyOf(statement(b)));
  return outcome.ok ? 'narrowed' : outcome.refusal.reason;
};

test.each<[string, JsonObject, JsonObject]>([
  ['a part that is taken out of an action', { Action: 's3:*' }, { NotAction: 's3:GetObject' }],
  ['a part that is taken out of a resource', { Resource: '*' }, { NotResource: 'arn:aws:s3:::a/*' }],
  ['a part that is taken out, in other letters', { Action: 's3:GET*' }, { NotAction: 's3:get?bject' }],
  ['a part that one of several takes out', { Action: 's3:*' }, { NotAction: ['ecs:*', 's3:GetObject'] }],
  ['a part that the first policy takes out', { NotAction: 's3:GetObject' }, { Action: 's3:*' }],
  [
    'a variable that may take it out',
    { Resource: 'arn:aws:s3:::a/b' },
    { NotResource: 'arn:aws:s3:::a/${aws:username}' },
  ],
  ['a variable against a text', { Resource: 'arn:aws:s3:::${aws:username}' }, { Resource: 'arn:aws:s3:::a*' }],
  [
    'values of a list that may be two',
    { Condition: { 'ForAnyValue:StringEquals': { k: 'a' } } },
    { Condition: { 'ForAnyValue:StringEquals': { k: 'b' } } },
  ],
  [
    'a bound that is a variable',
    { Condition: { NumericLessThan: { k: '${aws:x}' } } },
    { Condition: { NumericLessThan: { k: '5' } } },
  ],
  ['patterns without end', { Action: `s3:${'*a'.repeat(40)}*` }, { Action: `s3:${'*b'.repeat(40)}*` }],
])('refuses %s', (_name, a, b) => {
  expect(reasonOf(a, b)).toBe('policy_not_narrower');
});

test('what cannot be said is told to who reads the log', () => {
  expect(() => both({ Action: 's3:*' }, { NotAction: 's3:GetObject' })).toThrow(
    'one policy takes out a part of what the other names',
  );
});

test('looks at 500,000 characters at most, of patterns and what may take them out', () => {
  const met = (named: number, taken: number) =>
    both({ Action: `a:${'a'.repeat(named - 2)}` }, { NotAction: `b:${'b'.repeat(taken - 2)}` });
  // Once the product, once the pattern itself, once `*` of the resources.
  expect(3937 * 126 + 3937 + 1).toBe(500_000);
  expect(met(3937, 126)).toEqual(policyOf(statement({ Action: `a:${'a'.repeat(3935)}` })));
  expect(800 * 624 + 800 + 1).toBe(500_001);
  expect(() => met(800, 624)).toThrow('the policies are too intricate to be compared');
});

test('looks at 500,000 characters at most, of patterns that may cover one another', () => {
  // Without its colons each is 2,551 characters.
  const Resource = Array.from({ length: 14 }, (_, at) => `arn:aws:s3:::${`${at}/`.padEnd(2543, 'a')}`);
  const met = (Action: string) => both({ Action, Resource }, { Action });
  // An action against itself, then it alone; each resource against every other one.
  expect(1 + 'a:b'.length + 14 * 14 * 2551).toBe(500_000);
  expect(met('a:b')).toEqual(policyOf(statement({ Action: 'a:b', Resource })));
  expect(() => met('a:bc')).toThrow('the policies are too intricate to be compared');
});

test("a refusal tells the caller nothing of the grant's policy", () => {
  const outcome = narrowPolicy(
    policyOf(statement({ Resource: 'arn:aws:s3:::${aws:username}-secret' })),
    policyOf(statement({ Resource: 'arn:aws:s3:::a*' })),
  );
  expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'policy_not_narrower' } });
  expect(outcome.ok ? '' : outcome.refusal.detail).toBeUndefined();
});

test("the log is told why: a grant's policy that is none, or what no policy says", () => {
  const asked = policyOf(statement({ NotAction: 's3:GetObject' }));
  expect(narrowPolicy({ Statement: [] }, asked)).toEqual({
    ok: false,
    refusal: { reason: 'policy_not_narrower', log: { problem: 'a policy has a Statement' } },
  });
  expect(narrowPolicy(policyOf(statement({})), asked)).toEqual({
    ok: false,
    refusal: {
      reason: 'policy_not_narrower',
      log: { problem: 'one policy takes out a part of what the other names' },
    },
  });
});

test('a grant without a policy leaves the caller his own', () => {
  const asked = policyOf(statement({ NotAction: 's3:GetObject' }));
  expect(narrowPolicy(null, asked)).toEqual({ ok: true, value: asked });
});

test("a caller's policy that is none is told to him, in 160 ASCII characters at most", () => {
  const detailOf = (operator: string) => {
    const outcome = narrowPolicy(policyOf(), policyOf(statement({ Condition: { [operator]: { k: 'a' } } })));
    return outcome.ok ? null : [outcome.refusal.reason, outcome.refusal.detail];
  };
  const told = (text: string) => ['parameter_invalid', `The policy is none: ${text}.`];
  expect(detailOf('é')).toEqual(told('Statement[0]: ? is no condition operator'));
  expect(detailOf('x'.repeat(200))).toEqual(told(`Statement[0]: ${'x'.repeat(146)}`));
});

test('is commutative and idempotent in what it says', () => {
  const a = statement({ Action: ['s3:Get*', 's3:Put*'], Resource: 'arn:aws:s3:::a/*' });
  const met = intersectPolicies(read(policyOf(a)), read(policyOf(a)));
  expect(met).toEqual(policyOf(a));
});

test('the most intricate policies take no longer than their length allows', () => {
  const hostile = (letter: string) =>
    policyOf(...Array.from({ length: 20 }, (_, at) => statement({ Action: `s3:${`*${letter}${at}`.repeat(6)}*` })));
  expect(narrowPolicy(hostile('a'), hostile('b')).ok).toBe(false);
});
