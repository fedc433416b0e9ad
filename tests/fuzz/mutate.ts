/** What a mutation draws on. */
export interface Material {
  readonly random: () => number;
  readonly words: readonly string[];
  /** Other inputs, to take parts of. */
  readonly corpus: readonly string[];
}

const LONGEST = 40_000;
/** What parsers stumble over. */
const ODD = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '\ud800',
  '\ufeff',
  '%',
  '%00',
  '%0A',
  '+',
  '&',
  '=',
  ';',
  '<',
  '>',
  '/>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a>',
  '<?a?>',
  '&amp;',
  '&#0;',
  '&#x10FFFF;',
  '&lt',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'true',
  '-0',
  '0',
  '1e999',
  '9007199254740993',
  '253402300800',
  '-1',
  '.',
  '..',
  '/',
  '//',
  '__proto__',
  'constructor',
  'é',
  '\u0130',
  'xmlns:a="b"',
];

const pick = <T>(random: () => number, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

type Mutation = (input: string, material: Material) => string;

const place = (input: string, random: () => number): number => Math.floor(random() * (input.length + 1));

/** Most pieces are short. */
const length = (input: string, random: () => number): number =>
  Math.floor(random() ** 3 * Math.min(input.length, 400)) + 1;

const insert = (input: string, at: number, text: string): string => input.slice(0, at) + text + input.slice(at);

const wordsOf = (input: string): readonly { readonly word: string; readonly at: number }[] =>
  [...input.matchAll(/[A-Za-z0-9_-]+/g)].map(({ 0: word, index }) => ({ word, at: index }));

const MUTATIONS: readonly Mutation[] = [
  // One character becomes another.
  (input, { random }) => {
    const at = place(input, random);
    const code = input.charCodeAt(at) ^ (1 << Math.floor(random() * 8));
    return input.slice(0, at) + String.fromCharCode(Number.isNaN(code) ? 0 : code) + input.slice(at + 1);
  },
  (input, { random }) => {
    const at = place(input, random);
    return input.slice(0, at) + input.slice(at + length(input, random));
  },
  (input, { random }) => {
    const from = place(input, random);
    return insert(input, place(input, random), input.slice(from, from + length(input, random)));
  },
  (input, { random, words }) => insert(input, place(input, random), pick(random, words) ?? ''),
  (input, { random }) => insert(input, place(input, random), pick(random, ODD) ?? ''),
  (input, { random }) => {
    const at = place(input, random);
    return input.slice(0, at) + (pick(random, ODD) ?? '') + input.slice(at + length(input, random));
  },
  // The beginning of one and the end of another.
  (input, { random, corpus }) => {
    const other = pick(random, corpus) ?? '';
    return input.slice(0, place(input, random)) + other.slice(place(other, random));
  },
  (input, { random, words }) => {
    const word = pick(random, words) ?? '';
    const at = word === '' ? -1 : input.indexOf(word, place(input, random));
    return at < 0 ? input : input.slice(0, at) + (pick(random, words) ?? '') + input.slice(at + word.length);
  },
  // A word less, with what stands before it; two words in each other's place.
  (input, { random }) => {
    const found = pick(random, wordsOf(input));
    return found === undefined
      ? input
      : input.slice(0, Math.max(0, found.at - 1)) + input.slice(found.at + found.word.length);
  },
  (input, { random }) => {
    const [a, b] = [pick(random, wordsOf(input)), pick(random, wordsOf(input))].sort(
      (x, y) => (x?.at ?? 0) - (y?.at ?? 0),
    );
    if (a === undefined || b === undefined || a.at === b.at) return input;
    const between = input.slice(a.at + a.word.length, b.at);
    return input.slice(0, a.at) + b.word + between + a.word + input.slice(b.at + b.word.length);
  },
  // Many times the same.
  (input, { random }) => {
    const from = place(input, random);
    const piece = input.slice(from, from + length(input, random));
    return insert(input, from, piece.repeat(Math.floor(random() ** 4 * 200) + 1));
  },
];

/** One to five changes. */
export function mutated(input: string, material: Material): string {
  const { random } = material;
  let text = input;
  for (let left = 1 + Math.floor(random() ** 2 * 5); left > 0; left -= 1) {
    text = (pick(random, MUTATIONS) ?? ((same) => same))(text, material);
  }
  return text.slice(0, LONGEST);
}
