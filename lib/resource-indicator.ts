const BARE_ORIGIN = /^(https?:\/\/[^/?#]+)\/$/i;

/**
 * Whether two resource indicators (RFC 8707 section 2) name one resource: character for character, but that an origin
 * with and without its slash is one (RFC 3986 section 6.2.3), as URL parsers write it. No deeper path loses a slash.
 */
export const isSameResource = (one: string, other: string): boolean =>
  one === other || one.replace(BARE_ORIGIN, '$1') === other.replace(BARE_ORIGIN, '$1');
