import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { patternsOf } from '../../../lib/configuration/import/regex-pattern.ts';
import { matchesAny } from '../../../lib/configuration/lints/tests.ts';

describe('a regular expression', () => {
  it.each([
    ['repo:acme/web:ref:refs/heads/main', ['repo:acme/web:ref:refs/heads/main']],
    ['repo:acme/(web|api):.*', ['repo:acme/web:*', 'repo:acme/api:*']],
    ['^a\\.b$', ['a.b']],
    ['a.+', ['a?*']],
    ['(?:a|b)(c|d)', ['ac', 'ad', 'bc', 'bd']],
    ['a\\*', ['a${*}']],
  ])('becomes patterns that match the same: %s', (expression, patterns) => {
    expect(patternsOf(expression)).toEqual(patterns);
  });

  it.each([
    '[0-9]+',
    'a|b',
    'a+',
    'a?',
    'a{2}',
    '\\d',
    '\\w+',
    '(a',
    'a)',
    '(a)*',
    '.*?',
    'a$b',
    '^^a',
    '(?=a)',
    '.{3}',
    'a\\',
  ])('becomes none, rather than a wider one: %s', (expression) => {
    expect(patternsOf(expression)).toBeNull();
  });

  it('that becomes patterns matches exactly what they match', () => {
    const part = fc.constantFrom('a', 'b', '/', '.', '.*', '.+', '(a|b)', '(ab|b.)', '\\.', ':');
    const expressions = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', ':'), maxLength: 8 });
    fc.assert(
      fc.property(expressions, texts, (expression, text) => {
        const patterns = patternsOf(expression);
        expect(patterns).not.toBeNull();
        expect(matchesAny(patterns ?? [], text)).toBe(new RegExp(`^(?:${expression})$`, 's').test(text));
      }),
      { numRuns: 2000, seed: 13 },
    );
  });
});
