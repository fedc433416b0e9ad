import { Refused } from './refused.ts';

/** Productions 4 and 4a of XML 1.0, without the colon. */
const NAME_START = [
  ...['A-Z_a-z', '\\u{C0}-\\u{D6}', '\\u{D8}-\\u{F6}', '\\u{F8}-\\u{2FF}', '\\u{370}-\\u{37D}'],
  ...['\\u{37F}-\\u{1FFF}', '\\u{200C}-\\u{200D}', '\\u{2070}-\\u{218F}', '\\u{2C00}-\\u{2FEF}'],
  ...['\\u{3001}-\\u{D7FF}', '\\u{F900}-\\u{FDCF}', '\\u{FDF0}-\\u{FFFD}', '\\u{10000}-\\u{EFFFF}'],
].join('');
const NCNAME = `[${NAME_START}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}${NAME_START}]*`;

/** A qualified name (Namespaces in XML 1.0, production 7): prefix and local part. Sticky. */
export const QNAME = new RegExp(`(?:(${NCNAME}):)?(${NCNAME})`, 'uy');

/** White space (XML 1.0, production 3). Sticky. */
export const BLANKS = /[ \t\r\n]+/y;

/** A character outside production 2 of XML 1.0. */
export const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** An XML declaration of version 1.0 that names UTF-8 or no encoding. Sticky. */
export const DECLARATION = new RegExp(
  [
    '<\\?xml',
    '[ \\t\\r\\n]+version[ \\t\\r\\n]*=[ \\t\\r\\n]*(["\'])1\\.0\\1',
    '(?:[ \\t\\r\\n]+encoding[ \\t\\r\\n]*=[ \\t\\r\\n]*(["\'])[Uu][Tt][Ff]-8\\2)?',
    '(?:[ \\t\\r\\n]+standalone[ \\t\\r\\n]*=[ \\t\\r\\n]*(["\'])(?:yes|no)\\3)?',
    '[ \\t\\r\\n]*\\?>',
  ].join(''),
  'y',
);

const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/y;
const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Text as XML has it once parsed: line ends are U+000A, character references and the five predefined entities are
 * expanded. Any other entity is refused (saml_xml_forbidden): there is no document type that could declare it.
 */
export function expand(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  if (!text.includes('&')) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(text);
    if (match === null) throw new Refused('saml_xml_forbidden', 'an entity');
    out += text.slice(from, at) + referred(match);
    from = at + match[0].length;
  }
  return out + text.slice(from);
}

/**
 * An attribute's value as XML has it (XML 1.0 section 3.3.3): every tab and line end that stands there as such is a
 * blank; those that are written as references stay. `folded` says that there was one to turn into a blank.
 */
export function expandAttribute(raw: string): { readonly value: string; readonly folded: boolean } {
  const value = raw.replace(/\r\n|[\t\n\r]/g, ' ');
  return { value: expand(value), folded: value !== raw };
}

function referred(match: RegExpExecArray): string {
  const [, hexadecimal, decimal, name] = match;
  if (name !== undefined) return PREDEFINED[name] ?? '';
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0';
  if (NOT_XML.test(character))
    throw new Refused('saml_not_xml', 'a reference to a character that XML 1.0 does not have');
  return character;
}
