/** How values and durations are written in a plan, and which fields count as the same. */
import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../lib/json.ts';
import { byOrder, bySwitch } from '../../../lib/policy/plan/change.ts';
import { canonical, compareFields, durationText, fieldsBut, valueText } from '../../../lib/policy/plan/fields.ts';
import { linesOf } from './said.ts';

it.each<[JsonValue | undefined, string]>([
  [undefined, 'nothing'],
  [null, 'nothing'],
  ['', 'nothing'],
  ['main', 'main'],
  [0, '0'],
  [false, 'false'],
  [['a'], '["a"]'],
  ['x'.repeat(120), 'x'.repeat(120)],
  ['x'.repeat(121), `${'x'.repeat(120)}…`],
])('value %j is written %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});

it.each([
  [0, '0s'],
  [1, '1s'],
  [59, '59s'],
  [60, '1m'],
  [90, '90s'],
  [900, '15m'],
  [3600, '1h'],
  [5400, '90m'],
  [7200, '2h'],
])('%d seconds are written %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

describe('fields that differ are told by their names, in the order of the alphabet', () => {
  it.each<[string, JsonValue, JsonValue, readonly string[]]>([
    ['the same', { a: 1 }, { a: 1 }, []],
    ['in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['null and left out', { a: null }, {}, []],
    [
      'two, and one more',
      { b: 1, a: 1 },
      { b: 2, a: 2, c: 3 },
      ['a is 2 instead of 1', 'b is 2 instead of 1', 'c is 3 instead of nothing'],
    ],
    ['of a member', { a: { b: 1, c: 1 } }, { a: { b: 1, c: 2 } }, ['a.c is 2 instead of 1']],
    ['an object left out', { a: { b: 1 } }, {}, ['a is nothing instead of {"b":1}']],
    ['an object put in', {}, { a: { b: 1 } }, ['a is {"b":1} instead of nothing']],
    ['a list in another order', { a: [1, 2] }, { a: [2, 1] }, ['a is [2,1] instead of [1,2]']],
    ['members in another order in a list', { a: [{ b: 1, c: 2 }] }, { a: [{ c: 2, b: 1 }] }, []],
  ])('%s', (_, before, after, said) => {
    expect(linesOf(compareFields(before, after, 'f'))).toEqual(said.map((line) => `changes | f.${line}`));
  });

  it('leaves out those that something else is said of', () => {
    expect(fieldsBut({ a: 1, b: 2 }, new Set(['a']))).toEqual({ b: 2 });
  });
});

it.each<[JsonValue, string]>([
  [null, 'null'],
  ['a"b', '"a\\"b"'],
  [[1, [true, 'x']], '[1,[true,"x"]]'],
  [{ b: [{ d: 1, c: 2 }], a: {} }, '{"a":{},"b":[{"c":2,"d":1}]}'],
])('%j has one text, whatever the order of its members', (value, text) => {
  expect(canonical(value)).toBe(text);
});

it('more of something is a gain, less a loss, and what is no number neither', () => {
  expect(linesOf(byOrder(1, 2, 'x'))).toEqual(['gains | x']);
  expect(linesOf(byOrder(2, 1, 'x'))).toEqual(['loses | x']);
  expect(byOrder(1, 1, 'x')).toEqual([]);
  expect(byOrder(Number.NaN, Number.NaN, 'x')).toEqual([]);
});

it('what is opened is a gain, what is shut a loss', () => {
  expect(linesOf(bySwitch(false, true, 'open', 'shut'))).toEqual(['gains | open']);
  expect(linesOf(bySwitch(true, false, 'open', 'shut'))).toEqual(['loses | shut']);
  expect(bySwitch(true, true, 'open', 'shut')).toEqual([]);
});
