import { ANY, codePoints, compilePattern, STAR } from '../glob.ts';
import { Malformed } from './malformed.ts';
import { isEscape, PART, type RequestContext, variableText } from './variables.ts';

/** A character, STAR, ANY, or an IAM variable such as `${aws:username}`, whose text nobody knows here. */
export type Token = number | string;

/** A pattern of IAM: `*` and `?` stand for others, `${*}`, `${?}` and `${$}` for themselves. */
export type Tokens = readonly Token[];

/** Whether `A` and `a` are one character: of actions they are. */
export type Letters = 'exact' | 'folded';

/** Reads a pattern's text; a run of stars is one. Throws `Malformed` for a `${` without its end. */
export function readTokens(text: string): Tokens {
  if (text.lastIndexOf('${') > text.lastIndexOf('}')) throw new Malformed('`${` without `}`');
  return [...text.matchAll(PART)].flatMap(([part, name]): Tokens => {
    if (name !== undefined) return isEscape(name) ? codePoints(name) : [part];
    return part.includes('*') ? [STAR] : part === '?' ? [ANY] : codePoints(part);
  });
}

export const COLON = 0x3a;

const fold = (token: Token): Token => (typeof token === 'number' && token >= 65 && token <= 90 ? token + 32 : token);

/** Whether two tokens are the same one. */
export const alike = (a: Token | undefined, b: Token | undefined, letters: Letters): boolean =>
  a === b || (letters === 'folded' && a !== undefined && b !== undefined && fold(a) === fold(b));

/** The patterns between colons; those within a variable's name are none. */
export function splitAtColons(tokens: Tokens): readonly Tokens[] {
  const pieces: Tokens[] = [];
  let piece: Token[] = [];
  for (const token of tokens) {
    if (token === COLON) {
      pieces.push(piece);
      piece = [];
    } else piece.push(token);
  }
  return [...pieces, piece];
}

/**
 * True where every text of `narrow` is one of `wide`. Never true otherwise; it may be false for patterns that are alike
 * but written differently (`?*` and `*?`). A variable is covered by itself and by a star.
 */
export function covers(wide: Tokens, narrow: Tokens, letters: Letters): boolean {
  let [at, place] = [0, 0];
  // Where the last star is to be tried again: behind it, one character further.
  let retry: { readonly at: number; readonly place: number } | null = null;
  while (place < narrow.length) {
    if (wide[at] === STAR) {
      at += 1;
      retry = { at, place: place + 1 };
    } else if (isCovered(wide[at], narrow[place], letters)) {
      at += 1;
      place += 1;
    } else if (retry === null) return false;
    else {
      ({ at, place } = retry);
      retry = { at, place: place + 1 };
    }
  }
  while (wide[at] === STAR) at += 1;
  return at === wide.length;
}

function isCovered(own: Token | undefined, token: Token | undefined, letters: Letters): boolean {
  if (token === STAR || token === undefined) return false;
  return own === ANY ? typeof token === 'number' : alike(own, token, letters);
}

/** The characters where the tokens are one text and no pattern; else null. */
const textOf = (tokens: Tokens): readonly number[] | null => {
  const points = tokens.filter((token) => typeof token === 'number' && token !== STAR && token !== ANY);
  return points.length === tokens.length ? points.map(Number) : null;
};

/** True where the tokens stand for more than one text. */
export const isPattern = (tokens: Tokens): boolean => textOf(tokens) === null;

/** Puts a request's values in for variables, as the characters they are. null where one has none. */
export function putVariables(tokens: Tokens, context: RequestContext): Tokens | null {
  const put: Token[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') put.push(token);
    else {
      const text = variableText(token, context);
      if (text === null) return null;
      put.push(...codePoints(text));
    }
  }
  return put;
}

/** Whether a text, or every text of a pattern, matches. In linear time for a text. */
export function matchesTokens(wide: Tokens, narrow: Tokens, letters: Letters): boolean {
  const text = textOf(narrow);
  if (text === null) return covers(wide, narrow, letters);
  // A variable is no number, and so no character of a text.
  const folded = (points: readonly Token[]) =>
    points.map((point) => Number(letters === 'folded' ? fold(point) : point));
  return compilePattern(folded(wide))(folded(text));
}

/** Whether a text matches both patterns. In linear time where one of them is a text. */
export function overlaps(a: Tokens, b: Tokens, letters: Letters): boolean {
  if (!isPattern(b)) return matchesTokens(a, b, letters);
  if (!isPattern(a)) return matchesTokens(b, a, letters);
  const seen = new Set<string>();
  const places: [number, number][] = [[0, 0]];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const [at, bt] = place;
    if (at === a.length && bt === b.length) return true;
    const id = `${at} ${bt}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const [one, other] = [a[at], b[bt]];
    if (one === STAR) places.push([at + 1, bt]);
    if (other === STAR) places.push([at, bt + 1]);
    if (one === undefined || other === undefined) continue;
    if (one === STAR) places.push([at, bt + 1]);
    else if (other === STAR) places.push([at + 1, bt]);
    else if (one === ANY || other === ANY || alike(one, other, letters)) places.push([at + 1, bt + 1]);
  }
  return false;
}
