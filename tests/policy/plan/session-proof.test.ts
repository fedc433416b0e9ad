import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { unproven } from '../../../lib/policy/plan/session-proof.ts';

const allow = (more: JsonObject = {}): JsonObject => ({
  ...{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' },
  ...more,
});
const deny = (more: JsonObject = {}): JsonObject => allow({ Effect: 'Deny', ...more });
const policyOf = (...statements: JsonValue[]): JsonObject => ({ Version: '2012-10-17', Statement: statements });
const open = (before: readonly JsonObject[], after: readonly JsonObject[], told: Parameters<typeof unproven>[2] = []) =>
  unproven(policyOf(...before), policyOf(...after), told);

const vpc = { StringEquals: { 'aws:SourceVpc': ['vpc-1', 'vpc-2'] } };
const SAID = 'Allow s3:GetObject on arn:aws:s3:::a/*';
const { Action: _action, ...anyAction } = allow();
const { Resource: _resource, ...anyResource } = allow();

describe('what is allowed after is shown to have been allowed', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['by the same statement', allow(), allow()],
    ['by the same statement of another name', allow({ Sid: 'One' }), allow({ Sid: 'Two' })],
    ['by one whose lists hold it', allow({ Action: ['s3:PutObject', 's3:GetObject'] }), allow()],
    ['by one whose patterns cover it', allow({ Action: 's3:Get*', Resource: '*' }), allow()],
    [
      'by one of everything, whose name is in it',
      allow({ Action: '*', Resource: '*', Sid: 'All' }),
      allow({ Action: '*:*' }),
    ],
    ['by one without its condition', allow(), allow({ Condition: vpc })],
    [
      'by one of the same condition, whatever its order',
      allow({ Action: 's3:*', Condition: { StringEquals: { 'aws:SourceVpc': ['vpc-2', 'vpc-1'] } } }),
      allow({ Condition: vpc }),
    ],
    [
      'by one with some of its conditions',
      allow({ Action: 's3:*', Condition: vpc }),
      allow({ Condition: { ...vpc, Bool: { 'aws:SecureTransport': 'true' } } }),
    ],
    [
      'by one with the same variable',
      allow({ Resource: ['arn:aws:s3:::a/${aws:username}/*'] }),
      allow({ Resource: ['arn:aws:s3:::a/${aws:username}/x'] }),
    ],
    ['by one that names what it leaves out', { ...anyAction, NotAction: 'iam:*' }, allow()],
    [
      'by the same one that names what it leaves out',
      { ...anyAction, NotAction: 'iam:*' },
      { ...anyAction, NotAction: 'iam:*' },
    ],
  ])('%s', (_, before, after) => {
    expect(open([before], [after])).toEqual([]);
  });

  it('by several together, each of a part', () => {
    const [one, other] = [allow({ Action: 's3:GetObject' }), allow({ Action: 's3:PutObject' })];
    expect(open([one, other], [allow({ Action: ['s3:GetObject', 's3:PutObject'] })])).toEqual([]);
  });

  it('by what was told already', () => {
    expect(open([], [allow()], [{ actions: ['s3:GetObject'], resource: 'arn:aws:s3:::a/*', where: '' }])).toEqual([]);
  });
});

describe('what is allowed after is told', () => {
  it.each<[string, readonly JsonObject[], JsonObject, string]>([
    ['where nothing was', [], allow(), SAID],
    ['where another action was', [allow({ Action: 's3:PutObject' })], allow(), SAID],
    ['where another resource was', [allow({ Resource: 'arn:aws:s3:::b/*' })], allow(), SAID],
    ['where a part of it was', [allow({ Resource: 'arn:aws:s3:::a/x' })], allow(), SAID],
    [
      'where one of its actions was',
      [allow()],
      allow({ Action: ['s3:GetObject', 's3:PutObject'] }),
      'Allow s3:GetObject, s3:PutObject on arn:aws:s3:::a/*',
    ],
    [
      'where one of its resources was',
      [allow()],
      allow({ Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] }),
      'Allow s3:GetObject on arn:aws:s3:::a/*, arn:aws:s3:::b/*',
    ],
    ['where it was under a condition', [allow({ Condition: vpc })], allow(), SAID],
    [
      'where it was under another condition',
      [allow({ Condition: vpc })],
      allow({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-3' } } }),
      `${SAID} where {"StringEquals":{"aws:SourceVpc":"vpc-3"}}`,
    ],
    [
      'where it was for another variable',
      [allow({ Resource: 'arn:aws:s3:::a/${aws:userid}' })],
      allow({ Resource: 'arn:aws:s3:::a/${aws:username}' }),
      'Allow s3:GetObject on arn:aws:s3:::a/${aws:username}',
    ],
    [
      'where it was for a variable of nearly the same name',
      [allow({ Resource: ['arn:aws:s3:::a/${aws:PrincipalTag/a.b}', 'arn:aws:s3:::a/${aws:PrincipalTag/ab}'] })],
      allow({ Resource: 'arn:aws:s3:::a/${aws:PrincipalTag/a-b}' }),
      'Allow s3:GetObject on arn:aws:s3:::a/${aws:PrincipalTag/a-b}',
    ],
    [
      'where all but something is',
      [allow()],
      { ...anyAction, NotAction: ['iam:*', 'sts:*'] },
      'Allow all but iam:*, sts:* on arn:aws:s3:::a/*',
    ],
    [
      'where all but some resource is',
      [allow()],
      { ...anyResource, NotResource: 'arn:aws:s3:::b' },
      'Allow s3:GetObject on all but arn:aws:s3:::b',
    ],
    ['where it was left out', [{ ...anyAction, NotAction: 's3:*' }], allow(), SAID],
  ])('%s', (_, before, after, said) => {
    expect(open(before, [after])).toEqual([said]);
  });

  it('where a policy is not understood, since nothing is shown by it', () => {
    expect(open([allow({ Action: 's3:*', Resource: '${' })], [allow()])).toEqual([SAID]);
  });
});

describe('what was denied and may be allowed', () => {
  const all = allow({ Action: '*', Resource: '*' });
  it.each<[string, readonly JsonObject[], readonly JsonObject[], readonly string[]]>([
    ['is denied still', [deny()], [deny()], []],
    ['is denied still by more', [deny()], [deny({ Action: 's3:*' })], []],
    ['is told where nothing denies it', [deny()], [], ['Deny s3:GetObject on arn:aws:s3:::a/*']],
    ['is told where it is allowed by name', [deny()], [allow()], ['Deny s3:GetObject on arn:aws:s3:::a/*']],
    ['is told where less is denied', [deny({ Action: 's3:*' })], [deny()], ['Deny s3:* on arn:aws:s3:::a/*']],
    [
      'is told where it is denied under a condition',
      [deny()],
      [deny({ Condition: vpc })],
      ['Deny s3:GetObject on arn:aws:s3:::a/*'],
    ],
  ])('%s', (_, before, after, said) => {
    expect(open([all, ...before], [all, ...after])).toEqual(said);
  });
});

describe('what was denied', () => {
  const own = 'arn:aws:s3:::a/${aws:username}/*';
  const anns = 'arn:aws:s3:::a/ann/*';
  it.each<[string, JsonObject, JsonObject]>([
    ['by its name', deny(), allow()],
    ['in part', deny({ Action: 's3:Get*' }), allow({ Action: 's3:*Object' })],
    ['on one of two resources', deny({ Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::a/*'] }), allow()],
    ['by one of two actions', deny({ Action: ['s3:PutObject', 's3:GetObject'] }), allow()],
    ['under a condition', deny(), allow({ Condition: vpc })],
    ['by a variable', deny({ Resource: anns }), allow({ Resource: own })],
    ['and a variable was denied', deny({ Resource: own }), allow({ Resource: anns })],
    ['by all but something', deny(), { ...anyAction, NotAction: 'iam:*' }],
    ['by all but somewhere', deny(), { ...anyResource, NotResource: 'arn:aws:s3:::b' }],
    ['and all but something was denied', { ...anyAction, Effect: 'Deny', NotAction: 's3:Put*' }, allow()],
    ['and everything was denied', deny({ Action: '*:*', Resource: '*' }), allow()],
  ])('is told where it may be allowed: %s', (_, denied, allowed) => {
    expect(open([denied, allowed], [allowed])).toHaveLength(1);
  });

  it('is told where one of several statements may allow it', () => {
    const statements = [allow({ Action: 'sqs:*', Resource: '*' }), allow()];
    expect(open([deny(), ...statements], statements)).toHaveLength(1);
  });

  it.each<[string, JsonObject]>([
    ['by another action', allow({ Action: 's3:PutObject' })],
    ['on another resource', allow({ Resource: 'arn:aws:s3:::b/*' })],
    ['of all but something, elsewhere', { ...anyAction, NotAction: 'iam:*', Resource: 'arn:aws:s3:::b/*' }],
  ])('is not told where nothing of it is allowed: %s', (_, allowed) => {
    expect(open([deny(), allowed], [allowed])).toEqual([]);
  });
});
