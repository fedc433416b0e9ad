/** A piece of a text: as it is, or a character that would steer or hide what stands around it, by its code point. */
export type TextPiece = string | { readonly codePoint: string };

/**
 * What is shown by its code point: controls (of terminals too), direction and other format characters, separators of
 * lines, blanks that look like none or like others, whatever is drawn as nothing, halves of surrogates, private use.
 * An emoji of several characters stays whole: its joiners are a part of it.
 */
const PIECES =
  /(\p{RGI_Emoji})|([\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}[\p{Zs}--[\x20]]\u2800])/gv;

/** Takes a text apart, so that a reader sees every character that it has, and none of them acts. */
export function visibleText(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let shown = 0;
  for (const match of text.matchAll(PIECES)) {
    const [whole, emoji] = match;
    if (emoji !== undefined) continue;
    if (match.index > shown) pieces.push(text.slice(shown, match.index));
    pieces.push({ codePoint: codePointOf(whole) });
    shown = match.index + whole.length;
  }
  if (shown < text.length) pieces.push(text.slice(shown));
  return pieces;
}

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
