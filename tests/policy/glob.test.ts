import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { codePoints, compilePattern } from '../../lib/policy/glob.ts';
import { readPattern } from '../../lib/policy/string-values.ts';

const matches = (pattern: string, text: string): boolean => {
  const points = readPattern(pattern);
  if (points === null) throw new Error('not a pattern');
  return compilePattern(points)(codePoints(text));
};

/** The definition, tried out: a row a pattern character, whether it can end at each place of the text. */
function byDefinition(pattern: string, text: string): boolean {
  let ends = [true, ...Array.from(text, () => false)];
  for (const character of pattern) {
    const before = ends;
    ends = before.map((_, end) => {
      if (character === '*') return before.slice(0, end + 1).includes(true);
      return end > 0 && before[end - 1] === true && (character === '?' || character === text[end - 1]);
    });
  }
  return ends.at(-1) === true;
}

const alphabet = (characters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((list) => list.join(''));

test('a pattern matches what its definition says', () => {
  fc.assert(
    fc.property(alphabet('ab*?', 12), alphabet('ab', 14), (pattern, text) => {
      expect(matches(pattern, text)).toBe(byDefinition(pattern, text));
    }),
    { numRuns: 20_000, seed: 1 },
  );
});

test('a run with `?` longer than a machine word matches what its definition says', () => {
  const long = fc.tuple(alphabet('ab?', 70), alphabet('ab', 20), fc.nat(40)).map(([run, around, at]) => {
    const text = run.replaceAll('?', 'a');
    return { pattern: `*${run}*`, text: `${around.slice(0, at)}${text}${around.slice(at)}` };
  });
  fc.assert(
    fc.property(long, alphabet('ab', 80), ({ pattern, text }, other) => {
      expect(matches(pattern, text)).toBe(true);
      expect(matches(pattern, other)).toBe(byDefinition(pattern, other));
    }),
    { numRuns: 2000, seed: 2 },
  );
});

/** Runs around a machine word: each character counts, and each `?` is one. */
test.each([1, 2, 30, 31, 32, 33, 63, 64, 65, 130])('a run of %i characters with a `?` is found whole', (length) => {
  const letters = Array.from({ length }, (_, at) => String.fromCodePoint(0x100 + at));
  const run = letters.map((letter, at) => (at === length >> 1 ? '?' : letter)).join('');
  expect(matches(`*${run}*`, `ab${letters.join('')}c`)).toBe(true);
  expect(matches(`a*${run}*`, `a${letters.join('')}`)).toBe(true);
  expect(matches(`*${run}*`, letters.slice(1).join(''))).toBe(false);
  for (const at of letters.keys()) {
    const other = letters.with(at, 'x').join('');
    expect(matches(`*${run}*`, other)).toBe(at === length >> 1);
    expect(matches(`*${run}*`, `${other}${letters.slice(0, at).join('')}`)).toBe(at === length >> 1);
  }
});

test.each([
  ['ab', 'ab', true],
  ['ab', 'ba', false],
  ['ab', 'ac', false],
  ['ab', 'abb', false],
  ['a?', 'ab', true],
  ['a*b', 'ab', true],
  ['a*bc', 'abc', true],
  ['a*bc', 'acb', false],
  ['a*b', 'cb', false],
  ['a*b', 'ac', false],
  ['ab*ba', 'aba', false],
  ['a**', 'a', true],
  ['*ab*', 'xx', false],
  ['*ab*', 'xb', false],
  ['*abc*', 'abbc', false],
  ['a*b?*', 'abx', true],
  ['a*bc?*', 'acx', false],
  ['a*bc?*', 'acxx', false],
  ['*a?*a?*', 'axay', true],
  ['*a?*a?*', 'aaa', false],
  ['*aab*', 'aaab', true],
  ['*aa?*', 'aax', true],
  ['*ab?*', 'bbx', false],
  ['*ab*b', 'ab', false],
  ['*a?*b', 'ab', false],
  ['*ab*ab*', 'abab', true],
  ['*ab*ba*', 'aba', false],
  ['*abab*c', 'abaababc', true],
  ['a\u0001', 'ab', false],
  ['a\u0002', 'ab', false],
  ['*a\u0002*', 'ab', false],
  ['?', '😀', true],
])('%j matches %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

describe('time', () => {
  /** Counts how often the matcher looks at the text. */
  const looks = (pattern: string, length: number): number => {
    let count = 0;
    const text = new Proxy(codePoints('a'.repeat(length)), {
      get(target, name) {
        if (typeof name === 'string' && /^[0-9]+$/.test(name)) count += 1;
        return Reflect.get(target, name);
      },
    });
    expect(compilePattern(readPattern(pattern) ?? [])(text)).toBe(false);
    return count;
  };

  it.each([
    ['stars', '*a*a*a*a*a*a*a*a*b'],
    ['a late mismatch', `*${'a'.repeat(200)}b*`],
    ['question marks', `*${'a?'.repeat(100)}b*`],
    ['stars and question marks', '*?a*?a*?a*?b*'],
  ])('looks at each character of the text a bounded number of times: %s', (_name, pattern) => {
    expect(looks(pattern, 20_000)).toBeLessThanOrEqual(2 * 20_000 + pattern.length);
  });

  it('takes a moment for a token of 20,000 characters against a pattern of 2,000', () => {
    const text = codePoints('a'.repeat(20_000));
    for (const run of ['a'.repeat(1999), 'a?'.repeat(1000)]) {
      const match = compilePattern(readPattern(`*${run}b*`) ?? []);
      const started = performance.now();
      expect(match(text)).toBe(false);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});
