/** Most alternatives that one regular expression is written out as. */
const MOST = 32;

/**
 * The patterns of `StringLike` that match exactly what a regular expression matches whole, as octo-sts anchors it:
 * literal characters, `.`, `.*`, `.+` and groups of alternatives. null for anything else, which `*` would only widen.
 */
export function patternsOf(expression: string): readonly string[] | null {
  const reader = new Reader(expression.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''));
  const patterns = reader.alternatives();
  // `a|b` between `^` and `$` is anchored at one side each: whoever wrote it did not mean that.
  return patterns === null || !reader.isAtEnd || reader.hasBareAlternatives ? null : patterns;
}

class Reader {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  hasBareAlternatives = false;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  alternatives(): readonly string[] | null {
    let all: readonly string[] = [];
    for (;;) {
      const sequence = this.sequence();
      if (sequence === null || all.length + sequence.length > MOST) return null;
      all = [...all, ...sequence];
      if (this.text[this.at] !== '|') return all;
      this.hasBareAlternatives ||= this.depth === 0;
      this.at += 1;
    }
  }

  private sequence(): readonly string[] | null {
    let patterns: readonly string[] = [''];
    while (!this.isAtEnd && !'|)'.includes(this.text[this.at] ?? '')) {
      const part = this.part();
      if (part === null || patterns.length * part.length > MOST) return null;
      patterns = patterns.flatMap((before) => part.map((after) => before + after));
    }
    return patterns;
  }

  private part(): readonly string[] | null {
    const character = this.text[this.at] ?? '';
    if (character === '(') return this.group();
    if (character === '.') return this.any();
    if (character === '\\') return this.escaped();
    if ('[]{}*+?^$'.includes(character)) return null;
    this.at += 1;
    return this.once(character);
  }

  private any(): readonly string[] | null {
    const next = this.text[this.at + 1];
    if (next === '*' || next === '+') {
      this.at += 2;
      // A lazy or possessive star matches the same texts, but is seldom meant.
      return '?+*{'.includes(this.text[this.at] ?? '-') ? null : [next === '*' ? '*' : '?*'];
    }
    this.at += 1;
    return this.once('?');
  }

  private escaped(): readonly string[] | null {
    const character = this.text[this.at + 1] ?? '';
    if (!/^[^A-Za-z0-9]$/.test(character)) return null;
    this.at += 2;
    return this.once(character === '*' || character === '?' ? `\${${character}}` : character);
  }

  private group(): readonly string[] | null {
    this.at += this.text.startsWith('(?:', this.at) ? 3 : 1;
    this.depth += 1;
    const inside = this.alternatives();
    this.depth -= 1;
    if (inside === null || this.text[this.at] !== ')') return null;
    this.at += 1;
    return this.isRepeated() ? null : inside;
  }

  private once = (pattern: string): readonly string[] | null => (this.isRepeated() ? null : [pattern]);

  private isRepeated = (): boolean => '*+?{'.includes(this.text[this.at] ?? '-');
}
