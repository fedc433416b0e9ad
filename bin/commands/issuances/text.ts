/**
 * Text of others on a terminal: whatever could move the cursor, end the line or turn the reading direction (control and
 * format characters, line and paragraph separators, lone surrogates) is shown as its code point, `\u{1b}`.
 */
export const plainText = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** Longest text of a cell, in characters; a longer one ends in `…`. */
const CELL_CHARACTERS = 60;

function cell(text: string): string {
  const plain = [...plainText(text)];
  return plain.length > CELL_CHARACTERS ? `${plain.slice(0, CELL_CHARACTERS - 1).join('')}…` : plain.join('');
}

/** Rows of texts as aligned columns, one line each. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(cell));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]): string =>
    row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length)).join('  ');
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('');
}
