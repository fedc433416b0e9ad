import type { FieldPath } from '../problem.ts';
import { isEquality, isNegated, isPattern, isPositiveText, matchesAny, type Test } from './tests.ts';

/** Two conditions that nobody can meet together; `path` is that of the first. */
export interface Contradiction {
  readonly path: FieldPath;
  readonly message: string;
}

/**
 * Two of the tests, or one of them and one of those that hold beside, which exclude each other; null where none are
 * known to. Lists are left out: each of two values may be among them.
 */
export function contradiction(tests: readonly Test[], beside: readonly Test[] = []): Contradiction | null {
  for (const [index, test] of tests.entries()) {
    for (const other of [...beside, ...tests.slice(0, index)]) {
      if (test.key !== other.key || !(exclude(test, other) || exclude(other, test))) continue;
      const against = beside.includes(other) ? "the connection's require" : `${other.operator} on the same key`;
      return { path: test.path, message: `never holds together with ${against}: the rule matches nobody` };
    }
  }
  return null;
}

/** One plain value, which has no escapes of IAM in it. */
const isSingle = ({ quantifier, ifExists, values }: Test): boolean =>
  quantifier === null && !ifExists && values.every((value) => !value.includes('${'));

function exclude(a: Test, b: Test): boolean {
  if (a.operator === 'Null') return isAbsent(a) && needsKey(b);
  if (!isSingle(a) || !isSingle(b)) return false;
  if (a.operator === 'Bool' && b.operator === 'Bool') return !overlap(a.values, b.values);
  if (!isEquality(a)) return false;
  if (isPositiveText(b)) return !overlap(a.values, b.values) && !a.values.some((value) => meets(b, value));
  return isNegated(b) && b.operator.startsWith('String') && a.values.every((value) => meets(b, value));
}

const isAbsent = ({ values }: Test): boolean => values.every((value) => value.toLowerCase() === 'true');

/** Holds only where the key is there. */
const needsKey = (test: Test): boolean => {
  if (test.operator === 'Null') return test.values.every((value) => value.toLowerCase() === 'false');
  return !test.ifExists && test.quantifier !== 'ForAllValues' && !isNegated(test);
};

const overlap = (a: readonly string[], b: readonly string[]): boolean => {
  const folded = new Set(a.map((value) => value.toLowerCase()));
  return b.some((value) => folded.has(value.toLowerCase()));
};

/** True where the value is one that the test names, whether to take it or to leave it out. */
function meets(test: Test, value: string): boolean {
  if (isPattern(test) || test.operator === 'StringNotLike') return matchesAny(test.values, value);
  if (test.operator.endsWith('IgnoreCase')) return overlap(test.values, [value]);
  return test.values.includes(value);
}
