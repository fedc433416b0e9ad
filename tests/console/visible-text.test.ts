import { describe, expect, it } from '@jest/globals';
import { visibleText } from '../../console/visible-text.ts';

const shown = (text: string): string =>
  visibleText(text)
    .map((piece) => (typeof piece === 'string' ? piece : `[${piece.codePoint}]`))
    .join('');

describe('a text of somebody else', () => {
  it.each([
    ['an escape sequence of a terminal', '\u001b[2Jgone', '[U+001B][2Jgone'],
    ['a C1 control', '\u009b31m', '[U+009B]31m'],
    ['NUL, TAB, LF, CR', '\0\t\n\r', '[U+0000][U+0009][U+000A][U+000D]'],
    ['direction characters', 'a\u202egnp.exe\u2066x', 'a[U+202E]gnp.exe[U+2066]x'],
    ['line and paragraph separators', 'a\u2028b\u2029', 'a[U+2028]b[U+2029]'],
    ['what is drawn as nothing', 'a\u200bd\u00admin\u3164\u2060', 'a[U+200B]d[U+00AD]min[U+3164][U+2060]'],
    ['blanks that are none of the keyboard', 'a\u00a0b\u2003c\u2800', 'a[U+00A0]b[U+2003]c[U+2800]'],
    ['tags', `\u{1f3f4}\u{e0067}x`, '\u{1f3f4}[U+E0067]x'],
    ['half of a surrogate pair', 'a\ud800b', 'a[U+D800]b'],
    ['private use', '\ue000', '[U+E000]'],
    ['a joiner between letters', 'a\u200db', 'a[U+200D]b'],
  ])('shows %s by code point', (_, text, visible) => {
    expect(shown(text)).toBe(visible);
  });

  it.each([
    ['markup', '<img src=x onerror=alert(1)>'],
    ['a formula', '=HYPERLINK("https://evil.example","pay")'],
    ['letters of other scripts', 'Łódź 東京 عربى Ελλάδα'],
    ['a joined emoji', '👩‍👩‍👧‍👦 👍🏽 ❤️ 🇩🇪'],
    ['256 emoji', '🔑'.repeat(256)],
    ['an empty text', ''],
  ])('leaves %s as it is', (_, text) => {
    expect(shown(text)).toBe(text);
  });
});
