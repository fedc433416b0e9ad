import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { type KeyValue, Unavailable } from '../../lib/policy/decision.ts';
import { compileSessionPolicy, policyText, renderSessionPolicy } from '../../lib/policy/session-policy.ts';

const policyOf = (statement: JsonObject): JsonObject => ({ Version: '2012-10-17', Statement: [statement] });
const allow = (more: JsonObject): JsonObject =>
  policyOf({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });

const errors = (policy: JsonObject) => compileSessionPolicy(policy).problems.map(({ path }) => path.join('/'));

const render = (policy: JsonObject, value: KeyValue) => {
  const { compiled, problems } = compileSessionPolicy(policy);
  if (compiled === null) throw new Error(JSON.stringify(problems));
  return renderSessionPolicy(compiled, (key) => (key.startsWith('claims.') ? value : undefined));
};
const rendered = (policy: JsonObject, value: KeyValue): JsonValue => {
  const text = render(policy, value);
  if (!text.ok) throw new Error(text.refusal.reason);
  return JSON.parse(text.value);
};
const refusal = (policy: JsonObject, value: KeyValue) => {
  const text = render(policy, value);
  return text.ok ? null : text.refusal;
};

describe('places', () => {
  const resource = 'arn:aws:s3:::bucket/${claims.x}/*';
  it.each<[string, JsonObject]>([
    ['Resource', allow({ Resource: resource })],
    ['a list of resources', allow({ Resource: ['a', resource] })],
    ['a statement that is not in a list', { Statement: { Effect: 'Allow', Action: 'a', Resource: resource } }],
    ...[
      'StringEquals',
      'StringEqualsIgnoreCase',
      'StringLike',
      'ArnEquals',
      'ArnLike',
      'StringLikeIfExists',
      'ForAnyValue:StringLike',
      'ForAllValues:StringEqualsIfExists',
      'NumericLessThan',
      'DateGreaterThanEquals',
      'Bool',
      'IpAddress',
    ].map((operator): [string, JsonObject] => [
      operator,
      allow({ Condition: { [operator]: { 's3:prefix': ['a', 'x-${claims.x}'] } } }),
    ]),
    ['a path in a text condition', allow({ Condition: { StringLike: { 's3:prefix': '${path:claims.x}/*' } } })],
    ['a template beside IAM’s own variable', allow({ Resource: 'arn:aws:s3:::b/${claims.x}/${aws:username}${*}' })],
  ])('takes templates in %s', (_name, policy) => {
    expect(errors(policy)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['Action', allow({ Action: ['s3:${claims.x}'] }), 'Statement/0/Action/0'],
    ['Sid', allow({ Sid: '${claims.x}' }), 'Statement/0/Sid'],
    ['Principal', allow({ Principal: { AWS: '${claims.x}' } }), 'Statement/0/Principal/AWS'],
    ['Version', { ...allow({}), Version: '${claims.x}' }, 'Version'],
    ['Id', { ...allow({}), Id: '${claims.x}' }, 'Id'],
    ['a Deny statement', policyOf({ Effect: 'Deny', Action: 'a', Resource: resource }), 'Statement/0/Resource'],
    [
      'a list in a Deny statement',
      policyOf({ Effect: 'Deny', Action: 'a', Resource: ['b', resource] }),
      'Statement/0/Resource/1',
    ],
    [
      'a list in a list in a Deny statement',
      policyOf({ Effect: 'Deny', Action: 'a', Resource: ['b', [['c', resource]]] }),
      'Statement/0/Resource/1/0/1',
    ],
    ['a member of an object in a list of actions', allow({ Action: ['a', { b: resource }] }), 'Statement/0/Action/1/b'],
    ['a list beside the statements', { ...allow({}), Id: ['a', resource] }, 'Id/1'],
    ['NotResource', policyOf({ Effect: 'Allow', Action: 'a', NotResource: resource }), 'Statement/0/NotResource'],
    [
      'a NotAction statement',
      policyOf({ Effect: 'Allow', NotAction: 'a', Resource: resource }),
      'Statement/0/Resource',
    ],
    ['a NotPrincipal statement', allow({ notPrincipal: '*', Resource: resource }), 'Statement/0/Resource'],
    ['resource in lower case', allow({ resource }), 'Statement/0/resource'],
    ['an element that IAM does not know', allow({ Whatever: { a: resource } }), 'Statement/0/Whatever/a'],
    ['a member name', allow({ '${claims.x}': 'a' }), 'Statement/0/${claims.x}'],
    ...[
      'StringNotEquals',
      'StringNotLike',
      'ArnNotLike',
      'NotIpAddress',
      'Null',
      'NumericNotEquals',
      'BinaryEquals',
    ].map((operator): [string, JsonObject, string] => [
      operator,
      allow({ Condition: { [operator]: { k: '${claims.x}' } } }),
      `Statement/0/Condition/${operator}/k`,
    ]),
    ...['XStringEquals', 'StringLikeX', 'XBool', 'BoolX', 'IpAddressIfExist'].map(
      (operator): [string, JsonObject, string] => [
        operator,
        allow({ Condition: { [operator]: { k: '${claims.x}' } } }),
        `Statement/0/Condition/${operator}/k`,
      ],
    ),
    ['a statement elsewhere', { ...allow({}), Id: { Effect: 'Allow', Resource: resource } }, 'Id/Resource'],
    [
      'an element like a condition',
      allow({ Whatever: { StringEquals: { k: '${claims.x}' } } }),
      'Statement/0/Whatever/StringEquals/k',
    ],
    [
      'one of several values',
      allow({ Condition: { StringEquals: { k: ['a', '${sub}'] } } }),
      'Statement/0/Condition/StringEquals/k/1',
    ],
    [
      'a member of a value of a list',
      allow({ Condition: { StringEquals: { k: ['a', { b: resource }] } } }),
      'Statement/0/Condition/StringEquals/k/1/b',
    ],
    [
      'a range whose end is a path',
      allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/${path:claims.x}' } } }),
      'Statement/0/Condition/IpAddress/aws:SourceIp',
    ],
    [
      'a condition key',
      allow({ Condition: { StringEquals: { 's3:ExistingObjectTag/${claims.x}': 'a' } } }),
      'Statement/0/Condition/StringEquals/s3:ExistingObjectTag/${claims.x}',
    ],
    [
      'a path where a range could be read',
      allow({ Condition: { IpAddress: { 'aws:SourceIp': '${path:claims.x}' } } }),
      'Statement/0/Condition/IpAddress/aws:SourceIp',
    ],
    ['a template before a star', allow({ Resource: 'arn:aws:s3:::b/${claims.x}*' }), 'Statement/0/Resource'],
    [
      'a template before a question mark',
      allow({ Resource: 'arn:aws:s3:::b/${path:claims.x}?' }),
      'Statement/0/Resource',
    ],
    ['an unknown name', allow({ Resource: 'arn:aws:s3:::b/${sub}' }), 'Statement/0/Resource'],
    ['an unknown path', allow({ Resource: 'arn:aws:s3:::b/${path:sub}' }), 'Statement/0/Resource'],
    [
      'a template within IAM’s variable',
      allow({ Resource: '${aws:PrincipalTag/${claims.x}}' }),
      'Statement/0/Resource',
    ],
    ['a template without its end', allow({ Resource: 'arn:aws:s3:::b/${claims.x' }), 'Statement/0/Resource'],
    ['a template without its end in Deny', policyOf({ Effect: 'Deny', Resource: 'a${' }), 'Statement/0/Resource'],
    ['no Statement', { Version: '2012-10-17' }, ''],
    ['more text than STS takes', allow({ Resource: 'a'.repeat(2000) }), ''],
  ])('does not load with templates or text out of place: %s', (_name, policy, path) => {
    expect(errors(policy)).toEqual([path]);
  });

  it.each<[string, JsonObject]>([
    ['a template for an effect', { Effect: '${claims.x}', Resource: resource }],
    ['no effect', { Resource: resource }],
    ['an effect of another case', { Effect: 'allow', Resource: resource }],
  ])('does not load a statement with %s, which IAM has not, and says nothing else of it', (_name, statement) => {
    expect(new Set(errors(policyOf(statement)))).toEqual(new Set(['Statement/0/Effect']));
    expect(errors(policyOf({ ...statement, Resource: '*' }))).toContain('Statement/0/Effect');
  });

  it('is longer than STS takes where each template is one character', () => {
    const long = (more: number) => allow({ Resource: `${'a'.repeat(more)}\${claims.x}` });
    const { length } = JSON.stringify(allow({ Resource: 'x' }));
    expect(compileSessionPolicy(long(2048 - length)).compiled).not.toBeNull();
    expect(errors(long(2049 - length))).toEqual(['']);
    expect(compileSessionPolicy(long(2049 - length)).compiled).toBeNull();
  });

  it('takes values that are no text, where templates may stand', () => {
    const policy = allow({ Condition: { Bool: { 'aws:SecureTransport': true }, NumericEquals: { n: [1, 2] } } });
    expect(rendered(policy, 'v')).toEqual(policy);
  });

  it('leaves IAM its own variables, also where templates may not stand', () => {
    const policy: JsonObject = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', NotResource: "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/${s3:x}" },
        { Effect: 'Allow', Resource: 'a${*}${?}${$}b/${claims.x}' },
        { Effect: 'Allow', Resource: '*', Condition: { StringEquals: { 's3:ExistingObjectTag/${aws:userid}': 'a' } } },
      ],
    };
    expect(rendered(policy, 'v')).toEqual(JSON.parse(JSON.stringify(policy).replace('${claims.x}', 'v')));
  });
});

describe('values', () => {
  const plain = allow({ Resource: 'arn:aws:s3:::bucket/${claims.x}/*' });
  const path = allow({ Resource: 'arn:aws:s3:::bucket/${path:claims.x}/*' });
  const resource = (value: string) => allow({ Resource: `arn:aws:s3:::bucket/${value}/*` });

  it.each<[KeyValue, string]>([
    ['main', 'main'],
    ['A-z_0.9@=+', 'A-z_0.9@=+'],
    [42, '42'],
    [true, 'true'],
  ])('takes %j as it is', (value, text) => {
    expect(rendered(plain, value)).toEqual(resource(text));
    expect(rendered(path, value)).toEqual(resource(text));
  });

  it.each(['acme/web', 'a/.b/c', 'a/b/c/d'])('takes %j in a path only', (value) => {
    expect(rendered(path, value)).toEqual(resource(value));
    expect(refusal(plain, value)?.reason).toBe('template_value');
  });

  it.each<[KeyValue]>([
    [undefined],
    [null],
    [''],
    [[]],
    [['main']],
    [{ a: 'main' }],
    [2 ** 53],
    ['*'],
    ['a*'],
    ['a?'],
    ['${aws:username}'],
    ['${claims.x}'],
    ['$'],
    ['{'],
    ['a:b'],
    ['a b'],
    ['a\n'],
    ['\n'],
    ['a"'],
    ['a\\'],
    ['é'],
    ['\uff0a'],
    ['a%2f'],
    ['/a'],
    ['a/'],
    ['/'],
    ['a//b'],
    ['.'.concat('/a')],
    ['a/.'],
    ['a/./b'],
    ['../a'],
    ['a/..'],
    ['a/../b'],
  ])('refuses %j, and says which key but not which value', (value) => {
    for (const policy of [plain, path]) {
      expect(refusal(policy, value)).toEqual({
        reason: 'template_value',
        log: { key: 'claims.x', place: 'a session policy' },
      });
    }
  });

  it('refuses a withheld value with its own reason', () => {
    expect(refusal(plain, new Unavailable('groups_overage'))?.reason).toBe('groups_overage');
  });

  it('refuses a policy that its values make too long, at one character more than STS takes', () => {
    const { length } = JSON.stringify(resource(''));
    expect(refusal(plain, 'a'.repeat(2048 - length))).toBeNull();
    expect(refusal(plain, 'a'.repeat(2049 - length))).toEqual({
      reason: 'policy_too_large',
      log: { characters: 2049 },
    });
  });

  it('renders compact JSON in the characters that STS takes', () => {
    const policy = allow({ Sid: 'é\u{1f600}\u007f\n', Resource: '${claims.x}' });
    const text = render(policy, 'v');
    expect(text.ok && text.value).toMatch(/^[\x20-\x7e]+$/);
    expect(rendered(policy, 'v')).toEqual(allow({ Sid: 'é\u{1f600}\u007f\n', Resource: 'v' }));
  });
});

it('a statement that is none goes on as it is: what the broker does not open, AWS reads', () => {
  const policy = { Version: '2012-10-17', Statement: ['x', null, 7] };
  expect(rendered(policy, 'x')).toEqual(policy);
});

it('a policy without templates is written in the same characters', () => {
  expect(policyText({ Sid: 'é"', n: [1, null] })).toBe('{"Sid":"\\u00e9\\"","n":[1,null]}');
});

it('what is no text, or closed to templates, goes on as it is', () => {
  const statement = {
    Effect: 'Deny',
    Action: ['a', null, 7, true, ['b']],
    Resource: null,
    Condition: { Bool: { k: [false] } },
  };
  expect(rendered(policyOf(statement), 'x')).toEqual(policyOf(statement));
  expect(rendered(allow({ Action: [null, { b: [1, 'c'] }], Resource: ['r', 1, null] }), 'x')).toEqual(
    allow({ Action: [null, { b: [1, 'c'] }], Resource: ['r', 1, null] }),
  );
});
