import { describe, expect, it, test } from '@jest/globals';
import type { ConditionsDocument } from '../../lib/configuration/documents/rules.ts';
import type { JsonValue } from '../../lib/json.ts';
import { type ConditionsPlace, compileConditions, evaluateConditions } from '../../lib/policy/conditions.ts';
import { type KeyValue, Unavailable } from '../../lib/policy/decision.ts';
import { OPERATORS } from '../../lib/policy/operators.ts';

const compile = (document: ConditionsDocument, place: ConditionsPlace = 'deny') => {
  const { compiled } = compileConditions(document, { place });
  if (compiled === null) throw new Error('does not load');
  return compiled;
};

/** true and false: held or not; else the reason of the error. */
const outcome = (operator: string, values: readonly string[], value: KeyValue, place: ConditionsPlace = 'deny') => {
  const evaluation = evaluateConditions(compile({ [operator]: { 'claims.x': values } }, place), () => value);
  return 'error' in evaluation ? evaluation.error : evaluation.held;
};

const errors = (document: ConditionsDocument, place: ConditionsPlace) =>
  compileConditions(document, { place })
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ path }) => path.join('/'));

/**
 * For every operator: values, one text that matches and one that does not, one that is not of its type (null: none).
 */
const samples: [string, string[], string, string, string | null][] = [
  ['StringEquals', ['a', 'b'], 'b', 'B', null],
  ['StringNotEquals', ['a', 'b'], 'B', 'b', null],
  ['StringEqualsIgnoreCase', ['Main'], 'mAIN', 'mains', null],
  ['StringNotEqualsIgnoreCase', ['Main'], 'mains', 'mAIN', null],
  ['StringLike', ['refs/*', 'v?'], 'v1', 'v10', null],
  ['StringNotLike', ['refs/*', 'v?'], 'v10', 'refs/heads', null],
  ['NumericEquals', ['5', '7'], '7.0', '7.1', '0x7'],
  ['NumericNotEquals', ['5', '7'], '6', '5', 'seven'],
  ['NumericLessThan', ['5'], '4.9', '5', ' 4'],
  ['NumericLessThanEquals', ['5'], '5', '5.1', '4 '],
  ['NumericGreaterThan', ['5'], '5.1', '5', '+6'],
  ['NumericGreaterThanEquals', ['5'], '5', '4.9', 'Infinity'],
  ['DateEquals', ['2026-11-21T09:00:00Z'], '1795251600', '1795251601', 'today'],
  ['DateNotEquals', ['2026-11-21T09:00:00Z'], '1795251601', '1795251600', '2026-02-30'],
  ['DateLessThan', ['2026-11-21T09:00:00Z'], '2026-11-21T08:59:59Z', '2026-11-21T09:00:00Z', '21 Nov 2026'],
  ['DateLessThanEquals', ['2026-11-21T09:00:00Z'], '2026-11-21T09:00:00Z', '2026-11-21T09:00:01Z', ''],
  ['DateGreaterThan', ['2026-11-21T09:00:00Z'], '2026-11-21T09:00:01Z', '2026-11-21T09:00:00Z', '2026-11-21T10:00:00'],
  ['DateGreaterThanEquals', ['2026-11-21T09:00:00Z'], '2026-11-21T09:00:00Z', '2026-11-21T08:59:59Z', '2026'.repeat(5)],
  ['Bool', ['true'], 'TRUE', 'false', 'yes'],
  ['IpAddress', ['203.0.113.0/24', '2001:db8::/32'], '203.0.113.255', '203.0.114.0', 'localhost'],
  ['NotIpAddress', ['203.0.113.0/24', '2001:db8::/32'], '203.0.114.0', '2001:db8::1', '203.0.113.1/32'],
];

test('the table below has every operator', () => {
  expect(samples.map(([name]) => name).sort()).toEqual([...OPERATORS.keys()].sort());
});

describe.each(samples)('%s', (operator, values, matching, other, mistyped) => {
  const negated = /Not/.test(operator);
  const set = [`ForAnyValue:${operator}`, `ForAllValues:${operator}`] as const;

  it('holds for the one and not for the other', () => {
    expect(outcome(operator, values, matching)).toBe(true);
    expect(outcome(operator, values, other)).toBe(false);
  });

  it('treats a missing key as IAM does, and an empty list as missing', () => {
    for (const missing of [undefined, []]) {
      expect(outcome(operator, values, missing)).toBe(negated);
      expect(outcome(`${operator}IfExists`, values, missing)).toBe(true);
      expect(outcome(set[0], values, missing)).toBe(false);
      expect(outcome(`${set[0]}IfExists`, values, missing)).toBe(false);
      expect(outcome(set[1], values, missing)).toBe(true);
      expect(outcome(`${set[1]}IfExists`, values, missing)).toBe(true);
    }
  });

  it('with IfExists tests a key that is there', () => {
    expect(outcome(`${operator}IfExists`, values, matching)).toBe(true);
    expect(outcome(`${operator}IfExists`, values, other)).toBe(false);
  });

  it.each<[string, JsonValue]>([
    ['a list of one', [matching]],
    ['a list of two', [matching, other]],
    ['an object', { x: matching }],
    ['null', null],
    ['a whole number whose digits were lost', 2 ** 53],
  ])('is an error of evaluation on %s when plain', (_name, value) => {
    for (const place of ['allow', 'deny', 'require', 'actor-allow', 'actor-deny'] as const) {
      expect(outcome(`${operator}IfExists`, values, value, place)).toBe('condition_error');
    }
    expect(outcome(operator, values, value)).toBe('condition_error');
  });

  it('takes any and all of a list, or of a single value', () => {
    expect(outcome(set[0], values, [other, matching])).toBe(true);
    expect(outcome(set[0], values, [other])).toBe(false);
    expect(outcome(set[0], values, matching)).toBe(true);
    expect(outcome(set[1], values, [matching, matching])).toBe(true);
    expect(outcome(set[1], values, [matching, other])).toBe(false);
    expect(outcome(set[1], values, other)).toBe(false);
  });

  it.each<[string, JsonValue]>([
    ['null', null],
    ['an object', { x: matching }],
    ['a list with null', [matching, null]],
    ['a list within a list', [other, [matching]]],
  ])('is an error of evaluation on %s also in a set', (_name, value) => {
    for (const name of set) expect(outcome(name, values, value)).toBe('condition_error');
  });

  if (mistyped === null) return;

  it('does not hold for a value of another type, and is an error of evaluation where that would let it through', () => {
    expect(outcome(`${operator}IfExists`, values, mistyped, 'allow')).toBe(false);
    expect(outcome(`${operator}IfExists`, values, mistyped, 'require')).toBe(false);
    expect(outcome(operator, values, mistyped)).toBe('condition_error');
    expect(outcome(set[0], values, [mistyped, other])).toBe('condition_error');
    expect(outcome(set[0], values, [mistyped, matching])).toBe(true);
    expect(outcome(set[1], values, [mistyped, matching])).toBe('condition_error');
    expect(outcome(set[1], values, [mistyped, other])).toBe(false);
    expect(outcome(`${set[1]}IfExists`, values, [mistyped, matching], 'allow')).toBe(false);
  });

  it('does not load with a value of another type', () => {
    expect(errors({ [operator]: { 'claims.x': [values[0] ?? '', mistyped.replace('/32', '/33')] } }, 'deny')).toEqual([
      `${operator}/claims.x/1`,
    ]);
  });
});

describe('values', () => {
  it.each<[string, string, KeyValue, boolean]>([
    ['StringEquals', 'true', true, true],
    ['StringEquals', '1296269', 1_296_269, true],
    ['StringEquals', '1.5', 1.5, true],
    ['NumericEquals', '1e3', 1000, true],
    ['NumericEquals', '-0', 0, true],
    ['NumericEquals', '9007199254740993', '9007199254740992', false],
    ['NumericEquals', '9007199254740993', '9007199254740993', true],
    ['NumericLessThan', '9007199254740993', '9007199254740992', true],
    ['NumericGreaterThan', '-10', '-9.99', true],
    ['NumericLessThan', '0.1', '0.0999999999999999999999', true],
    ['Bool', 'FALSE', false, true],
    ['StringEquals', 'é', 'e\u0301', false],
    ['StringEqualsIgnoreCase', 'STRASSE', 'straße', false],
    ['StringEqualsIgnoreCase', 'K', '\u212a', false],
    ['StringEqualsIgnoreCase', 'É', 'é', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', 'a${*}', 'a*', true],
    ['StringLike', 'a${*}b${?}${$}', 'a*b?$', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringLike', 'a*b', 'a\n\nb', true],
    ['StringLike', 'a?b', 'a\u{1f600}b', true],
    ['StringLike', 'a?b', 'ab', false],
    ['StringLike', '*', '', true],
    ['StringLike', '', '', true],
    ['StringLike', 'a.c', 'abc', false],
    ['StringLike', 'A*', 'ab', false],
    ['DateEquals', '2026-11', '2026-11-01T00:00:00Z', true],
    ['DateEquals', '2026-11-21', '2026-11-21T02:00:00+02:00', true],
    ['DateEquals', '2026-11-21T09:00:00.5Z', 1_795_251_600.5, true],
    ['DateEquals', '2026-11-21T09:00Z', '2026-11-21t09:00:00.000z', true],
    ['IpAddress', '203.0.113.7/24', '203.0.113.200', true],
    ['IpAddress', '203.0.113.7', '203.0.113.7', true],
    ['IpAddress', '0.0.0.0/0', '255.255.255.255', true],
    ['IpAddress', '0.0.0.0/0', '::1', false],
    ['IpAddress', '::/0', '203.0.113.7', false],
    ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.7', false],
    ['IpAddress', '::ffff:0:0/96', '::ffff:203.0.113.7', true],
    ['IpAddress', '2001:DB8::/33', '2001:db8:7fff::1', true],
    ['IpAddress', '2001:DB8::/33', '2001:db8:8000::1', false],
    ['IpAddress', '2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['NotIpAddress', '::/0', '203.0.113.7', true],
  ])('%s %j on %j: %s', (operator, wanted, value, held) => {
    expect(outcome(operator, [wanted], value)).toBe(held);
  });

  it.each([
    ['DateEquals', '2026-02-29'],
    ['DateEquals', '2026-13-01'],
    ['DateEquals', '2026-11-21T24:00:00Z'],
    ['DateEquals', '2026-11-21T23:59:60Z'],
    ['DateEquals', '2026-11-21T09:00:00'],
    ['DateEquals', '2026-11-21T09:00:00+24:00'],
    ['DateEquals', '2026-11T09:00:00Z'],
    ['DateEquals', '1795251600000'],
    ['DateEquals', '253402300800'],
    ['DateEquals', '9999-12-31T23:59:59-00:01'],
    ['NumericEquals', '007'],
    ['NumericEquals', '.5'],
    ['NumericEquals', '5.'],
    ['NumericEquals', '1e9999999'],
    ['NumericEquals', ''],
    ['Bool', '1'],
    ['IpAddress', '203.0.113.0/33'],
    ['IpAddress', '203.0.113.0/024'],
    ['IpAddress', '203.0.113/24'],
    ['IpAddress', '010.0.0.1'],
    ['IpAddress', 'fe80::1%eth0'],
    ['IpAddress', '203.0.113.0/'],
    ['Null', 'maybe'],
    ['StringEquals', '${claims.x}'],
    ['StringLike', '${aws:username}'],
    ['StringLike', '${*'],
    ['StringLike', '${${*}}'],
  ])('%s does not load with %j', (operator, value) => {
    expect(errors({ [operator]: { 'claims.x': [value] } }, 'deny')).toEqual([`${operator}/claims.x`]);
  });
});

describe('Null', () => {
  it.each<[KeyValue, boolean]>([
    [undefined, true],
    [[], true],
    [null, true],
    ['', false],
    [0, false],
    [false, false],
    [['a', 'b'], false],
    [{}, false],
    [2 ** 60, false],
  ])('of %j is %s', (value, absent) => {
    expect(outcome('Null', ['true'], value)).toBe(absent);
    expect(outcome('Null', ['FALSE'], value)).toBe(!absent);
    expect(outcome('Null', ['true', 'false'], value)).toBe(true);
  });
});

describe('loading', () => {
  const trap = (operator: string) => ({ [operator]: { 'claims.x': ['a'] } });
  const guarded = ['allow', 'require', 'actor-allow'] as const;
  const traps = ['StringNotEquals', 'StringNotLike', 'ForAllValues:StringEquals', 'ForAnyValue:StringNotEquals'];

  it.each(traps)('%s loads in deny', (operator) => {
    expect(errors(trap(operator), 'deny')).toEqual([]);
    expect(errors(trap(operator), 'actor-deny')).toEqual([]);
  });

  it.each(guarded.flatMap((place) => traps.map((operator) => [operator, place] as const)))(
    '%s in %s loads only where the author says what a missing key does',
    (operator, place) => {
      expect(errors(trap(operator), place)).toEqual([`${operator}/claims.x`]);
      expect(errors(trap(`${operator}IfExists`), place)).toEqual([]);
      expect(errors({ ...trap(operator), Null: { 'claims.x': ['false'] } }, place)).toEqual([]);
      expect(errors({ ...trap(operator), Null: { 'claims.x': ['true'] } }, place)).toEqual([`${operator}/claims.x`]);
      expect(errors({ ...trap(operator), Null: { 'claims.x': ['false', 'true'] } }, place)).toHaveLength(1);
      expect(errors({ ...trap(operator), Null: { 'claims.y': ['false'] } }, place)).toHaveLength(1);
    },
  );

  it.each([
    'stringequals',
    'StringEqual',
    'ArnLike',
    'NullIfExists',
    'ForAnyValue:Null',
    'ForAnyValues:StringEquals',
    'ForAnyValue:ForAllValues:StringEquals',
    'StringEqualsIfExistsIfExists',
    'toString',
    '',
  ])('does not know the operator %j', (operator) => {
    expect(errors({ [operator]: { 'claims.x': ['true'] } }, 'deny')).toHaveLength(1);
  });

  it.each([
    'claims',
    'claims.',
    'Claims.x',
    'sub',
    'actor',
    'actor.sub',
    'actor.claims.',
    'request.userAgent',
    '',
    'aws:username',
  ])('does not know the key %j', (key) => {
    expect(errors({ StringEquals: { [key]: ['a'] } }, 'deny')).toEqual([`StringEquals/${key}`]);
  });

  it.each([
    'claims.https://acme/groups',
    'claims.a.b',
    'claims.__proto__',
    'actor.claims.x:y',
    'principal',
    'connection',
    'client',
    'actor.connection',
    'actor.client',
    'request.sourceIp',
    'request.time',
    'request.duration',
  ])('knows the key %j, but in `require` only claims', (key) => {
    expect(errors({ StringEquals: { [key]: ['a'] } }, 'allow')).toEqual([]);
    expect(errors({ StringEquals: { [key]: ['a'] } }, 'require')).toHaveLength(key.startsWith('claims.') ? 0 : 1);
  });

  it('refuses what tests nothing', () => {
    expect(errors({}, 'allow')).toEqual(['']);
    expect(errors({ StringEquals: {} }, 'deny')).toEqual(['StringEquals']);
    expect(errors({ StringEquals: { 'claims.x': [] } }, 'deny')).toEqual(['StringEquals/claims.x']);
  });

  it('warns of wildcards that are literal, and of an IfExists without effect', () => {
    const warned = (document: ConditionsDocument) => compileConditions(document, { place: 'deny' }).problems;
    expect(warned({ StringEquals: { 'claims.x': ['a', 'b*'] } })).toMatchObject([
      { path: ['StringEquals', 'claims.x', 1], severity: 'warning' },
    ]);
    expect(warned({ StringNotEqualsIgnoreCase: { 'claims.x': ['b?'] } })).toHaveLength(1);
    expect(warned({ StringEquals: { 'claims.x': ['b${*}'] }, StringLike: { 'claims.x': ['b*'] } })).toEqual([]);
    expect(warned({ 'ForAnyValue:StringEqualsIfExists': { 'claims.x': ['b'] } })).toHaveLength(1);
  });
});

describe('evaluation', () => {
  const both = compile({ StringEquals: { 'claims.a': ['1'], 'claims.b': ['1'] } });
  const evaluate = (a: KeyValue, b: KeyValue) => {
    const evaluation = evaluateConditions(both, (key) => (key === 'claims.a' ? a : b));
    return 'error' in evaluation ? evaluation.error : evaluation.held;
  };

  it.each<[KeyValue, KeyValue, boolean | string]>([
    ['1', '1', true],
    ['1', '2', false],
    ['2', '2', false],
    [['1'], '2', 'condition_error'],
    [['1'], new Unavailable('groups_overage'), 'condition_error'],
    ['1', new Unavailable('groups_overage'), 'groups_overage'],
    ['2', new Unavailable('groups_overage'), false],
  ])('of %j and %j is %s in either order', (a, b, expected) => {
    expect(evaluate(a, b)).toBe(expected);
    expect(evaluate(b, a)).toBe(expected);
  });

  it('says of every operator and key whether it held', () => {
    expect(evaluateConditions(both, (key) => (key === 'claims.a' ? '1' : undefined)).checks).toEqual([
      { operator: 'StringEquals', key: 'claims.a', held: true },
      { operator: 'StringEquals', key: 'claims.b', held: false, missed: 'absent' },
    ]);
  });

  it('gives the reason of a withheld value to every operator, Null included', () => {
    const withheld = new Unavailable('groups_overage');
    for (const [operator, values] of samples) expect(outcome(operator, values, withheld)).toBe('groups_overage');
    expect(outcome('Null', ['true'], withheld)).toBe('groups_overage');
    expect(outcome('ForAllValues:StringEquals', ['a'], withheld)).toBe('groups_overage');
  });
});

test.each([
  ['StringEqual', 'did you mean StringEquals?'],
  ['String_Equals', 'did you mean StringEquals?'],
  ['ForAnyValue:StringLik', 'did you mean ForAnyValue:StringLike?'],
  ['StringLikIfExists', 'did you mean StringLikeIfExists?'],
  ['Bol', 'did you mean Bool?'],
  ['Nul', 'did you mean Null?'],
  ['NullIfExists', 'Null takes no prefix and no IfExists'],
  ['ForAnyValue:Null', 'Null takes no prefix and no IfExists'],
  ['Whatever', null],
  ['ForSomeValue:StringLike', null],
])('an operator that is none does not load, and it is told what was meant: %s', (operator, fix) => {
  const { compiled, problems } = compileConditions({ [operator]: { 'claims.x': ['a'] } }, { place: 'allow' });
  expect([compiled, problems.map((problem) => problem.fix)]).toEqual([null, [fix]]);
});

test.each<[ConditionsDocument, string, string]>([
  [{ 'ForAnyValue:StringEqualsIfExists': { 'claims.x': ['a'] } }, 'useless-if-exists', 'claims.x'],
  [{ StringEquals: { 'claims.x': ['a', 'b*'] } }, 'literal-wildcard', '1'],
])('%j loads, with a warning %s', (document, code, place) => {
  const { compiled, problems } = compileConditions(document, { place: 'allow' });
  expect(compiled).not.toBeNull();
  expect(problems.map((problem) => [problem.severity, problem.code, String(problem.path.at(-1))])).toEqual([
    ['warning', code, place],
  ]);
});

test.each(['StringEqualsIfExists', 'ForAnyValue:StringEquals', 'StringLike'])('%s loads without one', (operator) => {
  expect(compileConditions({ [operator]: { 'claims.x': ['a'] } }, { place: 'allow' }).problems).toEqual([]);
});

test.each<[string, string, KeyValue, string | undefined]>([
  ['StringEquals', 'a', 'a', undefined],
  ['StringEquals', 'a', 'b', 'different'],
  ['StringEquals', 'a', undefined, 'absent'],
  ['StringEquals', 'a', ['a'], 'not-comparable'],
  ['StringEquals', 'a', new Unavailable('claim_withheld'), 'withheld'],
  ['Null', 'false', null, 'absent'],
  ['Null', 'false', [], 'absent'],
  ['Null', 'true', 'a', 'different'],
])('why a check did not hold: %s %s of %j: %s', (operator, wanted, value, missed) => {
  const { checks } = evaluateConditions(compile({ [operator]: { 'claims.x': [wanted] } }), () => value);
  expect(checks.map((check) => check.missed)).toEqual([missed]);
});
