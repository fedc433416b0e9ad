import { runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileConditions, evaluateConditions } from '../../lib/policy/conditions.ts';
import { OPERATORS } from '../../lib/policy/operators.ts';

/** CI has many more, by a seed of each commit; where a case fails, fast-check prints the seed that it came of. */
const CASES = Number(process.env['IAM_CASES'] ?? 8_000);
const SEED = Number(process.env['IAM_SEED'] ?? 3);
const SINGLE = Math.ceil(0.75 * CASES);

const KEY = 'aws:PrincipalTag/x';

/** Whether IAM, as an independent implementation has it, lets the condition hold. */
function iam(conditions: Record<string, Record<string, string[]>>, value: string | string[] | undefined): boolean {
  const simulation: Simulation = {
    request: {
      principal: 'arn:aws:iam::111122223333:role/probe',
      action: 's3:ListAllMyBuckets',
      resource: { resource: '*', accountId: '111122223333' },
      contextVariables: value === undefined ? {} : { [KEY]: value },
    },
    identityPolicies: [
      {
        name: 'probe',
        policy: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*', Condition: renamed(conditions) },
          ],
        },
      },
    ],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  return runUnsafeSimulation(simulation, {}) === 'Allowed';
}

const renamed = (conditions: Record<string, Record<string, string[]>>) =>
  Object.fromEntries(Object.entries(conditions).map(([operator, keys]) => [operator, { [KEY]: keys['claims.x'] }]));

/** Whether ours holds; null for an error of evaluation. */
function ours(conditions: Record<string, Record<string, string[]>>, value: string | string[] | undefined) {
  const { compiled } = compileConditions(conditions, { place: 'deny' });
  if (compiled === null) throw new Error('does not load');
  const evaluation = evaluateConditions(compiled, () => value);
  return 'error' in evaluation ? null : evaluation.held;
}

const joined = (...parts: string[]) =>
  fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((list) => list.join(''));

/** Bounded stars: the oracle's matcher backtracks. */
const text = joined('a', 'B', 'b', '/', 'refs', '.', '$', '{', ' ', 'é', '\\', '(', '+');
const pattern = fc
  .tuple(text, fc.constantFrom('', '*', '?', '${*}'), text, fc.constantFrom('', '*', '?', '${?}', '${$}'))
  .map((parts) => parts.join(''))
  .filter((value) => !value.replace(/\$\{[*?$]\}/g, '').includes('${'));
/**
 * The oracle resolves the escapes in the Like operators alone; IAM resolves its variables in every one (a table of ours
 * has them).
 */
const unescaped = pattern.filter((value) => !value.includes('${'));
const number = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat(99)).map(([whole, part]) => `${whole}.${part}`),
);
const day = fc.integer({ min: 0, max: 40 }).map((days) => new Date(Date.UTC(2026, 0, 20 + days)).toISOString());
const date = fc.oneof(
  day,
  day.map((value) => value.slice(0, 10)),
  day.map((value) => value.replace('.000Z', '+01:00')),
);
const boolean = fc.constantFrom('true', 'false', 'True', 'FALSE');
const octet = fc.constantFrom('0', '1', '127', '128', '203', '255');
const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const group = fc.constantFrom('0', '1', '8000', 'ffff', '2001', 'db8');
const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':'));
const range = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 1, max: 32 })).map((parts) => parts.join('/')),
  fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map((parts) => parts.join('/')),
);

const wanted = (operator: string): fc.Arbitrary<string> => {
  if (operator.startsWith('String')) return operator.includes('Like') ? pattern : fc.oneof(text, unescaped);
  if (operator.startsWith('Numeric')) return number;
  if (operator.startsWith('Date')) return date;
  return operator === 'Bool' ? boolean : range;
};
const given = (operator: string): fc.Arbitrary<string> => {
  if (operator.startsWith('String')) return text;
  if (operator.startsWith('Numeric')) return number;
  if (operator.startsWith('Date')) return date;
  return operator === 'Bool' ? boolean : fc.oneof(v4, v6);
};

const testCase = fc
  .record({
    base: fc.constantFrom(...OPERATORS.keys()),
    prefix: fc.constantFrom('', 'ForAnyValue:', 'ForAllValues:'),
    suffix: fc.constantFrom('', 'IfExists'),
  })
  .chain(({ base, prefix, suffix }) =>
    fc.record({
      operator: fc.constant(`${prefix}${base}${suffix}`),
      values: fc
        .array(wanted(base).filter(usable(base)), { minLength: 1, maxLength: 3 })
        .filter((values) => values.length > 0),
      value: fc.oneof(
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 4, arbitrary: given(base) },
        ...(prefix === '' ? [] : [{ weight: 4, arbitrary: fc.array(given(base), { minLength: 1, maxLength: 3 }) }]),
      ),
    }),
  );

/** What both read the same: ours refuses `${` that is no escape when it loads. */
function usable(base: string): (value: string) => boolean {
  return (value) => compileConditions({ [base]: { 'claims.x': [value] } }, { place: 'deny' }).compiled !== null;
}

test('a condition holds exactly where an independent implementation of IAM says so', () => {
  let held = 0;
  fc.assert(
    fc.property(testCase, ({ operator, values, value }) => {
      const conditions = { [operator]: { 'claims.x': values } };
      const expected = iam(conditions, value);
      if (expected) held += 1;
      expect(ours(conditions, value)).toBe(expected);
    }),
    { numRuns: SINGLE, seed: SEED },
  );
  expect(held).toBeGreaterThan(SINGLE / 6);
}, 240_000);

test('conditions together hold exactly where an independent implementation of IAM says so', () => {
  const several = fc.record({
    conditions: fc.record(
      {
        StringLike: fc.record({ 'claims.x': fc.array(pattern, { minLength: 1, maxLength: 2 }) }),
        StringNotEquals: fc.record({
          'claims.x': fc.array(text.filter(usable('StringEquals')), { minLength: 1, maxLength: 2 }),
        }),
        StringEqualsIgnoreCaseIfExists: fc.record({
          'claims.x': fc.array(text.filter(usable('StringEquals')), { minLength: 1, maxLength: 2 }),
        }),
        Null: fc.record({ 'claims.x': fc.array(boolean, { minLength: 1, maxLength: 1 }) }),
      },
      { requiredKeys: ['Null'] },
    ),
    value: fc.option(text, { nil: undefined }),
  });
  fc.assert(
    fc.property(several, ({ conditions, value }) => {
      expect(ours(conditions, value)).toBe(iam(conditions, value));
    }),
    { numRuns: CASES - SINGLE, seed: SEED },
  );
}, 240_000);

test('a plain operator on a list, which IAM lets miss unsaid, is an error here', () => {
  const conditions = { StringNotEquals: { 'claims.x': ['a'] } };
  expect(iam(conditions, ['b', 'c'])).toBe(false);
  expect(ours(conditions, ['b', 'c'])).toBeNull();
});
