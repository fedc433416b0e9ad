const MAX_CHARACTERS = 200;

/**
 * A value of the configuration as it may stand in an error description: the characters of RFC 6749 section 5.2
 * (printable ASCII without the quote and the backslash), others as a question mark, at most 200. For values of ours
 * only, never for what a token says.
 */
export function publicText(value: string): string {
  const text = value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/gu, '?');
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text;
}

/** Up to five of them, with "and more" for the rest. */
export function publicList(values: readonly string[]): string {
  const shown = values.slice(0, 5).map(publicText).join(', ');
  return values.length > 5 ? `${shown} and more` : shown;
}
