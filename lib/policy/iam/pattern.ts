import { ANY, codePoints, compilePattern, STAR } from '../glob.ts';
import { Malformed } from './malformed.ts';
import { PART, type RequestContext, variableText } from './variables.ts';

/** A character, STAR, ANY, or an IAM variable such as `${aws:username}`, whose text nobody knows here. */
type Token = number | string;

/** A pattern of IAM: `*` and `?` stand for others, `${*}`, `${?}` and `${$}` for themselves. */
export type Tokens = readonly Token[];

/** Whether `A` and `a` are one character: of actions they are. */
export type Letters = 'exact' | 'folded';

/** Reads a pattern's text; a run of stars is one. Throws `Malformed` for a `${` without its end. */
export function readTokens(text: string): Tokens {
  if (text.lastIndexOf('${') > text.lastIndexOf('}')) throw new Malformed('`${` without `}`');
  const tokens = [...text.matchAll(PART)].map(([part, name]): Token => {
    if (name === '*' || name === '?' || name === '$') return name.codePointAt(0) ?? 0;
    if (name !== undefined) return part;
    return part === '*' ? STAR : part === '?' ? ANY : (part.codePointAt(0) ?? 0);
  });
  return tokens.filter((token, at) => token !== STAR || tokens[at - 1] !== STAR);
}

export const COLON = 0x3a;

const fold = (token: Token): Token => (typeof token === 'number' && token >= 65 && token <= 90 ? token + 32 : token);

const alike = (a: Token | undefined, b: Token | undefined, letters: Letters): boolean =>
  a === b || (letters === 'folded' && a !== undefined && b !== undefined && fold(a) === fold(b));

/** The patterns between colons; those within a variable's name are none. */
export function splitAtColons(tokens: Tokens): readonly Tokens[] {
  const pieces: Token[][] = [[]];
  for (const token of tokens) {
    if (token === COLON) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces;
}

/**
 * True where every text of `narrow` is one of `wide`. Never true otherwise; it may be false for patterns that are alike
 * but written differently (`?*` and `*?`). A variable is covered by itself and by a star.
 */
export function covers(wide: Tokens, narrow: Tokens, letters: Letters): boolean {
  let reached = new Set([0]);
  const spread = (places: Set<number>): Set<number> => {
    for (const place of places) if (wide[place] === STAR) places.add(place + 1);
    return places;
  };
  reached = spread(reached);
  for (const token of narrow) {
    const next = new Set<number>();
    for (const place of reached) {
      const own = wide[place];
      if (own === STAR) next.add(place);
      else if (token !== STAR && typeof token === 'number' && own === ANY) next.add(place + 1);
      else if (own !== undefined && token !== STAR && alike(own, token, letters)) next.add(place + 1);
    }
    reached = spread(next);
    if (reached.size === 0) return false;
  }
  return reached.has(wide.length);
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
  if (text === null || wide.some((token) => typeof token === 'string')) return covers(wide, narrow, letters);
  const folded = (points: readonly Token[]) =>
    points.map((point) => Number(letters === 'folded' ? fold(point) : point));
  return compilePattern(folded(wide))(folded(text));
}

/** Whether a text matches both patterns. In linear time where one of them is a text. */
export function overlaps(a: Tokens, b: Tokens, letters: Letters): boolean {
  if (!isPattern(b)) return matchesTokens(a, b, letters);
  if (!isPattern(a)) return matchesTokens(b, a, letters);
  const seen = new Set<number>();
  const places: [number, number][] = [[0, 0]];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const [at, bt] = place;
    if (at === a.length && bt === b.length) return true;
    const id = at * (b.length + 1) + bt;
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
