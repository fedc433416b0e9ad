/**
 * Text that others read, in a record or on a page: no control character, no line or paragraph separator, and none that
 * turns the direction of what is shown beside it.
 */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+$/u;
