import { describe, expect, it } from '@jest/globals';
import { QNAME } from '../../../lib/identity/saml/xml-text.ts';

describe('a name of XML', () => {
  const nameAt = (text: string): string | null => {
    QNAME.lastIndex = 0;
    return QNAME.exec(text)?.[0] ?? null;
  };
  /** The first and the last of each range that a name may begin with (XML 1.0, production 4). */
  const STARTS = [
    ['A', 'Z'],
    ['_', '_'],
    ['a', 'z'],
    ['\u{C0}', '\u{D6}'],
    ['\u{D8}', '\u{F6}'],
    ['\u{F8}', '\u{2FF}'],
    ['\u{370}', '\u{37D}'],
    ['\u{37F}', '\u{1FFF}'],
    ['\u{200C}', '\u{200D}'],
    ['\u{2070}', '\u{218F}'],
    ['\u{2C00}', '\u{2FEF}'],
    ['\u{3001}', '\u{D7FF}'],
    ['\u{F900}', '\u{FDCF}'],
    ['\u{FDF0}', '\u{FFFD}'],
    ['\u{10000}', '\u{EFFFF}'],
  ].flat();

  it.each(STARTS)('may begin with %j, and have it within', (character) => {
    expect(nameAt(`${character}b>`)).toBe(`${character}b`);
    expect(nameAt(`a${character}:b${character}>`)).toBe(`a${character}:b${character}`);
  });

  it.each(['-', '.', '0', '9', '\u{B7}', '\u{300}', '\u{36F}', '\u{203F}', '\u{2040}'])(
    'may have %j within, and not begin with it',
    (character) => {
      expect(nameAt(`a${character}>`)).toBe(`a${character}`);
      expect(nameAt(`${character}a`)).toBeNull();
    },
  );

  it.each([
    ...['@', '[', '^', '`', '{', '/', ' ', '\u{D7}', '\u{F7}', '\u{37E}', '\u{2000}', '\u{200B}', '\u{200E}'],
    ...[
      '\u{206F}',
      '\u{2190}',
      '\u{2BFF}',
      '\u{2FF0}',
      '\u{3000}',
      '\u{F8FF}',
      '\u{FDD0}',
      '\u{FDEF}',
      '\u{FFFE}',
      '\u{F0000}',
    ],
    '\u{BF}',
  ])('ends before %j', (character) => {
    expect(nameAt(`a${character}b`)).toBe('a');
    expect(nameAt(`${character}b`)).toBeNull();
  });

  it('has one colon at most', () => {
    expect([nameAt('a:b:c'), nameAt(':a'), nameAt('a:')]).toEqual(['a:b', null, 'a']);
  });
});
