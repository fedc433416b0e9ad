import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { readOperatorName } from '../../../lib/policy/iam/condition.ts';
import { readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';

const GOOD: JsonObject = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/a' };
const policy = (statement: JsonValue, more: JsonObject = {}): JsonObject => ({
  Version: '2012-10-17',
  Statement: statement,
  ...more,
});
const without = (name: string): JsonObject =>
  Object.fromEntries(Object.entries(GOOD).filter(([each]) => each !== name));
const when = (operator: string, keys: JsonValue): JsonObject => policy({ ...GOOD, Condition: { [operator]: keys } });

const verdict = (document: JsonObject): string => {
  const reading = readPolicyDocument(document);
  return reading.ok ? 'good' : reading.problem;
};

describe("a policy is read by IAM's grammar", () => {
  it.each<[string, JsonObject]>([
    ['one statement', policy(GOOD)],
    ['a list of statements', policy([GOOD, { ...GOOD, Effect: 'Deny', Sid: 'A' }])],
    ['statements without a name, and with an empty one', policy([GOOD, { ...GOOD, Sid: '' }, { ...GOOD, Sid: '' }])],
    ['the old version', policy(GOOD, { Version: '2008-10-17', Id: 'x' })],
    ['no version', { Statement: GOOD }],
    ['NotAction and NotResource', policy({ Effect: 'Deny', NotAction: ['s3:*', 'ec2:*'], NotResource: ['*'] })],
    ['every action', policy({ ...GOOD, Action: '*' })],
    ['every action, as it is written too', policy({ ...GOOD, Action: '*:*' })],
    ['a wildcard behind the colon', policy({ ...GOOD, Action: 's3:Get?bject*' })],
    ['a variable', policy({ ...GOOD, Resource: 'arn:aws:s3:::b/${aws:username}/*' })],
    ['a number and a boolean for their texts', when('NumericEquals', { 'aws:x': [1, '2'] })],
    ['Null in any letters', when('Null', { 'aws:x': ['True', false] })],
    ['an operator on lists, if its key exists', when('ForAllValues:StringLikeIfExists', { 'aws:x': 'a*' })],
    ['an ARN that is none, which matches nothing', when('ArnLike', { 'aws:x': 'no arn' })],
    ['base64', when('BinaryEquals', { 'aws:x': 'QQ==' })],
    ['a value that is known later', when('NumericLessThan', { 'aws:x': '${aws:n}' })],
  ])('with %s', (_, document) => {
    expect(verdict(document)).toBe('good');
  });

  it.each<[string, JsonObject, string]>([
    ['another element', policy(GOOD, { Principal: '*' }), 'Principal is no element of a policy'],
    ['another version', policy(GOOD, { Version: '2012-10-18' }), 'Version must be 2012-10-17'],
    ['a version that is no text', policy(GOOD, { Version: 2012 }), 'Version must be 2012-10-17'],
    [
      'a variable in the old version',
      policy({ ...GOOD, Resource: 'arn:aws:s3:::${aws:x}' }, { Version: '2008-10-17' }),
      'Version must be 2012-10-17 where there is a ${',
    ],
    [
      'a variable without a version',
      { Statement: { ...GOOD, Sid: '${' } },
      'Version must be 2012-10-17 where there is a ${',
    ],
    ['no statement', { Version: '2012-10-17' }, 'a policy has a Statement'],
    ['an empty list of them', policy([]), 'a policy has a Statement'],
    ['a statement that is none', policy([GOOD, 'x']), 'Statement[1] must be an object'],
    ['a statement that is null', policy([null]), 'Statement[0] must be an object'],
    ['a statement that is a list', policy([[GOOD]]), 'Statement[0] must be an object'],
    [
      'a principal',
      policy({ ...GOOD, Principal: '*' }),
      "Statement[0]: Principal is no element of an identity or session policy's statement",
    ],
    [
      'an element in other letters',
      policy({ ...GOOD, action: 's3:*' }),
      "Statement[0]: action is no element of an identity or session policy's statement",
    ],
    [
      'one name of two statements',
      policy([{ ...GOOD, Sid: 'A' }, GOOD, { ...GOOD, Sid: 'A' }]),
      'Statement[2]: Sid stands in another statement too',
    ],
    ...[7, null, 'a b', 'é', 'a\n'].map((Sid): [string, JsonObject, string] => [
      `the name ${JSON.stringify(Sid)}`,
      policy([GOOD, { ...GOOD, Sid }]),
      'Statement[1]: Sid has other characters than A-Z, a-z and 0-9',
    ]),
    ['no effect', policy(without('Effect')), 'Statement[0]: Effect must be Allow or Deny'],
    ['another effect', policy({ ...GOOD, Effect: 'allow' }), 'Statement[0]: Effect must be Allow or Deny'],
    ['no action', policy(without('Action')), 'Statement[0]: exactly one of Action and NotAction is required'],
    [
      'an action and its opposite',
      policy({ ...GOOD, NotAction: 's3:*' }),
      'Statement[0]: exactly one of Action and NotAction is required',
    ],
    ['no resource', policy(without('Resource')), 'Statement[0]: exactly one of Resource and NotResource is required'],
    ['no actions in the list', policy({ ...GOOD, Action: [] }), 'Statement[0].Action must be strings'],
    ['an empty action', policy({ ...GOOD, Action: '' }), 'Statement[0].Action must be strings'],
    ['an action that is no text', policy({ ...GOOD, Action: ['s3:*', 7] }), 'Statement[0].Action must be strings'],
    [
      'a resource that is no text',
      policy({ Effect: 'Deny', Action: '*', NotResource: null }),
      'Statement[0].NotResource must be strings',
    ],
    ['a resource that is no ARN', policy({ ...GOOD, Resource: 's3' }), 'the resource s3 is neither * nor an ARN'],
    ['half a variable', policy({ ...GOOD, Resource: 'arn:aws:s3:::${b' }), '`${` without `}`'],
    ...['s3', ':GetObject', 's3:', 's*:Get', 's3:Get Object', '*:Get', 's3:a:b', '**'].map(
      (action): [string, JsonObject, string] => [
        `the action ${action}`,
        policy({ ...GOOD, Action: action }),
        'Statement[0].Action: an action is written service:Name',
      ],
    ),
    ['conditions that are none', policy({ ...GOOD, Condition: [] }), 'Statement[0]: Condition must be an object'],
    ['an operator without keys', when('StringEquals', 'x'), 'Statement[0]: Condition.StringEquals must be an object'],
    ['an operator that is none', when('StringIs', { 'aws:x': 'a' }), 'Statement[0]: StringIs is no condition operator'],
    ['a key that is none', when('StringEquals', { '': 'a' }), 'Statement[0]: StringEquals has a key that is none'],
    [
      'a key with a line end',
      when('StringEquals', { 'aws:x\n': 'a' }),
      'Statement[0]: StringEquals has a key that is none',
    ],
    [
      'a line end before its key',
      when('StringEquals', { '\naws:x': 'a' }),
      'Statement[0]: StringEquals has a key that is none',
    ],
    [
      'no value',
      when('StringEquals', { 'aws:x': [] }),
      'Statement[0]: StringEquals aws:x has no value to compare with',
    ],
    [
      'a value that is an object',
      when('StringEquals', { 'aws:x': ['a', {}] }),
      'Statement[0]: StringEquals aws:x must be strings, numbers or booleans',
    ],
    ['Null of another value', when('Null', { 'aws:x': 'yes' }), 'Statement[0]: Null aws:x must be true or false'],
    [
      'Null of half a value',
      when('Null', { 'aws:x': ['true', 'falsely'] }),
      'Statement[0]: Null aws:x must be true or false',
    ],
    ['Null of more than one', when('Null', { 'aws:x': 'untrue' }), 'Statement[0]: Null aws:x must be true or false'],
    [
      'a number that is none',
      when('NumericLessThan', { 'aws:x': '1x' }),
      'Statement[0]: NumericLessThan aws:x takes a number as JSON writes it',
    ],
    [
      'an address that is none',
      when('IpAddress', { 'aws:SourceIp': '10.0.0.0/33' }),
      'Statement[0]: IpAddress aws:SourceIp takes an IPv4 or IPv6 address or CIDR range',
    ],
    ['a boolean that is none', when('Bool', { 'aws:x': 'yes' }), 'Statement[0]: Bool aws:x takes true or false'],
  ])('and not with %s', (_, document, problem) => {
    expect(verdict(document)).toBe(problem);
  });

  it('and a fault on the way is no problem of the policy', () => {
    const endless: { Statement: JsonValue } = { Statement: null };
    endless.Statement = endless;
    expect(() => readPolicyDocument(endless)).toThrow(TypeError);
  });

  it('into statements in their order, each with what it names', () => {
    const reading = readPolicyDocument(
      policy([GOOD, { Effect: 'Deny', NotAction: 's3:*', NotResource: ['*', 'arn:aws:s3:::b'] }]),
    );
    expect(reading).toMatchObject({
      ok: true,
      document: {
        statements: [
          { effect: 'Allow', actions: { kind: 'only' }, resources: { kind: 'only', patterns: [{ kind: 'arn' }] } },
          {
            effect: 'Deny',
            actions: { kind: 'except' },
            resources: { kind: 'except', patterns: [{ kind: 'any' }, { kind: 'arn' }] },
          },
        ],
      },
    });
  });
});

describe('the name of an operator', () => {
  it.each([
    ['StringEquals', { quantifier: 'one', base: 'StringEquals', ifExists: false }],
    ['StringLikeIfExists', { quantifier: 'one', base: 'StringLike', ifExists: true }],
    ['ForAnyValue:ArnLike', { quantifier: 'any', base: 'ArnLike', ifExists: false }],
    ['ForAllValues:BinaryEqualsIfExists', { quantifier: 'all', base: 'BinaryEquals', ifExists: true }],
    ['Null', { quantifier: 'one', base: 'Null', ifExists: false }],
  ])('has its parts: %s', (name, parts) => {
    expect(readOperatorName(name)).toMatchObject(parts);
  });

  it.each([
    'NullIfExists',
    'ForAnyValue:Null',
    'ForSomeValues:StringEquals',
    'stringEquals',
    'StringEquals ',
    'IfExists',
    '',
  ])('is none: %j', (name) => {
    expect(readOperatorName(name)).toBeNull();
  });
});

describe('what is asked of AWS', () => {
  it.each([
    ['s3', '*', 's3 is no action: write service:Name'],
    ['s3:Get Object', '*', 's3:Get Object is no action: write service:Name'],
    ['*:*', '*', '*:* is no action: write service:Name'],
    [':GetObject', '*', ':GetObject is no action: write service:Name'],
    ['s3:', '*', 's3: is no action: write service:Name'],
    ['s3:GetObject', '*a', 'the resource *a is neither * nor an ARN'],
    ['s3:GetObject', 'bucket', 'the resource bucket is neither * nor an ARN'],
    ['s3:GetObject', 'arn:aws:s3:::${aws:username}', 'arn:aws:s3:::${aws:username} has a variable: write its value'],
  ])('is told what is wrong: %s on %s', (action, resource, message) => {
    expect(() => readAccessRequest(action, resource, {})).toThrow(
      expect.objectContaining({ name: 'Malformed', message }),
    );
  });

  it.each([
    ['*', '*'],
    ['s3:*', 'arn:aws:s3:::${*}'],
    ['s3-object-lambda:Get?', 'arn:aws:s3:::a'],
  ])('is taken: %s on %s', (action, resource) => {
    expect(readAccessRequest(action, resource, { 'aws:SourceIp': '10.0.0.1' }).context).toEqual(
      new Map([['aws:sourceip', '10.0.0.1']]),
    );
  });
});
