/** What both policies are asked about, and in which words. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import {
  contextsOf,
  filled,
  grantsOf,
  mapStrings,
  membersOf,
  placesNamed,
  probesOf,
  statementsOf,
  textsOf,
  whereOf,
  withTemplatesNamed,
} from '../../../lib/policy/plan/session-probes.ts';

describe('a variable stands for one text, by the name of its key', () => {
  it.each([
    ['a/${aws:username}/*', 'a/<aws.username>/*'],
    ["${aws:username, 'x'}", '<aws.username>'],
    ['${ aws:username , "x", y}', '<aws.username>'],
    ['${aws:PrincipalTag/team}${claims.a}', '<aws.PrincipalTag/team><claims.a>'],
    ['${*}${?}${$}${}', '${*}${?}${$}${}'],
  ])('%s is %s', (text, expected) => {
    expect(filled(text)).toBe(expected);
  });

  it.each([
    ['${claims.a}', '<claims.a>'],
    ['${actor.claims.a}', '<actor.claims.a>'],
    ['${actor.client}', '<actor.client>'],
    ['${request.sourceIp}', '<request.sourceIp>'],
    ['${param.bucket}', '<param.bucket>'],
    ['${path:claims.a:b}', '<path.claims.a.b>'],
    ['${principal}-${connection}', '<principal>-<connection>'],
    ['${aws:username}', '${aws:username}'],
    ['${aws:PrincipalTag/path:client}', '${aws:PrincipalTag/path:client}'],
    ['${request.path:time}', '${request.path:time}'],
    ['${*}', '${*}'],
  ])("of the broker's templates from the beginning: %s is %s", (text, expected) => {
    expect(withTemplatesNamed({ a: [{ '${client}': text }] })).toEqual({ a: [{ '${client}': expected }] });
  });
});

it('changes every text of an object, and neither names nor other values', () => {
  const value: JsonObject = { a: 'x', b: ['x', 1, null, { c: 'x' }], d: true, e: {} };
  expect(mapStrings(value, (text) => `${text}!`)).toEqual({ a: 'x!', b: ['x!', 1, null, { c: 'x!' }], d: true, e: {} });
});

it('reads a statement alone as a list of one, and no statement as none', () => {
  expect(statementsOf({ Statement: { Effect: 'Allow' } })).toEqual([{ Effect: 'Allow' }]);
  expect(statementsOf({ Statement: [{ Effect: 'Deny' }, 'x'] })).toEqual([{ Effect: 'Deny' }]);
  expect(statementsOf({})).toEqual([]);
});

it('reads a text alone as a list of one, no text as any, and nothing as no members', () => {
  expect([textsOf('a'), textsOf(['a', 'b']), textsOf(undefined), textsOf([true, 1])]).toEqual([
    ['a'],
    ['a', 'b'],
    ['*'],
    ['true', '1'],
  ]);
  expect([membersOf({ a: 1 }), membersOf(undefined), membersOf('a')]).toEqual([[['a', 1]], [], []]);
});

const s3 = (more: JsonObject): JsonObject => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });
const { Action: _, ...anyAction } = s3({});

it('names every action on every resource, and beside what is left out everything', () => {
  const places = placesNamed(s3({ Action: ['a:A', '*:*'], Resource: ['x', '${aws:username}'] }));
  expect(places.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
    'a:A x',
    'a:A <aws.username>',
    '* x',
    '* <aws.username>',
  ]);
  expect(placesNamed({ ...anyAction, NotAction: ['iam:*'] }).map(({ action }) => action)).toEqual(['*', 'iam:*']);
});

it('takes as granted what Allow statements name, and anything where they name what is left out', () => {
  const Statement = [s3({}), s3({ Effect: 'Deny', Action: 's3:PutObject' }), { ...anyAction, NotAction: 'iam:*' }];
  expect(grantsOf({ Statement }).map(({ action }) => action)).toEqual(['s3:GetObject', '*']);
});

describe('the requests that meet a condition', () => {
  it.each<[string, JsonValue | undefined, readonly JsonObject[]]>([
    ['of none', undefined, [{}]],
    ['of each value', { StringEquals: { k: ['a', 'b'] } }, [{ k: 'a' }, { k: 'b' }]],
    ['of a value that is no text', { Bool: { k: true }, NumericEquals: { n: [1] } }, [{ k: 'true', n: '1' }]],
    ['of a pattern', { StringLike: { k: 'a*b?' } }, [{ k: 'axbx' }]],
    ['of a variable', { StringEquals: { k: "${aws:username, 'x'}" } }, [{ k: '<aws.username>' }]],
    ['of a negation, another value', { StringNotEquals: { k: ['a', 'b'] } }, [{ k: 'not-a' }]],
    [
      'of all keys',
      { StringEquals: { k: ['a', 'b'], l: 'c' } },
      [
        { k: 'a', l: 'c' },
        { k: 'b', l: 'c' },
      ],
    ],
    ['but not of whether there is a value', { Null: { k: 'false' }, Bool: { l: 'true' } }, [{ l: 'true' }]],
  ])('%s', (_name, Condition, contexts) => {
    expect(contextsOf(Condition === undefined ? {} : { Condition })).toEqual(contexts);
  });
});

it('says a condition in words, but for a variable that is itself', () => {
  expect(whereOf({})).toBe('');
  expect(whereOf({ 'b:k': '1', 'a:k': 'x', 'aws:username': '<aws.username>' })).toBe('a:k is x and b:k is 1');
});

describe('what is asked', () => {
  it('is every place under every condition, each once', () => {
    const condition = { StringEquals: { k: 'a' } };
    const policies = [
      { Statement: [s3({})] },
      { Statement: [s3({ Condition: condition }), s3({ Condition: condition })] },
    ];
    const place = { action: 's3:GetObject', resource: '*' };
    expect(probesOf(policies)).toEqual([
      { ...place, context: {} },
      { ...place, context: { k: 'a' } },
    ]);
  });

  it('is asked with a value of every variable', () => {
    const policy = {
      Statement: [s3({ Resource: "arn:aws:s3:::a/${aws:username, 'x'}", Condition: { Bool: { k: 'true' } } })],
    };
    expect(probesOf([policy]).map(({ context }) => context)).toEqual([
      { 'aws:username': '<aws.username>' },
      { 'aws:username': '<aws.username>', k: 'true' },
    ]);
  });

  it('is asked under at most 24 conditions', () => {
    const values = Array.from({ length: 30 }, (_value, at) => `v${at}`);
    const many = s3({ Condition: { StringEquals: { k: values } } });
    expect(contextsOf(many)).toHaveLength(24);
    expect(probesOf([{ Statement: [many, s3({ Condition: { StringEquals: { l: 'x' } } })] }])).toHaveLength(24);
  });
});
