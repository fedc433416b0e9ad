/** `*` in a pattern: any characters, none included. */
export const STAR = -1;
/** `?` in a pattern: any one character. */
export const ANY = -2;

/** A pattern as code points, STAR and ANY. */
export type Pattern = readonly number[];

/** Finds a run of the pattern in the text at `from` or later; returns its start, or -1. */
type Finder = (text: readonly number[], from: number, end: number) => number;

/** The characters of a text: code points, so that `?` is one character outside the BMP too. */
export const codePoints = (text: string): readonly number[] =>
  Array.from(text, (character) => Number(character.codePointAt(0)));

/**
 * Compiles a pattern to a test that never goes back in the text. The runs between stars are looked for from left to
 * right, each at its first place: n characters against a pattern of m take n + m steps, and n × m / 64 where a run has
 * a `?`.
 */
export function compilePattern(pattern: Pattern): (text: readonly number[]) => boolean {
  const [first = [], ...rest] = runs(pattern);
  const last = rest.pop();
  if (last === undefined) return (text) => text.length === first.length && startsWith(text, 0, first);
  const finders = rest.filter((run) => run.length > 0).map((run) => ({ find: finder(run), length: run.length }));
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !startsWith(text, 0, first) || !startsWith(text, end, last)) return false;
    let at = first.length;
    for (const { find, length } of finders) {
      const start = find(text, at, end);
      if (start === -1) return false;
      at = start + length;
    }
    return true;
  };
}

function runs(pattern: Pattern): number[][] {
  const found: number[][] = [];
  let run: number[] = [];
  for (const point of pattern) {
    if (point === STAR) {
      found.push(run);
      run = [];
    } else run.push(point);
  }
  return [...found, run];
}

const startsWith = (text: readonly number[], at: number, run: readonly number[]): boolean =>
  run.every((point, index) => point === ANY || point === text[at + index]);

const finder = (run: readonly number[]): Finder => (run.includes(ANY) ? shiftAnd(run) : knuthMorrisPratt(run));

/** Knuth, Morris and Pratt: `borders[i]` is the length of the longest proper border of the first i + 1 characters. */
function knuthMorrisPratt(run: readonly number[]): Finder {
  const borders: number[] = [0];
  const advance = (matched: number, point: number | undefined): number => {
    let length = matched;
    while (length > 0 && run[length] !== point) length = borders[length - 1] ?? 0;
    return run[length] === point ? length + 1 : 0;
  };
  let border = 0;
  for (const point of run.slice(1)) {
    border = advance(border, point);
    borders.push(border);
  }
  return (text, from, end) => {
    let matched = 0;
    for (let at = from; at < end; at += 1) {
      matched = advance(matched, text[at]);
      if (matched === run.length) return at + 1 - matched;
    }
    return -1;
  };
}

/**
 * Shift-And (Baeza-Yates and Gonnet): bit i of the state says that the last i + 1 characters match the run's first i +
 * 1.
 */
function shiftAnd(run: readonly number[]): Finder {
  const masks = new Map<number | undefined, bigint>();
  let wild = 0n;
  for (const [index, point] of run.entries()) {
    const bit = 1n << BigInt(index);
    if (point === ANY) wild |= bit;
    else masks.set(point, (masks.get(point) ?? 0n) | bit);
  }
  const final = 1n << BigInt(run.length - 1);
  return (text, from, end) => {
    let state = 0n;
    for (let at = from; at < end; at += 1) {
      state = ((state << 1n) | 1n) & ((masks.get(text[at]) ?? 0n) | wild);
      if ((state & final) !== 0n) return at + 1 - run.length;
    }
    return -1;
  };
}
