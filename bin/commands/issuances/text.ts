import { isJsonObject, type JsonValue } from '../../../lib/json.ts';

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

const MISSED: Readonly<Record<string, string>> = {
  absent: 'there is no value',
  different: 'another value',
  withheld: 'the proof withholds it',
  'not-comparable': 'the value cannot be compared',
};

/** `rule 1 wants an actor: there is none`, `StringEquals claims.ref: does not hold, another value`. */
function checkText(check: JsonValue): string {
  const { operator, key, held, missed, rule, scope } = isJsonObject(check) ? check : {};
  const place = [typeof scope === 'string' ? scope : '', typeof rule === 'number' ? `rule ${rule}` : '']
    .filter((word) => word !== '')
    .join(' ');
  if (operator === 'Actor')
    return `${place} wants an actor: ${missed === 'absent' ? 'there is none' : 'another acted'}`;
  if (operator === 'NoActor') return `${place} wants nobody who acts, and somebody did`;
  const why = MISSED[String(missed)];
  const outcome = held === true ? 'holds' : `does not hold${why === undefined ? '' : `, ${why}`}`;
  return `${place === '' ? '' : `${place}, `}${String(operator)} ${String(key)}: ${outcome}`;
}

/** One line a member, deeper ones by their path; what is null or empty is left out. */
export function memberLines(json: JsonValue): string {
  const rows: string[][] = [];
  const walk = (path: string, value: JsonValue): void => {
    if (value === null) return;
    if (path === 'decision.checks' && Array.isArray(value)) {
      for (const [index, check] of value.entries()) rows.push([`${path}.${index}`, checkText(check)]);
      return;
    }
    if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) walk(path === '' ? name : `${path}.${name}`, member);
      return;
    }
    if (Array.isArray(value) && value.some(isJsonObject)) {
      for (const [index, entry] of value.entries()) walk(`${path}.${index}`, entry);
      return;
    }
    rows.push([path, typeof value === 'string' ? value : JSON.stringify(value)]);
  };
  walk('', json);
  const width = Math.max(...rows.map(([path = '']) => path.length));
  return rows.map(([path = '', text = '']) => `${plainText(path).padEnd(width)}  ${plainText(text)}\n`).join('');
}
