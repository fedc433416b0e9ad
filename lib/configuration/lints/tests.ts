import { codePoints, compilePattern } from '../../policy/glob.ts';
import { readPattern } from '../../policy/string-values.ts';
import type { ConditionsDocument } from '../documents/rules.ts';
import type { FieldPath } from '../problem.ts';

/** One condition: an operator on one key, with where it is written. */
export interface Test {
  /** Without prefix and suffix: `StringLike`. */
  readonly operator: string;
  readonly quantifier: 'ForAnyValue' | 'ForAllValues' | null;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
  /** From the top of the document to the key. */
  readonly path: FieldPath;
}

const OPERATOR_NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

/** The conditions of a document that stands at `path`; none for null. */
export function testsOf(document: ConditionsDocument | null, path: FieldPath): readonly Test[] {
  return Object.entries(document ?? {}).flatMap(([name, keys]) => {
    const [, prefix, operator = '', ifExists] = OPERATOR_NAME.exec(name) ?? [];
    const quantifier = prefix === 'ForAnyValue' || prefix === 'ForAllValues' ? prefix : null;
    return Object.entries(keys).map(([key, values]) => ({
      operator,
      quantifier,
      ifExists: ifExists !== undefined,
      key,
      values,
      path: [...path, name, key],
    }));
  });
}

const EQUALITY: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase']);

/** Text compared as it stands. */
export const isEquality = ({ operator }: Test): boolean => EQUALITY.has(operator);
export const isPattern = ({ operator }: Test): boolean => operator === 'StringLike';
/** Holds only for a key that is there and has one of the values. */
export const isPositiveText = (test: Test): boolean => isEquality(test) || isPattern(test);

/**
 * What regular expressions are written with and values are not: anchors, escapes, `.*` for a whole part, classes,
 * alternatives. Names of Active Directory (`ACME\Domain Users`, `ACME\build$`) are none.
 */
const EXPRESSION =
  /^\^|(?<!^[\w.-]+\\[\w.-]+)\$$|\\[./]|\\[dDsSwW](?:$|[+?{)\]\\])|\.\+|(?:^|[/:])\.\*|\[\^?[^\]]-[^\]]+\]|\([^()]*\|[^()]*\)|(?<!\$)\{[^{}]*,[^{}]*\}/;

/** The part of a text condition's value that reads as a regular expression; null: none does. */
export const expressionIn = ({ operator }: Test, value: string): string | null =>
  /^String(?:Not)?(?:Equals|Like)/.test(operator) ? (EXPRESSION.exec(value)?.[0] ?? null) : null;

export const isNegated = ({ operator }: Test): boolean => /^(String|Numeric|Date)Not|^NotIp/.test(operator);

/** What a value fixes before its first wildcard; the whole of it where it has none. */
export const fixedPart = (value: string): string => value.slice(0, wildcardAt(value));

export const wildcardAt = (value: string): number => {
  const at = value.search(/[*?]/);
  return at === -1 ? value.length : at;
};

/** True where the text matches one of the patterns of `StringLike`. */
export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => {
    const points = readPattern(pattern);
    return points !== null && compilePattern(points)(codePoints(text));
  });
