import { describe, expect, it } from '@jest/globals';
import type { ConditionBlock } from '../../../lib/policy/iam/condition.ts';
import { Effort, Inexpressible } from '../../../lib/policy/iam/inexpressible.ts';
import { joinConditions } from '../../../lib/policy/iam/join-conditions.ts';

const joined = (a: ConditionBlock, b: ConditionBlock, steps = 100_000) => joinConditions(a, b, new Effort(steps));
/** What both lists of values leave, of one operator. */
const values = (operator: string, a: readonly string[], b: readonly string[]) =>
  joined({ [operator]: { k: a } }, { [operator]: { K: b } })?.[operator]?.['k'] ?? null;

describe('of two bounds', () => {
  it.each<[string, string, readonly string[], readonly string[], string]>([
    ['the lower ceiling', 'NumericLessThanEquals', ['5'], ['9'], '5'],
    ['the lower ceiling, of the second', 'NumericLessThanEquals', ['9'], ['5'], '5'],
    ['the higher floor', 'NumericGreaterThan', ['5'], ['9'], '9'],
    ['the higher floor, of the first', 'NumericGreaterThanEquals', ['9'], ['5'], '9'],
    ['the earlier end', 'DateLessThanEquals', ['2027-01-01'], ['2026-01-01'], '2026-01-01'],
    ['the first of two that are one number', 'NumericLessThan', ['5'], ['5.0'], '5'],
    ['of each list the widest, which any value of it may meet', 'NumericLessThan', ['5', '1'], ['3'], '3'],
    ['of each list the widest, wherever it stands', 'NumericLessThan', ['1', '5'], ['9', '8', '4'], '5'],
    ['of several values of a request, each of which may meet both', 'ForAnyValue:NumericLessThan', ['5'], ['9'], '5'],
  ])('stands %s', (_, operator, a, b, expected) => {
    expect(values(operator, a, b)).toEqual([expected]);
  });

  it.each([
    ['the first', ['${aws:x}'], ['5']],
    ['the second', ['5'], ['${aws:x}']],
  ])('none stands where %s is not known', (_, a, b) => {
    expect(() => values('NumericLessThan', a, b)).toThrow(new Inexpressible('a bound is not known'));
  });
});

describe('of two lists', () => {
  it.each<[string, string, readonly string[], readonly string[], readonly string[] | null]>([
    ['that demand, the shorter stands', 'StringEquals', ['a', 'b'], ['a'], ['a']],
    ['that exclude, the longer stands', 'StringNotEquals', ['a'], ['a', 'b'], ['a', 'b']],
    ['that exclude, the longer stands, whichever it is', 'StringNotEquals', ['a', 'b'], ['b'], ['a', 'b']],
    ['that say the same, the first stands', 'StringEquals', ['a', 'b'], ['b', 'a'], ['a', 'b']],
    ['in other letters, Null folds them', 'Null', ['true'], ['TRUE'], ['true']],
    ['in other letters, what Null shares stands', 'Null', ['true', 'false'], ['False', 'x'], ['false']],
    ['of Null that share nothing, none can hold', 'Null', ['true'], ['FALSE'], null],
    ['with escapes, these are their characters', 'StringEqualsIgnoreCase', ['A${*}', 'b'], ['a${*}', 'c'], ['A${*}']],
    ['of numbers, equal ones stand', 'NumericEquals', ['1', '2'], ['2.0', '3'], ['2']],
    ['of numbers and what is none, none stands', 'NumericEquals', ['x'], ['1'], null],
    ['of what is none and numbers, none stands', 'NumericEquals', ['1'], ['x'], null],
    ['that are empty, nothing is a value', 'NumericLessThan', [], ['1'], null],
    ['of patterns, what both match stands', 'StringLike', ['a${*}*'], ['*b'], ['a${*}*b']],
    ['of patterns, any one character is one', 'StringLike', ['?${?}*'], ['a*c'], ['a${?}*c']],
    ['of patterns in other letters, none stands', 'StringLike', ['A*'], ['a*'], null],
    ['of ARNs, their parts meet', 'ArnLike', ['arn:aws:s3:::a*'], ['arn:aws:s3:::*z'], ['arn:aws:s3:::a*z']],
    ['of ARNs, ArnEquals is ArnLike', 'ArnEquals', ['arn:aws:s3:::a*'], ['arn:aws:s3:::*z'], ['arn:aws:s3:::a*z']],
    ['of ARNs apart, none stands', 'ArnLike', ['arn:aws:s3:::a'], ['arn:aws:s3:::b'], null],
    ['of ARNs and what is none, none stands', 'ArnLike', ['arn:aws:s3:::a'], ['a'], null],
    ['of what is none and ARNs, none stands', 'ArnLike', ['a'], ['arn:aws:s3:::a'], null],
    ['the pair that is written alike stands', 'ArnLike', ['x', 'arn:aws:s3:::a'], ['x', 'arn:aws:s3:::b'], ['x']],
  ])('%s', (_, operator, a, b, expected) => {
    expect(values(operator, a, b)).toEqual(expected);
  });

  it.each([
    ['ForAnyValue:StringEquals', ['a'], ['b'], 'one value may satisfy the one and another value the other'],
    ['StringEqualsIgnoreCase', ['${aws:x}'], ['a'], 'what both allow depends on a variable'],
    ['StringEqualsIgnoreCase', ['a'], ['${aws:x}'], 'what both allow depends on a variable'],
    ['StringLike', ['${aws:x}'], ['a*'], 'what both allow depends on ${aws:x}'],
    ['StringLike', ['a*'], ['${aws:x}'], 'what both allow depends on ${aws:x}'],
    ['IpAddress', ['${aws:x}'], ['10.0.0.0/8'], 'a range is not known'],
    ['IpAddress', ['10.0.0.0/8'], ['${aws:x}'], 'a range is not known'],
    ['Spells', ['a'], ['b'], 'Spells is no condition operator'],
  ])('of %s nothing says %j and %j: %s', (operator, a, b, why) => {
    expect(() => values(operator, a, b)).toThrow(new Inexpressible(why));
  });
});

describe('of two ranges', () => {
  it.each<[string, string, string, string | null]>([
    ['the one within', '10.0.0.0/8', '10.1.0.0/16', '10.1.0.0/16'],
    ['the one within, whichever it is', '10.1.0.0/16', '10.0.0.0/8', '10.1.0.0/16'],
    ['the first of two that are one', '10.0.0.1', '10.0.0.1/32', '10.0.0.1'],
    ['none of two apart', '10.0.0.0/8', '11.1.0.0/16', null],
    ['none of two apart, the wide one second', '11.1.0.0/16', '10.0.0.0/8', null],
    ['none of two kinds', '10.0.0.0/8', '2001:db8::/32', null],
    ['none where the first is too narrow to be one', '10.0.0.0/99', '10.0.0.0/8', null],
    ['none where the second is too narrow to be one', '10.0.0.0/8', '10.0.0.0/99', null],
    ['none where the first is no range', 'x', '10.0.0.0/8', null],
    ['none where the second is no range', '10.0.0.0/8', 'x', null],
  ])('stands %s', (_, a, b, expected) => {
    expect(values('IpAddress', [a], [b])).toEqual(expected === null ? null : [expected]);
  });
});

describe('where no value is left', () => {
  it('only the key is given up that has none, and has to be absent then', () => {
    expect(joined({ StringEqualsIfExists: { k: ['a'], z: ['q'] } }, { StringEqualsIfExists: { k: ['b'] } })).toEqual({
      StringEqualsIfExists: { z: ['q'] },
      Null: { k: ['true'] },
    });
    expect(joined({ StringEqualsIfExists: { k: ['a'] } }, { StringEqualsIfExists: { k: ['b'] } })).toEqual({
      Null: { k: ['true'] },
    });
  });

  it('nothing holds where the key has to be there besides', () => {
    const there = { Null: { k: ['false'] } };
    expect(joined({ ...there, StringEqualsIfExists: { k: ['a'] } }, { StringEqualsIfExists: { k: ['b'] } })).toBeNull();
  });
});

it('costs what the lists are long, and no more is looked at than that', () => {
  const [a, b] = [{ NumericEquals: { k: ['1', '2', '3'] } }, { NumericEquals: { k: ['4', '3'] } }];
  expect(joined(a, b, 6)).toEqual({ NumericEquals: { k: ['3'] } });
  expect(() => joined(a, b, 5)).toThrow(new Inexpressible('the policies are too intricate to be compared'));
});
