/** What a condition says of whose a token is: the forms that presets name their claims' owners by. */

/**
 * JSON pointer of a claim -> whether a condition's fixed beginning (all of it, or what stands before its first
 * wildcard) says whose the token is. `whole` is true where the value has no wildcard.
 */
export type Pins = Readonly<Record<string, Pin>>;

export type Pin = (fixed: string, whole: boolean) => boolean;

export const exactly: Pin = (fixed, whole) => whole && fixed !== '';

export const startingWith =
  (pattern: RegExp): Pin =>
  (fixed) =>
    pattern.test(fixed);

/** An owner's name ends with a slash, so `acme/*` names one and `acme*` does not. */
export const ownerPath: Pin = startingWith(/^[^/]+\//);
