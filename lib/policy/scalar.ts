import type { KeyValue } from './decision.ts';

/**
 * The canonical text of a single value: a string as it is, `true`/`false`, a number as ECMAScript writes it. null for
 * lists, objects, null and withheld values, and for a number beyond 2^53: its digits were lost when the proof was
 * parsed, so that two different ids could compare alike.
 */
export function scalarText(value: KeyValue): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value);
  return null;
}
