import { inAddressRange, parseAddress, parseRange } from '../address.ts';
import { type ConditionBlock, iamOperator, type OperatorName, readOperatorName } from './condition.ts';
import { type Effort, Inexpressible } from './inexpressible.ts';
import { intersectArns, intersectTokens } from './intersect-patterns.ts';
import { readTokens } from './pattern.ts';
import { readArn } from './resource.ts';
import { hasVariables } from './variables.ts';
import { writeResource, writeTokens } from './write.ts';

/** Operator -> key, as it is written -> values: where a block is put together. */
type Growing = Map<string, Map<string, readonly string[]>>;

/**
 * The conditions that hold exactly where both blocks' hold; null where that is never. One operator on one key stands in
 * a block once: such pairs are joined, value by value. Throws `Inexpressible` where no values say it.
 */
export function joinConditions(a: ConditionBlock, b: ConditionBlock, effort: Effort): ConditionBlock | null {
  const joined: Growing = new Map();
  for (const [operator, keys] of [...Object.entries(a), ...Object.entries(b)]) {
    for (const [key, values] of Object.entries(keys)) {
      if (!add(joined, operator, key, values, effort)) return null;
    }
  }
  return Object.fromEntries([...joined].map(([operator, keys]) => [operator, Object.fromEntries(keys)]));
}

/** False where nothing can hold any more. */
function add(joined: Growing, operator: string, key: string, values: readonly string[], effort: Effort): boolean {
  const keys = joined.get(operator) ?? new Map<string, readonly string[]>();
  joined.set(operator, keys);
  const same = [...keys.keys()].find((name) => name.toLowerCase() === key.toLowerCase());
  const before = same === undefined ? undefined : keys.get(same);
  if (same === undefined || before === undefined) {
    keys.set(key, values);
    return true;
  }
  const name = readOperatorName(operator);
  if (name === null) throw new Inexpressible(`${operator} is no condition operator`);
  const both = joinValues(name, before, values, effort);
  if (both.length > 0) {
    keys.set(same, both);
    return true;
  }
  keys.delete(same);
  if (keys.size === 0) joined.delete(operator);
  // No value is left; but these hold where there is none at all.
  const holdsWithout = name.quantifier === 'all' || (name.ifExists && name.quantifier === 'one');
  return holdsWithout && add(joined, 'Null', key, ['true'], effort);
}

/** The values by which one operator says what it says by either. Empty: no value does. */
function joinValues(
  name: OperatorName,
  first: readonly string[],
  second: readonly string[],
  effort: Effort,
): readonly string[] {
  effort.spend(first.length * second.length);
  const [a, b] = [[...new Set(first)], [...new Set(second)]];
  const negated = iamOperator(name.base)?.negated ?? false;
  const [shared, all] = [a.filter((value) => b.includes(value)), [...new Set([...a, ...b])]];
  if (shared.length === a.length || shared.length === b.length) {
    // One list holds the other: the longer says more of what a value must not be, the shorter of what it must be.
    const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
    return negated ? longer : shorter;
  }
  if (name.quantifier === 'any' && !isOrdered(name.base)) {
    throw new Inexpressible('one value may satisfy the one and another value the other');
  }
  if (negated) return all;
  if (name.base === 'Null') return foldedShared(a, b);
  if (isOrdered(name.base)) return stricter(name.base, a, b);
  return intersectValues(name.base, a, b, effort);
}

const foldedShared = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.filter((value) => b.some((other) => other.toLowerCase() === value.toLowerCase()));

const isOrdered = (base: string): boolean => /^(?:Numeric|Date)(?:Less|Greater)Than(?:Equals)?$/.test(base);

/** Of each list the widest bound counts (any value of it may hold); of the two the narrower one. No list is empty. */
function stricter(base: string, a: readonly string[], b: readonly string[]): readonly string[] {
  if ([...a, ...b].some(hasVariables)) throw new Inexpressible('a bound is not known');
  const orEqual = iamOperator(base.endsWith('Equals') ? base : `${base}Equals`);
  // Whether everything within `inner` is within `outer`.
  const within = (inner: string, outer: string): boolean => {
    const compiled = orEqual?.compile([outer]);
    return compiled !== undefined && 'test' in compiled && compiled.test(inner) === true;
  };
  const widest = (values: readonly string[]) => values.reduce((outer, value) => (within(value, outer) ? outer : value));
  const [one, other] = [widest(a), widest(b)];
  return [within(one, other) ? one : other];
}

function intersectValues(base: string, a: readonly string[], b: readonly string[], effort: Effort): readonly string[] {
  const pairs = a.flatMap((one) => b.map((other): [string, string] => [one, other]));
  switch (base) {
    case 'StringLike':
      return patterns(pairs, (one, other) =>
        intersectTokens(readTokens(one), readTokens(other), 'exact', effort).map(writeTokens),
      );
    case 'ArnLike':
    case 'ArnEquals':
      return patterns(pairs, (one, other) => intersectArnTexts(one, other, effort));
    case 'IpAddress':
      return patterns(pairs, intersectRanges);
    default:
      return pairs.flatMap(([one, other]) => (areEqual(base, one, other) ? [one] : []));
  }
}

const patterns = (
  pairs: readonly (readonly [string, string])[],
  meet: (one: string, other: string) => readonly string[],
): readonly string[] => [...new Set(pairs.flatMap(([one, other]) => (one === other ? [one] : meet(one, other))))];

function intersectArnTexts(one: string, other: string, effort: Effort): readonly string[] {
  const [a, b] = [readArn(one), readArn(other)];
  // What is no ARN matches nothing.
  return a === null || b === null ? [] : intersectArns(a, b, effort).map(writeResource);
}

/** Of two ranges the one within the other; ranges never overlap in part. */
function intersectRanges(one: string, other: string): readonly string[] {
  if (hasVariables(one) || hasVariables(other)) throw new Inexpressible('a range is not known');
  const [a, b] = [parseRange(one), parseRange(other)];
  const [first, second] = [parseAddress(one.split('/')[0] ?? ''), parseAddress(other.split('/')[0] ?? '')];
  if (a === null || b === null || first === null || second === null) return [];
  if (a.hostBits <= b.hostBits) return inAddressRange(first, b) ? [one] : [];
  return inAddressRange(second, a) ? [other] : [];
}

function areEqual(base: string, one: string, other: string): boolean {
  if (one === other) return true;
  if (hasVariables(one) || hasVariables(other)) throw new Inexpressible('what both allow depends on a variable');
  const operator = iamOperator(base);
  const compiled = operator?.compile([one]);
  if (compiled === undefined || !('test' in compiled)) return false;
  // A value of a condition may hold escapes, which a value of a request does not.
  return compiled.test(other.replace(/\$\{([*?$])\}/g, '$1')) === true;
}
