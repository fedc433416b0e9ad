import { describe, expect, it } from '@jest/globals';
import { ANY, STAR } from '../../../lib/policy/glob.ts';
import { readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import {
  covers,
  isPattern,
  matchesTokens,
  overlaps,
  readTokens,
  splitAtColons,
} from '../../../lib/policy/iam/pattern.ts';
import {
  coversResource,
  matchesArn,
  overlapsResource,
  putIntoResource,
  readArn,
  readResource,
  splitArn,
} from '../../../lib/policy/iam/resource.ts';
import { hasVariables, putIntoText, variableText } from '../../../lib/policy/iam/variables.ts';

const at = (text: string): number => text.codePointAt(0) ?? 0;

describe('a pattern', () => {
  it.each([
    ['a*', [at('a'), STAR]],
    ['a***?', [at('a'), STAR, ANY]],
    ['*a*', [STAR, at('a'), STAR]],
    ['${*}${?}${$}', [at('*'), at('?'), at('$')]],
    ['${aws:x}a', ['${aws:x}', at('a')]],
    ['$a{}', [at('$'), at('a'), at('{'), at('}')]],
    ['😀?', [at('😀'), ANY]],
    [' \n', [at(' '), at('\n')]],
  ])('is read in its parts: %s', (text, tokens) => {
    expect(readTokens(text)).toEqual(tokens);
  });

  it.each(['${', 'a${b', '${a}${b'])('without the end of a variable is none: %s', (text) => {
    expect(() => readTokens(text)).toThrow('`${` without `}`');
  });

  it('is split at its colons, and not at those of a variable', () => {
    expect(splitAtColons(readTokens('a:${aws:x}::b'))).toEqual([[at('a')], ['${aws:x}'], [], [at('b')]]);
  });

  it.each([
    ['a*', 'exact', 'aB', true],
    ['a*', 'exact', 'Ab', false],
    ['a*', 'folded', 'Ab', true],
    ['A?Z', 'folded', 'abz', true],
    ['[', 'folded', '{', false],
    ['@', 'folded', '`', false],
    ['a', 'exact', '', false],
    ['', 'exact', '', true],
    ['*', 'exact', '', true],
    ['?', 'exact', '', false],
    // A star of the other side is no text of its own.
    ['?', 'exact', '*', false],
    ['?*', 'exact', '*', false],
    ['*', 'exact', '*', true],
    ['a*', 'folded', 'A*', true],
    ['*b', 'exact', 'ab', true],
    ['*b', 'exact', 'aab', true],
    ['*ab', 'exact', 'aaab', true],
    ['${aws:x}*', 'exact', '${aws:x}/a', true],
    ['*', 'exact', '${aws:x}', true],
    ['?', 'exact', '${aws:x}', false],
    ['${aws:x}', 'exact', 'a', false],
    ['${aws:x}', 'exact', '${aws:y}', false],
    ['${aws:x}', 'folded', '${aws:X}', false],
  ] as const)('%s (%s) has every text of %s: %s', (wide, letters, narrow, expected) => {
    expect(matchesTokens(readTokens(wide), readTokens(narrow), letters)).toBe(expected);
    expect(covers(readTokens(wide), readTokens(narrow), letters)).toBe(expected);
  });

  it.each([
    ['a*', 'exact', '*b', true],
    ['a*', 'exact', 'b*', false],
    ['a*', 'folded', 'A?', true],
    ['a?', 'exact', 'a', false],
    ['a*', 'exact', 'a', true],
    ['ab', 'exact', 'a', false],
    ['*a', 'exact', '?b', false],
    ['*a*', 'exact', '?b?*', true],
    ['a*', 'exact', '*', true],
    ['*', 'exact', '*', true],
    ['?a*', 'exact', 'b*', true],
    [`${'*?'.repeat(40)}a`, 'exact', `${'*?'.repeat(40)}b`, false],
  ] as const)('%s (%s) has a text in common with %s: %s', (a, letters, b, expected) => {
    expect(overlaps(readTokens(a), readTokens(b), letters)).toBe(expected);
    expect(overlaps(readTokens(b), readTokens(a), letters)).toBe(expected);
  });

  it.each([
    ['abc', false],
    ['', false],
    ['a*', true],
    ['?', true],
    ['${aws:x}', true],
  ])('%j is one: %s', (text, expected) => {
    expect(isPattern(readTokens(text))).toBe(expected);
  });
});

describe('a resource', () => {
  const arn = 'arn:aws:s3:::b/a';
  it.each([
    ['*', '*', true],
    ['*', arn, true],
    [arn, '*', false],
    [arn, arn, true],
    ['arn:aws:s3:::b/*', arn, true],
    ['arn:aws:s3:::b', arn, false],
    ['arn:aws:s3', arn, true],
    ['arn:aws', 'arn:aws:sqs:eu-west-1:111122223333:q', true],
    ['arn:*:s3:::b/a', arn, true],
    ['arn:aws:sqs:*:*:q', 'arn:aws:sqs:eu-west-1:111122223333:q', true],
    ['arn:aws:sqs:*:q', 'arn:aws:sqs:eu-west-1:111122223333:q', false],
    ['arn:aws:logs:::g:*', 'arn:aws:logs:::g:s:t', true],
    ['arn:aws:logs:::g', 'arn:aws:logs:::g:s', false],
    ['arn:aws:S3:::b/a', arn, false],
  ])('%s has all of %s: %s', (wide, narrow, expected) => {
    expect(coversResource(readResource(wide), readResource(narrow))).toBe(expected);
  });

  it.each([
    ['*', arn, true],
    [arn, '*', true],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::*/a', true],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::c/*', false],
    ['arn:aws:sqs:*:*:q', 'arn:aws:sns:*:*:q', false],
  ])('%s may be one of %s: %s', (a, b, expected) => {
    expect(overlapsResource(readResource(a), readResource(b))).toBe(expected);
  });

  it.each([
    ['arn:aws:s3:::b', true],
    ['arn:aws:s3::b', false],
    ['aws:aws:s3:::b', false],
    ['arn:aws:s3:::${b', false],
    ['arn:aws:s3:::${a}/${b', false],
    ['arn:aws:s3:::${a}/${b}', true],
    ['arn:aws:s3:::b:c:d', true],
  ])('of six parts is %s: %s', (text, expected) => {
    expect(readArn(text) !== null).toBe(expected);
  });

  it('keeps the colons of its last part', () => {
    expect(splitArn('arn:aws:logs:r:1:g:s:t')).toEqual(['arn', 'aws', 'logs', 'r', '1', 'g:s:t']);
    expect(splitArn('arn:aws:s3:::b')).toEqual(['arn', 'aws', 's3', '', '', 'b']);
    expect([splitArn('arn:aws:s3::b'), splitArn('urn:aws:s3:::b')]).toEqual([null, null]);
    const pattern = readArn('arn:aws:logs:r:1:g:*');
    if (pattern === null) throw new TypeError('no pattern');
    expect(matchesArn(pattern, splitArn('arn:aws:logs:r:1:g:s:t') ?? [])).toBe(true);
    expect(matchesArn(pattern, splitArn('arn:aws:logs:r:1:g') ?? [])).toBe(false);
    expect(matchesArn(pattern, splitArn('arn:aws:Logs:r:1:g:s') ?? [])).toBe(false);
  });

  it('takes the values of a request, and is any where one is missing, in its part', () => {
    const pattern = readResource('arn:aws:s3:::${aws:b}/${aws:k}');
    const put = (context: Record<string, string | string[]>) =>
      putIntoResource(pattern, new Map(Object.entries(context)));
    expect(put({ 'aws:b': 'b', 'aws:k': '*' })).toEqual({ put: readResource('arn:aws:s3:::b/${*}'), whole: true });
    expect(put({ 'aws:b': 'b' })).toEqual({ put: readResource('arn:aws:s3:::*'), whole: false });
    expect(putIntoResource(readResource('*'), new Map())).toEqual({ put: { kind: 'any' }, whole: true });
  });
});

describe('a variable', () => {
  const context = new Map<string, string | string[]>([
    ['aws:x', 'v*?$'],
    ['aws:many', ['a', 'b']],
    ['aws:empty', ''],
  ]);

  it.each([
    ['${aws:x}', 'v*?$'],
    ['${ AWS:X }', 'v*?$'],
    ["${aws:y, 'none'}", 'none'],
    ["${aws:y,''}", ''],
    ["${aws:x, 'none'}", 'v*?$'],
    ["${aws:many, 'none'}", null],
    ["${aws:empty, 'none'}", 'none'],
    ['${aws:empty}', null],
    ['${aws:y}', null],
    ['${aws:y, none}', null],
    ["${aws:y, '}", null],
    ["${aws:y, 'a}", null],
    ["${aws:y, a'}", null],
    ["${aws:y, 'a,b'}", 'a,b'],
    ["${y,'b'}", 'b'],
    ["${'a'}", null],
  ])('%s stands for %j', (variable, text) => {
    expect(variableText(variable, context)).toBe(text);
  });

  it('is put into a text with its own wildcards escaped', () => {
    expect(putIntoText('a/${aws:x}/${*}', context)).toBe('a/v${*}${?}${$}/${*}');
    expect(putIntoText('a/${aws:x}/${aws:y}', context)).toBeNull();
    expect(putIntoText('plain', context)).toBe('plain');
  });

  it.each([
    ['a', false],
    ['${*}${?}${$}', false],
    ['${*}${aws:x}', true],
    ['${}', true],
  ])('%s has one: %s', (text, expected) => {
    expect(hasVariables(text)).toBe(expected);
  });
});

describe('several resources', () => {
  it('of one statement allow what any of them has', () => {
    const reading = readPolicyDocument({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] },
    });
    if (!reading.ok) throw new TypeError(reading.problem);
    const extent = (resource: string) =>
      evaluateAccess({ identity: null, session: [reading.document] }, readAccessRequest('s3:GetObject', resource, {}))
        .extent;
    expect(['a', 'b', 'c'].map((bucket) => extent(`arn:aws:s3:::${bucket}/x`))).toEqual(['all', 'all', 'none']);
  });
});
