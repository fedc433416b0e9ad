import { expect, it } from '@jest/globals';
import { OPERATORS } from '../../lib/policy/operators.ts';

it.each([
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
])('%s takes no text in which ${ stands for something else, and says which value it is', (name) => {
  expect(OPERATORS.get(name)?.compile(['a', '${x}'])).toEqual({ unreadable: [1] });
});

it.each([
  ['StringEquals', true],
  ['StringNotEqualsIgnoreCase', true],
  ['StringLike', false],
  ['Bool', false],
  ['NumericEquals', false],
])('%s warns of a wildcard: %s', (name, warns) => {
  expect(typeof OPERATORS.get(name)?.warn('a*') === 'string').toBe(warns);
});

it.each([
  ['StringEquals', 'b', true],
  ['StringEquals', 'c', false],
  ['StringNotEquals', 'b', false],
  ['StringNotEquals', 'c', true],
])('%s of a list is of any of its values: %s is %s', (name, value, held) => {
  const compiled = OPERATORS.get(name)?.compile(['a', 'b']);
  expect(compiled !== undefined && 'test' in compiled && compiled.test(value)).toBe(held);
});
