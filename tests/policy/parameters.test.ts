import { expect, test } from '@jest/globals';
import {
  checkParameters,
  parameterOf,
  resolveParameters,
  type ScopeParameters,
  withParameters,
} from '../../lib/policy/parameters.ts';
import { compileSessionPolicy, renderSessionPolicy } from '../../lib/policy/session-policy.ts';

const PARAMETERS: ScopeParameters = {
  bucket: { values: ['reports', 'archive'] },
  prefix: { pattern: '2026/*', default: '2026/' },
};
const claims = (key: string) => (key === 'claims.team' ? ['data', 'web'] : undefined);
const resolve = (given: Record<string, string>, parameters = PARAMETERS) => {
  const outcome = resolveParameters(parameters, given, claims);
  return outcome.ok ? Object.fromEntries(outcome.value) : outcome.refusal.reason;
};

test.each<[string, Record<string, string>, unknown]>([
  ['a value and a default', { bucket: 'reports' }, { bucket: 'reports', prefix: '2026/' }],
  ['both given', { bucket: 'archive', prefix: '2026/11/' }, { bucket: 'archive', prefix: '2026/11/' }],
  ['nothing where one is required', {}, 'parameter_required'],
  ['a value that is not listed', { bucket: 'Reports' }, 'parameter_invalid'],
  ['a value that the glob does not match', { bucket: 'reports', prefix: '2025/' }, 'parameter_invalid'],
  ['an empty value', { bucket: '' }, 'parameter_invalid'],
  [
    'as long a value as there may be',
    { bucket: 'reports', prefix: `2026/${'a'.repeat(251)}` },
    { bucket: 'reports', prefix: `2026/${'a'.repeat(251)}` },
  ],
  ['a long value', { bucket: 'reports', prefix: `2026/${'a'.repeat(252)}` }, 'parameter_invalid'],
  ['a value of any alphabet', { bucket: 'reports', prefix: '2026/é😀' }, { bucket: 'reports', prefix: '2026/é😀' }],
  ['a value that turns the direction of text', { bucket: 'reports', prefix: '2026/\u202E' }, 'parameter_invalid'],
  ['a value with a control character', { bucket: 'reports', prefix: '2026/\u0000' }, 'parameter_invalid'],
  ['a value of two lines', { bucket: 'reports', prefix: '2026/\u2028' }, 'parameter_invalid'],
  ['a name that is none', { bucket: 'reports', other: 'x' }, 'parameter_invalid'],
  ['a name of Object', { bucket: 'reports', constructor: 'x' }, 'parameter_invalid'],
])('resolves %s', (_name, given, expected) => {
  expect(resolve(given)).toEqual(expected);
});

test.each([
  ['web', { team: 'web' }],
  ['ops', 'parameter_invalid'],
])('takes the values that a claim has: %s', (team, expected) => {
  expect(resolve({ team }, { team: { from: 'claims.team' } })).toEqual(expected);
});

test.each<[string, ScopeParameters, string, unknown]>([
  ['a claim of one value', { team: { from: 'claims.team' } }, 'data', { team: 'data' }],
  ['no empty value, whatever is listed', { team: { values: ['', 'data'] } }, '', 'parameter_invalid'],
  ['nothing where the glob cannot be read', { team: { pattern: '${claims.team}' } }, '', 'parameter_invalid'],
  ['nothing where it cannot be read', { team: { pattern: '${claims.team}' } }, 'data', 'parameter_invalid'],
  ['nothing without a source', { team: {} }, 'data', 'parameter_invalid'],
])('takes %s', (_name, parameters, team, expected) => {
  const outcome = resolveParameters(parameters, { team }, () => 'data');
  expect(outcome.ok ? Object.fromEntries(outcome.value) : outcome.refusal.reason).toEqual(expected);
});

test.each<[Record<string, string>, string]>([
  [{ other: 'x' }, 'The parameter other is not one of this scope.'],
  [{ o: 'x' }, 'The parameter o is not one of this scope.'],
  [{ ['o'.repeat(64)]: 'x' }, `The parameter ${'o'.repeat(64)} is not one of this scope.`],
  [{ ['o'.repeat(65)]: 'x' }, 'A parameter is not one of this scope.'],
  [{ 'an other': 'x' }, 'A parameter is not one of this scope.'],
  [{ 'other\n': 'x' }, 'A parameter is not one of this scope.'],
  [{}, 'The parameter bucket is required.'],
  [{ bucket: 'x' }, 'The parameter bucket does not take that value.'],
])('a refusal names the parameter, never the value: %j', (given, detail) => {
  expect(resolveParameters(PARAMETERS, given, claims)).toMatchObject({ refusal: { detail } });
});

test.each([
  ['param.bucket', 'bucket'],
  ['param.a.b', 'a.b'],
  ['param.', null],
  ['claims.team', null],
])('a key of templates names a parameter: %s, %s', (key, name) => {
  expect(parameterOf(key)).toBe(name);
});

test('templates see parameters beside the keys of the request, and no parameter that was not resolved', () => {
  const lookup = withParameters(new Map([['bucket', 'reports']]), claims);
  expect(['param.bucket', 'param.other', 'claims.team'].map(lookup)).toEqual(['reports', undefined, ['data', 'web']]);
});

test('a claim that is not there has no value', () => {
  expect(resolve({ team: 'undefined' }, { team: { from: 'claims.other' } })).toBe('parameter_invalid');
});

const GRANT = {
  externalId: null,
  policy: {
    Statement: [{ Resource: 'arn:aws:s3:::${param.bucket}' }, { Resource: ['arn:aws:s3:::${path:param.bukket}/*'] }],
  },
};

test.each<[string, ScopeParameters, readonly string[], string, string]>([
  [
    'a template of no parameter',
    PARAMETERS,
    ['param.bukket', 'param.bucket'],
    'grant/policy/Statement/1/Resource/0',
    '${param.bukket} is no parameter of this scope',
  ],
  [
    'a template of no parameter that stands nowhere',
    PARAMETERS,
    ['param.buckets'],
    'grant',
    '${param.buckets} is no parameter of this scope',
  ],
  ['what is no condition key', { a: { from: 'team' } }, [], 'parameters/a/from', 'team is not a condition key'],
  [
    'a default that is not among the values',
    { a: { values: ['b'], default: 'c' } },
    [],
    'parameters/a/default',
    'not among the values',
  ],
  [
    'a default that the glob does not match',
    { a: { pattern: 'b*', default: 'c' } },
    [],
    'parameters/a/default',
    'not among the values',
  ],
  ['a template in a glob', { a: { pattern: '${claims.team}' } }, [], 'parameters/a/pattern', 'is a glob'],
])('does not load with %s', (_name, parameters, keys, path, message) => {
  const found = checkParameters(parameters, keys, GRANT).map((problem) => [problem.path.join('/'), problem.message]);
  expect(found).toEqual([[path, expect.stringContaining(message)]]);
});

test('an item of a list stands in its path as a number', () => {
  expect(checkParameters(PARAMETERS, ['param.bukket'], GRANT).map(({ path }) => path)).toEqual([
    ['grant', 'policy', 'Statement', 1, 'Resource', 0],
  ]);
});

const rendered = (resource: string, value: string) => {
  const { compiled } = compileSessionPolicy({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: resource },
  });
  if (compiled === null) throw new Error('does not load');
  const outcome = renderSessionPolicy(compiled, () => value);
  return outcome.ok ? JSON.parse(outcome.value).Statement.Resource : outcome.refusal.reason;
};

test.each([
  ['arn:aws:s3:::${param.bucket}/x', 'reports', 'arn:aws:s3:::reports/x'],
  ['arn:aws:s3:::${param.bucket}/x', 'a/b', 'template_value'],
  ['arn:aws:s3:::b/${path:param.prefix}', '2026/11/', 'arn:aws:s3:::b/2026/11/'],
  ['arn:aws:s3:::b/${path:param.prefix}', 'a', 'arn:aws:s3:::b/a'],
  ['arn:aws:s3:::b/${path:param.prefix}/*', '2026/11/', 'arn:aws:s3:::b/2026/11/*'],
  ['arn:aws:s3:::b/${path:param.prefix}/*', '2026/11', 'arn:aws:s3:::b/2026/11/*'],
  ['arn:aws:s3:::b/${path:param.prefix}-*', '2026/', 'arn:aws:s3:::b/2026/-*'],
  ['arn:aws:s3:::b/${path:param.prefix}', '/2026/', 'template_value'],
  ['arn:aws:s3:::b/${path:param.prefix}', '2026//', 'template_value'],
  ['arn:aws:s3:::b/${path:param.prefix}', '../x', 'template_value'],
  ['arn:aws:s3:::b/${path:param.prefix}', '*', 'template_value'],
  ['arn:aws:s3:::b/${path:claims.prefix}', '2026/', 'template_value'],
])('%s of %s is %s', (resource, value, expected) => {
  expect(rendered(resource, value)).toBe(expected);
});
