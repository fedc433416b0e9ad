import type { KeyValue } from './decision.ts';
import { scalarText } from './scalar.ts';

/** How many values of a key must match: `one` for a plain operator, whose key has a single value. */
export type Quantifier = 'one' | 'any' | 'all';

type Result = boolean | 'condition_error';

/**
 * Applies a test to a key that is there. A plain operator takes a single value; `any` and `all` (IAM's set operators)
 * take a list or a single value. Anything else - an object, null, a list for a plain operator, a list within a list -
 * is an error. The order of a list never matters: a member that is no single value is always an error, one of the wrong
 * type only where the outcome hangs on it.
 */
export function quantified(quantifier: Quantifier, test: (text: string) => Result): (value: KeyValue) => Result {
  if (quantifier === 'one') {
    return (value) => {
      const text = scalarText(value);
      return text === null ? 'condition_error' : test(text);
    };
  }
  const decisive = quantifier === 'any';
  return (value) => {
    const results = (Array.isArray(value) ? value : [value]).map((item: KeyValue) => {
      const text = scalarText(item);
      return text === null ? null : test(text);
    });
    if (results.includes(null)) return 'condition_error';
    if (results.includes(decisive)) return decisive;
    return results.includes('condition_error') ? 'condition_error' : !decisive;
  };
}
