/** A decimal number, exactly: ± 0.digits × 10^exponent, without leading or trailing zeros; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const JSON_NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,6}))?$/;

/**
 * Reads a number as JSON writes it (RFC 8259 section 6; an exponent of at most six digits), of any size and precision.
 * null for anything else: hexadecimal, blanks, a plus sign, leading zeros.
 */
export function parseDecimal(text: string): Decimal | null {
  const match = JSON_NUMBER.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', scale] = match;
  const all = whole + fraction;
  const start = all.search(/[1-9]/);
  if (start === -1) return { negative: false, digits: '', exponent: 0 };
  let end = all.length;
  while (all.charCodeAt(end - 1) === 0x30) end -= 1;
  return { negative: sign === '-', digits: all.slice(start, end), exponent: whole.length - start + Number(scale ?? 0) };
}

/** -1, 0 or 1, as `a` is less than, equal to or greater than `b`. */
export const order = <T extends number | bigint | string>(a: T, b: T): number => Number(a > b) - Number(a < b);

/** Below 0, 0 or above 0, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const sign = signOf(a);
  if (sign !== signOf(b)) return order(sign, signOf(b));
  const [less, more] = sign === -1 ? [b, a] : [a, b];
  return order(less.exponent, more.exponent) || order(less.digits, more.digits);
}

/** -1, 0 or 1. Zero is not negative (`parseDecimal`). */
const signOf = ({ negative, digits }: Decimal): number => Number(digits !== '' && !negative) - Number(negative);
