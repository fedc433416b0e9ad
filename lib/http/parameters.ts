import { accept, type Outcome, refuse } from '../outcome.ts';

/**
 * Parameters of a query string or a form body, in order, repetitions kept. RFC 6749 section 3.1: a parameter without
 * a value counts as omitted; unknown ones are ignored; none may be given twice, unless it is read with `all`.
 */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Refuses broken percent-encoding, bytes that are not UTF-8 and more than 100 parameters (`malformed_request`). */
  static parse(text: string): Outcome<Parameters> {
    const values = new Map<string, string[]>();
    const pairs = text === '' ? [] : text.split('&');
    if (pairs.length > 100) return refuse('malformed_request', { detail: 'There are more than 100 parameters.' });
    for (const pair of pairs) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = formDecoded(equals < 0 ? pair : pair.slice(0, equals));
      const value = equals < 0 ? '' : formDecoded(pair.slice(equals + 1));
      if (name === null || value === null) return refuse('malformed_request', { detail: BROKEN_ENCODING });
      const earlier = values.get(name);
      if (earlier === undefined) values.set(name, [value]);
      else earlier.push(value);
    }
    return accept(new Parameters(values));
  }

  /** True if the name occurs at all, also without a value. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value, or null if it is missing or empty. Call `repeated` before trusting it. */
  one(name: string): string | null {
    const first = this.#values.get(name)?.[0];
    return first === undefined || first === '' ? null : first;
  }

  /** Every non-empty value. */
  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== '');
  }

  /** The first parameter that occurs more than once and is not in `repeatable`, or null. */
  repeated(repeatable: readonly string[] = []): string | null {
    for (const [name, values] of this.#values) {
      if (values.length > 1 && !repeatable.includes(name)) return name;
    }
    return null;
  }

  /** Those of both: what stands in both is given twice. */
  and(others: Parameters): Parameters {
    const values = new Map(this.#values);
    for (const [name, more] of others.#values) values.set(name, [...(values.get(name) ?? []), ...more]);
    return new Parameters(values);
  }

  names(): readonly string[] {
    return [...this.#values.keys()];
  }
}

/** Most often a % that stands for itself. */
const BROKEN_ENCODING = 'The percent-encoding of a parameter is broken, or not of UTF-8: a % of its own is %25.';

/** Text of `application/x-www-form-urlencoded`, or null: broken percent-encoding, or bytes that are not UTF-8. */
export function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

const WHOLE_SECONDS = /^(?:0|[1-9][0-9]{0,8})$/;

/** Reads a whole number of seconds without sign, blanks or leading zeros; null for anything else. */
export const readWholeSeconds = (text: string): number | null => (WHOLE_SECONDS.test(text) ? Number(text) : null);

/** Short and printable: a name that is safe to say back. */
const SAYABLE = /^[A-Za-z0-9_.-]{1,40}$/;

/** Refuses a parameter that is given more than once (RFC 6749 section 3.1), but for those of `repeatable`. */
export function givenOnce(parameters: Parameters, repeatable: readonly string[] = []): Outcome<Parameters> {
  const name = parameters.repeated(repeatable);
  return name === null ? accept(parameters) : repeatedParameter(name);
}

export const repeatedParameter = (name: string) =>
  refuse('parameter_repeated', SAYABLE.test(name) ? { detail: `${name} is given more than once.` } : {});

export const missingParameter = (name: string) => refuse('parameter_missing', { detail: `${name} is required.` });

export const invalidParameter = (detail: string) => refuse('parameter_invalid', { detail });
