/** What takes a while to try out of patterns: every short text, and the longest. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import { covers, matchesTokens, overlaps, readTokens } from '../../../lib/policy/iam/pattern.ts';

const policyOf = (Resource: JsonValue): JsonObject => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:*', Resource },
});

const patternText = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 }).map((parts) => parts.join(''));

test('patterns meet and cover as every short text says', () => {
  const texts = [
    '',
    ...['a', 'b'].flatMap((a) => [a, ...['a', 'b'].flatMap((b) => [a + b, ...['a', 'b'].map((c) => a + b + c)])]),
  ];
  const matching = (pattern: string) =>
    texts.filter((text) => matchesTokens(readTokens(pattern), readTokens(text), 'exact'));
  let met = 0;
  fc.assert(
    fc.property(patternText, patternText, (one, other) => {
      const [a, b] = [readTokens(one), readTokens(other)];
      const both = matching(one).filter((text) => matching(other).includes(text));
      if (both.length > 0) {
        met += 1;
        expect(overlaps(a, b, 'exact')).toBe(true);
      }
      if (covers(a, b, 'exact')) expect(matching(one)).toEqual(expect.arrayContaining(matching(other)));
    }),
    { numRuns: 3_000, seed: 4 },
  );
  expect(met).toBeGreaterThan(300);
  expect(overlaps(readTokens('a*'), readTokens('b*'), 'exact')).toBe(false);
  expect(overlaps(readTokens('a*b'), readTokens('*c?b'), 'exact')).toBe(true);
});

test('hostile patterns take time in proportion to their length', () => {
  const apart = ['a', 'b'].map((letter) => readTokens(`${'*?'.repeat(60)}${letter}`));
  expect(overlaps(apart[0] ?? [], apart[1] ?? [], 'exact')).toBe(false);
  const stars = `arn:aws:s3:::${'*a'.repeat(20_000)}`;
  const brackets = `arn:aws:s3:::${'${a,'.repeat(10_000)}}`;
  const request = readAccessRequest('s3:GetObject', `arn:aws:s3:::${'a'.repeat(40_000)}b`, {});
  const reading = readPolicyDocument(policyOf([stars, brackets]));
  expect(reading.ok && evaluateAccess({ identity: null, session: [reading.document] }, request).extent).toBe('none');
  expect(readPolicyDocument(policyOf(`arn${':'.repeat(100_000)}`)).ok).toBe(true);
  expect(readPolicyDocument(policyOf('${'.repeat(50_000))).ok).toBe(false);
});
