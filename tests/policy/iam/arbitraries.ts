import fc from 'fast-check';
import type { JsonObject } from '../../../lib/json.ts';

/**
 * Policies and requests of a small world, so that they meet often. Out of it stays what the simulator and AWS's
 * documents see differently: capital letters in ARNs, wildcards in the first segment of a resource's name.
 */
const ACTIONS = ['s3:GetObject', 's3:GetObjectTagging', 's3:PutObject', 's3:ListBucket', 'sqs:SendMessage'];
const RESOURCES = [
  'arn:aws:s3:::reports',
  'arn:aws:s3:::reports/a/b',
  'arn:aws:s3:::reports/ab',
  'arn:aws:s3:::archive/a',
  'arn:aws:sqs:eu-west-1:111122223333:jobs',
];
const ACTION_PATTERNS = [
  ...ACTIONS,
  '*',
  's3:*',
  's3:Get*',
  'S3:getobject',
  's3:?etObject',
  's3:*Object*',
  's3:*t',
  'sqs:*',
];
const RESOURCE_PATTERNS = [
  ...RESOURCES,
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::reports/*',
  'arn:aws:s3:::r*s/a?',
  'arn:aws:s3:::*/a',
  'arn:aws:s3:::reports/${aws:PrincipalTag/team}/*',
  "arn:aws:s3:::reports/${aws:PrincipalTag/team, 'a'}*",
  'arn:aws:sqs:*:111122223333:*',
  'arn:*:sqs:eu-*:*:jo?s',
  'arn:aws:sqs',
  'arn:aws:s3:::reports/${*}',
];
/** The simulator lets an ARN with parts left out neither match nor not match in `NotResource`. */
const WHOLE_ARNS = RESOURCE_PATTERNS.filter((pattern) => pattern !== 'arn:aws:sqs');
const TEXTS = ['a', 'b', 'ab', 'A', 'a/b', 'x-1'];
const TEXT_PATTERNS = [...TEXTS, 'a*', '?', '*b', '*', '${aws:PrincipalTag/team}'];
const ARNS = ['arn:aws:sns:eu-west-1:111122223333:news', 'arn:aws:sns:*:*:n*', 'news'];

const several = (values: readonly string[], most = 2) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most });

const prefixed = (operators: readonly string[]) =>
  fc
    .tuple(fc.constantFrom('', '', 'ForAnyValue:', 'ForAllValues:'), fc.constantFrom(...operators))
    .chain(([prefix, operator]) => fc.constantFrom(`${prefix}${operator}`, `${prefix}${operator}IfExists`));

const block = (operators: readonly string[], key: string, values: readonly string[]) =>
  fc.tuple(prefixed(operators), several(values)).map(([operator, own]) => ({ [operator]: { [key]: own } }));

const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  block(['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase'], 's3:prefix', TEXTS),
  block(['StringLike', 'StringNotLike'], 's3:prefix', TEXT_PATTERNS),
  block(['StringLike', 'StringEquals'], 'aws:principaltag/TEAM', TEXTS),
  block(['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThanEquals'], 's3:max-keys', [
    '1',
    '10',
    '2.5',
  ]),
  block(['DateLessThan', 'DateGreaterThan', 'DateEquals'], 'aws:CurrentTime', ['2026-11-20T00:00:00Z', '2026-11-25']),
  block(['Bool'], 'aws:SecureTransport', ['true', 'false']),
  block(['IpAddress', 'NotIpAddress'], 'aws:SourceIp', ['203.0.113.0/24', '198.51.100.7/32', '2001:db8::/32']),
  block(['ArnEquals', 'ArnLike'], 'aws:SourceArn', [...ARNS, 'arn:aws:s3:::${aws:PrincipalTag/team}']),
  // A variable without a value lets these hold or not by which part the simulator compared first.
  block(['ArnNotLike', 'ArnNotEquals'], 'aws:SourceArn', ARNS),
  fc.tuple(fc.constantFrom('s3:prefix', 'aws:SourceIp'), fc.constantFrom('true', 'false')).map(([key, value]) => ({
    Null: { [key]: value },
  })),
);

const statement: fc.Arbitrary<JsonObject> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    action: fc.tuple(fc.constantFrom('Action', 'Action', 'Action', 'NotAction'), several(ACTION_PATTERNS)),
    resource: fc.oneof(
      { weight: 3, arbitrary: several(RESOURCE_PATTERNS).map((patterns) => ['Resource', patterns] as const) },
      { weight: 1, arbitrary: several(WHOLE_ARNS).map((patterns) => ['NotResource', patterns] as const) },
    ),
    conditions: fc.array(condition, { maxLength: 2 }),
  })
  .map(({ Effect, action: [actions, a], resource: [resources, r], conditions }) => ({
    Effect,
    [actions]: a,
    [resources]: r,
    ...(conditions.length === 0 ? {} : { Condition: Object.assign({}, ...conditions) }),
  }));

export const policy: fc.Arbitrary<JsonObject> = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map((statements) => ({ Version: '2012-10-17', Statement: statements }));

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

export const request = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    resource: fc.constantFrom(...RESOURCES),
    's3:prefix': optional(
      fc.oneof(fc.constantFrom(...TEXTS), fc.array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 3 })),
    ),
    's3:max-keys': optional(fc.constantFrom('1', '2.5', '10', '100')),
    'aws:CurrentTime': fc.constantFrom('2026-11-19T12:00:00Z', '2026-11-25T00:00:00Z'),
    'aws:SecureTransport': optional(fc.constantFrom('true', 'false')),
    'aws:SourceIp': optional(fc.constantFrom('203.0.113.9', '198.51.100.7', '2001:db8::1')),
    'aws:SourceArn': optional(
      fc.constantFrom('arn:aws:sns:eu-west-1:111122223333:news', 'arn:aws:s3:::a', 'arn:aws:sns:x:y:other'),
    ),
    'aws:PrincipalTag/team': optional(fc.constantFrom('a', 'ab', 'x-1')),
  })
  .map(({ action, resource, ...keys }) => {
    const context: Record<string, string | string[]> = {};
    for (const [key, value] of Object.entries(keys)) if (value !== undefined) context[key] = value;
    return { action, resource, context };
  });
