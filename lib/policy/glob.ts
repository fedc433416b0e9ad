/** `*` in a pattern: any characters, none included. */
export const STAR = -1;
/** `?` in a pattern: any one character. */
export const ANY = -2;

/** A pattern as code points, STAR and ANY. */
export type Pattern = readonly number[];

/** Finds a run of the pattern in the text at `from` or later; returns its start, or -1. */
type Finder = (text: readonly number[], from: number, end: number) => number;

const WORD_BITS = 32;

/** The characters of a text: code points, so that `?` is one character outside the BMP too. */
export const codePoints = (text: string): readonly number[] =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0);

/**
 * Compiles a pattern to a test that never goes back in the text. The runs between stars are looked for from left to
 * right, each at its first place: n characters against a pattern of m take n + m steps, and n × m / 32 where a run has
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
  const found: number[][] = [[]];
  for (const point of pattern) {
    if (point === STAR) found.push([]);
    else found.at(-1)?.push(point);
  }
  return found;
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
  for (let index = 1; index < run.length; index += 1) borders.push(advance(borders[index - 1] ?? 0, run[index]));
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
  const words = Math.ceil(run.length / WORD_BITS);
  const other = maskOf(run, words, ANY);
  const masks = new Map(run.map((point) => [point, maskOf(run, words, point)]));
  const final = 1 << ((run.length - 1) % WORD_BITS);
  return (text, from, end) => {
    const state = new Int32Array(words);
    for (let at = from; at < end; at += 1) {
      const mask = masks.get(text[at] ?? ANY) ?? other;
      let carry = 1;
      for (let word = 0; word < words; word += 1) {
        const bits = state[word] ?? 0;
        state[word] = ((bits << 1) | carry) & (mask[word] ?? 0);
        carry = bits >>> (WORD_BITS - 1);
      }
      if (((state[words - 1] ?? 0) & final) !== 0) return at + 1 - run.length;
    }
    return -1;
  };
}

function maskOf(run: readonly number[], words: number, point: number): Int32Array {
  const mask = new Int32Array(words);
  run.forEach((own, index) => {
    if (own === point || own === ANY) mask[index >> 5] = (mask[index >> 5] ?? 0) | (1 << (index % WORD_BITS));
  });
  return mask;
}
