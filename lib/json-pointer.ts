import { isJsonObject, type JsonValue } from './json.ts';

/** The reference tokens of a JSON pointer, unescaped; null where it is not one. RFC 6901 sections 3 and 4. */
export function parseJsonPointer(pointer: string): readonly string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value that the tokens lead to, by own members and array indices only; undefined where there is none. */
export function valueAt(document: JsonValue, tokens: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const token of tokens) {
    value = step(value, token);
    if (value === undefined) return undefined;
  }
  return value;
}

function step(value: JsonValue, token: string): JsonValue | undefined {
  if (isJsonObject(value)) return Object.hasOwn(value, token) ? value[token] : undefined;
  if (!Array.isArray(value)) return undefined;
  return /^(0|[1-9][0-9]{0,5})$/.test(token) ? value[Number(token)] : undefined;
}
