import { isJsonObject, type JsonObject } from '../json.ts';

/** How much of a document is read before it is refused. */
export interface JsonLimits {
  /** Bytes of the encoded document. */
  readonly maxBytes: number;
}

/** Objects and arrays nested deeper than this are refused. */
export const MAX_JSON_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const NUMBER = /[0-9][0-9.eE+-]*/y;
const BLANK = /[ \t\n\r]*/y;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object so that no two readers can take it differently: strict UTF-8 without a byte order mark, no member
 * twice in one object (however its name is escaped), no lone surrogate, every number finite as a double, at most 32
 * levels. Returns null for anything else, and for a document that is not an object. Linear in the size. RFC 8259, RFC
 * 7493 section 2.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): JsonObject | null {
  if (bytes.byteLength > limits.maxBytes) return null;
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && isUnambiguous(text) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads a document that was fetched, as `parseStrictJson` does, but for a byte order mark in front: editors and shells
 * write one, and whoever reads may pass over it (RFC 8259 section 8.1).
 */
export function parseFetchedJson(bytes: Uint8Array, limits: JsonLimits): JsonObject | null {
  if (bytes.byteLength > limits.maxBytes) return null;
  const isMarked = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  return parseStrictJson(isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes, limits);
}

/** Walks the tokens of a text that is known to be JSON, which is all that JSON.parse leaves to be asked. */
function isUnambiguous(text: string): boolean {
  const levels: Set<string>[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const name = stringAt(text, at, end);
      if (name === null) return false;
      at = skip(BLANK, text, end);
      if (text.charCodeAt(at) === COLON && !added(levels.at(-1), name)) return false;
      continue;
    }
    if (code === 0x7b || code === 0x5b) {
      if (levels.push(new Set()) > MAX_JSON_DEPTH) return false;
    } else if (code === 0x7d || code === 0x5d) {
      levels.pop();
    } else if (code >= 0x30 && code <= 0x39) {
      // A sign in front of it changes nothing of that.
      const end = skip(NUMBER, text, at);
      if (!Number.isFinite(Number(text.slice(at, end)))) return false;
      at = end;
      continue;
    }
    at += 1;
  }
  return true;
}

function added(names: Set<string> | undefined, name: string): boolean {
  if (names?.has(name) !== false) return false;
  names.add(name);
  return true;
}

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/**
 * The string between two quotes, or null where it holds a lone surrogate (only an escape can spell one in strict
 * UTF-8).
 */
function stringAt(text: string, start: number, end: number): string | null {
  const raw = text.slice(start + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  const value: unknown = JSON.parse(text.slice(start, end));
  return typeof value === 'string' && value.isWellFormed() ? value : null;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
