import type { JsonValue } from '../../json.ts';

const MAX_CHARACTERS = 200;
const MOST_VALUES = 5;

/**
 * A public value (audience, issuer, party, type, algorithm) as it may stand in an error description: the characters of
 * RFC 6749 section 5.2 (printable ASCII without the quote and the backslash), others as a question mark, at most 200.
 * What a token says is told only once its signature holds and `require` of its connection is met.
 */
export function publicText(value: string): string {
  const text = value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/gu, '?');
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text;
}

/** Up to five of them, with "and more" for the rest. */
export function publicList(values: readonly string[]): string {
  const shown = values.slice(0, MOST_VALUES).map(publicText).join(', ');
  return values.length > MOST_VALUES ? `${shown} and more` : shown;
}

/** What a public claim is: its texts, or of what type it is where it should be a text. */
export function publicClaim(value: JsonValue | undefined): string {
  if (typeof value === 'string' && value !== '') return publicText(value);
  if (!Array.isArray(value) || value.length === 0) return claimType(value);
  const items: readonly JsonValue[] = value;
  return `a list (${publicList(items.map((item) => (typeof item === 'string' && item !== '' ? item : claimType(item))))})`;
}

/** Of what type a claim is, and nothing of its value. */
export function claimType(value: JsonValue | undefined): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
