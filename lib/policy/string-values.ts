import { ANY, codePoints, type Pattern, STAR } from './glob.ts';

/** What follows `${` in IAM's escapes for a literal star, question mark and dollar sign. */
const ESCAPE = /^[*?$]\}/;

/**
 * A value of a string condition as a pattern: `*` and `?` stand for others, `${*}`, `${?}` and `${$}` for themselves.
 * null where it holds another `${`, because variables and templates do not stand in conditions.
 */
export function readPattern(value: string): Pattern | null {
  const parts = splitEscapes(value);
  if (parts === null) return null;
  return parts.flatMap(({ text, escaped }) =>
    codePoints(text).map((point) => (escaped ? point : point === 0x2a ? STAR : point === 0x3f ? ANY : point)),
  );
}

/** A value of a string condition as the text it stands for, wildcards literal. null as for `readPattern`. */
export const readText = (value: string): string | null =>
  splitEscapes(value)
    ?.map(({ text }) => text)
    .join('') ?? null;

/** True where a person may have meant a wildcard that is literal here. */
export const hasWildcard = (value: string): boolean =>
  splitEscapes(value)?.some(({ text, escaped }) => !escaped && /[*?]/.test(text)) ?? false;

/** Folds A to Z only: other letters have case rules that depend on language and Unicode version. */
export const foldAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function splitEscapes(value: string): readonly { text: string; escaped: boolean }[] | null {
  const [first = '', ...others] = value.split('${');
  const parts = [{ text: first, escaped: false }];
  for (const other of others) {
    if (!ESCAPE.test(other)) return null;
    parts.push({ text: other.charAt(0), escaped: true }, { text: other.slice(2), escaped: false });
  }
  return parts;
}
