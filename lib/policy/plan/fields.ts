import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { changes, type Said } from './change.ts';

const MAX_VALUE_CHARACTERS = 120;

/** A value for people: text as it is, anything else as JSON, shortened. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}

/** A document as the JSON that is stored of it. */
export const fieldsOf = (document: object): JsonObject => JSON.parse(JSON.stringify(document));

/** The fields but for those that something else is said of. */
export const fieldsBut = (fields: JsonObject, told: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !told.has(name)));

/** `1h`, `15m`, `90s`. */
export function durationText(seconds: number): string {
  if (seconds === 0 || seconds % 60 !== 0) return `${seconds}s`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

/**
 * Every field that differs, by its name below `field` ('' at the top): what nothing more precise is said of is still
 * told. Fields in another order are the same fields.
 */
export function compareFields(before: JsonValue, after: JsonValue, field: string): readonly Said[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) =>
      compareFields(member(before, name), member(after, name), field === '' ? name : `${field}.${name}`),
    );
  }
  if (canonical(before) === canonical(after)) return [];
  return [changes(`${field} is ${valueText(after)} instead of ${valueText(before)}`)];
}

/** What a document says by leaving a field out, it says by null, too. */
const member = (fields: JsonObject, name: string): JsonValue => fields[name] ?? null;

/** The same text for the same value, whatever the order of its members. */
export function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(member(value, name))}`);
  return `{${members.join()}}`;
}
