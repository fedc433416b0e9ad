import { describe, expect, it } from '@jest/globals';
import { Effort, Inexpressible } from '../../../lib/policy/iam/inexpressible.ts';
import { intersectArns, intersectTokens } from '../../../lib/policy/iam/intersect-patterns.ts';
import { readTokens } from '../../../lib/policy/iam/pattern.ts';
import { readArn } from '../../../lib/policy/iam/resource.ts';
import { writeResource, writeTokens } from '../../../lib/policy/iam/write.ts';

const met = (a: string, b: string, steps = 1_000_000) =>
  intersectTokens(readTokens(a), readTokens(b), 'exact', new Effort(steps)).map(writeTokens);

function arns(a: string, b: string) {
  const [one, other] = [readArn(a), readArn(b)];
  if (one === null || other === null) throw new TypeError('no ARN');
  return intersectArns(one, other, new Effort(1_000_000)).map(writeResource);
}

describe('the patterns of what two patterns match', () => {
  it.each<[string, string, readonly string[]]>([
    ['ab', 'ab', ['ab']],
    ['ab', 'ac', []],
    ['ab', 'abc', []],
    ['abc', 'ab', []],
    ['*', 'a', ['a']],
    ['a', '*', ['a']],
    ['', '*', ['']],
    ['', '?', []],
    ['a?', 'ab', ['ab']],
    ['?', '*', ['?']],
    ['a*', 'a?*', ['a?*']],
    ['a*b', 'a*c', []],
    ['a*', '*b', ['a*b']],
    ['ab*', '*bc', ['abc', 'ab*bc']],
    ['a*a', '*aa', ['a*aa', 'aa']],
    ['*a*', '*b*', ['*a*b*', '*b*a*']],
    ['a*a*', '*a', ['a*a']],
    ['a{*', '*$b', ['a{*$b']],
    ['a${*}*', 'a*b', ['a${*}*b']],
    ['${$}{*', '*}', ['${$}{*}']],
  ])('%s and %s: %j', (a, b, expected) => {
    expect([...met(a, b)].sort()).toEqual([...expected].sort());
    expect([...met(b, a)].sort()).toEqual([...expected].sort());
  });

  it('are at most 32, whatever their length', () => {
    const others = (count: number) =>
      `*${Array.from({ length: count }, (_, at) => `${String.fromCharCode(0x100 + at)}*`).join('')}`;
    expect(met('*x*', others(31))).toHaveLength(32);
    expect(() => met('*x*', others(32))).toThrow(new Inexpressible('patterns overlap in too many ways'));
  });

  it('of ARNs are every choice of the parts, at most 32 of them', () => {
    const choices = arns('arn:aws:sqs:*a*:1:*a*', 'arn:aws:sqs:*b*:1:*b*');
    expect([...choices].sort()).toEqual([
      'arn:aws:sqs:*a*b*:1:*a*b*',
      'arn:aws:sqs:*a*b*:1:*b*a*',
      'arn:aws:sqs:*b*a*:1:*a*b*',
      'arn:aws:sqs:*b*a*:1:*b*a*',
    ]);
    expect(() => arns('arn:aws:sqs:*a*b*:1:*a*b*', 'arn:aws:sqs:*c*d*:1:*c*d*')).toThrow(
      new Inexpressible('resources overlap in too many ways'),
    );
    expect(arns('arn:*a*:*a*:*a*:*a*:*a*', 'arn:*b*:*b*:*b*:*b*:*b*')).toHaveLength(32);
  });

  it('of ARNs that differ in a part are none, whatever the others say', () => {
    expect(arns('arn:aws:sqs:a:1:${aws:x}', 'arn:aws:sqs:b:1:y')).toEqual([]);
  });
});

describe('how much may be looked at', () => {
  it('is spent to the last step, and ends there', () => {
    const effort = new Effort(3);
    effort.spend(2);
    effort.spend(1);
    expect(() => effort.spend(1)).toThrow(new Inexpressible('the policies are too intricate to be compared'));
    expect(new Inexpressible('x').name).toBe('Inexpressible');
  });

  it.each([
    ['nothing but a step for two that are one', 'abcdefgh', 'abcdefgh', 1],
    ['nothing but a step for two texts that differ', 'abcdefgh', 'abx', 1],
    ['nothing but a step for a text and a beginning of it', 'abcdefgh', 'ab', 1],
    ['their lengths and the rest of both', 'ab*', 'abc', 1 + 6 + 1],
    ['their lengths and the rest of both, whichever covers', 'abc', 'ab*', 1 + 6 + 1],
    ['no more where their ends differ', 'a*b', 'a*c', 1 + 6 + 4],
    ['what is made of them besides, each place once', '*a', 'b*', 23],
    ['what is made of them besides, each place once, of longer ones', '*ab*', 'ba*b', 107],
    ['what is made of them besides, each place once, of one that is longer', '*ab*cd', 'x?*', 98],
    ['what is made of them besides, a run of stars being one', '*a*', '*b*', 61],
    ['what is made of them besides, of what is alike once', 'a*a*', '*a', 52],
  ])('is %s', (_, a, b, steps) => {
    expect(() => met(a, b, steps)).not.toThrow();
    expect(() => met(a, b, steps - 1)).toThrow(Inexpressible);
  });
});
