import { type Address, type AddressRange, inAddressRange, parseAddress, parseRange } from './address.ts';
import { compareDecimals, order, parseDecimal } from './decimal.ts';
import { codePoints, compilePattern } from './glob.ts';
import { parseInstant } from './instant.ts';
import { foldAscii, hasWildcard, readPattern, readText } from './string-values.ts';

/**
 * Tests one value of the request against all values of the condition. null: the value is not of the operator's type.
 */
export type ValueTest = (text: string) => boolean | null;

export interface Operator {
  /** Holds where the value matches none of the condition's values; IAM lets it hold for a missing key. */
  readonly negated: boolean;
  /** What a value of the condition has to be, for the person who wrote another. */
  readonly expects: string;
  /** The test, or the indexes of the values that are not what the operator expects. */
  compile(values: readonly string[]): { readonly test: ValueTest } | { readonly unreadable: readonly number[] };
  /** What a person should be told of a value that loads. */
  warn(value: string): string | null;
}

/** How one family of operators reads a request's value and a condition's value. null: not of this type. */
export interface Reading<T, V> {
  readonly expects: string;
  readonly request: (text: string) => T | null;
  readonly condition: (text: string) => V | null;
  readonly warn?: (value: string) => string | null;
}

const literalWildcards = (value: string): string | null =>
  hasWildcard(value) ? '`*` and `?` are literal here: write StringLike for wildcards' : null;

const STRING = 'text in which `${` stands only in ${*}, ${?} and ${$}';
const TEXT: Reading<string, string> = {
  expects: STRING,
  request: (text) => text,
  condition: readText,
  warn: literalWildcards,
};
const FOLDED: Reading<string, string> = {
  ...TEXT,
  request: foldAscii,
  condition: (value) => {
    const text = readText(value);
    return text === null ? null : foldAscii(text);
  },
};
const PATTERN: Reading<readonly number[], (text: readonly number[]) => boolean> = {
  expects: STRING,
  request: codePoints,
  condition: (value) => {
    const pattern = readPattern(value);
    return pattern === null ? null : compilePattern(pattern);
  },
};
const BOOLEAN = same('true or false', (text) => {
  const folded = foldAscii(text);
  return folded === 'true' ? true : folded === 'false' ? false : null;
});
const NUMBER = same('a number as JSON writes it', parseDecimal);
const INSTANT = same('an ISO 8601 date (a time needs its zone) or epoch seconds', parseInstant);
const ADDRESS: Reading<Address, AddressRange> = {
  expects: 'an IPv4 or IPv6 address or CIDR range',
  request: parseAddress,
  condition: parseRange,
};

const equal = <T>(a: T, b: T): boolean => a === b;
const matches = (text: readonly number[], pattern: (text: readonly number[]) => boolean): boolean => pattern(text);

/** IAM's condition operators by their exact names; `Null` is apart, because it has no type. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', operator(TEXT, equal)],
  ['StringNotEquals', negation(TEXT, equal)],
  ['StringEqualsIgnoreCase', operator(FOLDED, equal)],
  ['StringNotEqualsIgnoreCase', negation(FOLDED, equal)],
  ['StringLike', operator(PATTERN, matches)],
  ['StringNotLike', negation(PATTERN, matches)],
  ['Bool', operator(BOOLEAN, equal)],
  ['IpAddress', operator(ADDRESS, inAddressRange)],
  ['NotIpAddress', negation(ADDRESS, inAddressRange)],
  ...ordering('Numeric', NUMBER, compareDecimals),
  ...ordering('Date', INSTANT, order),
]);

function ordering<T>(family: string, reading: Reading<T, T>, compare: (a: T, b: T) => number): [string, Operator][] {
  return [
    [`${family}Equals`, operator(reading, (a, b) => compare(a, b) === 0)],
    [`${family}NotEquals`, negation(reading, (a, b) => compare(a, b) === 0)],
    [`${family}LessThan`, operator(reading, (a, b) => compare(a, b) < 0)],
    [`${family}LessThanEquals`, operator(reading, (a, b) => compare(a, b) <= 0)],
    [`${family}GreaterThan`, operator(reading, (a, b) => compare(a, b) > 0)],
    [`${family}GreaterThanEquals`, operator(reading, (a, b) => compare(a, b) >= 0)],
  ];
}

function same<T>(expects: string, read: (text: string) => T | null): Reading<T, T> {
  return { expects, request: read, condition: read };
}

export function operator<T, V>(reading: Reading<T, V>, holds: (value: T, target: V) => boolean): Operator {
  return {
    negated: false,
    expects: reading.expects,
    warn: reading.warn ?? (() => null),
    compile(values) {
      const readable: V[] = [];
      const unreadable: number[] = [];
      for (const [index, written] of values.entries()) {
        const target = reading.condition(written);
        if (target === null) unreadable.push(index);
        else readable.push(target);
      }
      if (unreadable.length > 0) return { unreadable };
      return {
        test: (text) => {
          const value = reading.request(text);
          return value === null ? null : readable.some((target) => holds(value, target));
        },
      };
    },
  };
}

export function negation<T, V>(reading: Reading<T, V>, holds: (value: T, target: V) => boolean): Operator {
  const positive = operator(reading, holds);
  return {
    ...positive,
    negated: true,
    compile(values) {
      const compiled = positive.compile(values);
      if ('unreadable' in compiled) return compiled;
      return {
        test: (text) => {
          const held = compiled.test(text);
          return held === null ? null : !held;
        },
      };
    },
  };
}
