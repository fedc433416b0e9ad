import type { ConditionsDocument } from '../configuration/documents/rules.ts';
import { nearest } from '../nearest.ts';
import type { Reason } from '../refusals/registry.ts';
import { isConditionKey, nearKey, subjectClaim } from './condition-keys.ts';
import { type Check, type KeyLookup, type KeyValue, type Missed, Unavailable } from './decision.ts';
import { OPERATORS, type ValueTest } from './operators.ts';
import { type DocumentProblem, errorAt, hasErrors, warningAt } from './problem.ts';
import { type Quantifier, quantified } from './quantifier.ts';

/** Where conditions stand, which decides what loads and what a value of the wrong type does. */
export type ConditionsPlace = 'allow' | 'deny' | 'require' | 'actor-allow' | 'actor-deny';

interface CompiledCondition {
  readonly operator: string;
  readonly key: string;
  /** Whether it holds; a reason where that cannot be said. */
  readonly test: (value: KeyValue) => boolean | Reason;
}

/** A conditions document that loads: immutable, and evaluated without looking at the document again. */
export interface CompiledConditions {
  readonly conditions: readonly CompiledCondition[];
  /** The condition keys it looks up. */
  readonly keys: readonly string[];
}

/**
 * What came of it. `error`: it could not be said whether it holds, which refuses. The checks are those that could be
 * made.
 */
export type Evaluation =
  | { readonly held: boolean; readonly checks: readonly Check[] }
  | { readonly error: Reason; readonly checks: readonly Check[] };

/** A document without errors has `compiled`; warnings may stand beside it. */
export interface ConditionsCompilation {
  readonly compiled: CompiledConditions | null;
  readonly problems: readonly DocumentProblem[];
}

interface Written {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly place: ConditionsPlace;
}

const OPERATOR_NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;
const BOOLEANS: ReadonlySet<string> = new Set(['true', 'false']);

/**
 * Compiles conditions in IAM's syntax (operator, key, values). What does not load: unknown operators and keys, values
 * that are not of the operator's type, `${…}` beside IAM's three escapes, nothing to test; in `require` keys other than
 * `claims.*`; and in `allow` and `require` a negated operator or `ForAllValues:` that a missing key would satisfy
 * unsaid, without `IfExists` or `Null: false` on its key. Paths of problems begin at the operator. IAM User Guide,
 * "Condition operators" and "Set operators".
 */
export function compileConditions(
  document: ConditionsDocument,
  { place }: { readonly place: ConditionsPlace },
): ConditionsCompilation {
  const problems: DocumentProblem[] = [];
  const conditions: CompiledCondition[] = [];
  if (Object.keys(document).length === 0) problems.push(errorAt([], 'tests nothing: leave it out or name an operator'));
  for (const [operator, keys] of Object.entries(document)) {
    const entries = Object.entries(keys);
    if (entries.length === 0) problems.push(errorAt([operator], 'tests nothing: name a condition key'));
    for (const [key, values] of entries) {
      const written = { operator, key, values, place };
      const condition = compileCondition(written, document, problems);
      if (condition !== null) conditions.push(condition);
    }
  }
  if (hasErrors(problems)) return { compiled: null, problems };
  const keys = [...new Set(conditions.map(({ key }) => key))];
  return { compiled: Object.freeze({ conditions: Object.freeze(conditions), keys: Object.freeze(keys) }), problems };
}

/**
 * Evaluates every condition; all must hold. `condition_error` outweighs all else, whatever the order; a withheld value
 * counts only where everything else holds, because only then does the outcome hang on it.
 */
export function evaluateConditions({ conditions }: CompiledConditions, lookup: KeyLookup): Evaluation {
  const checks: Check[] = [];
  const errors: Reason[] = [];
  for (const { operator, key, test } of conditions) {
    const value = lookup(key);
    const result = test(value);
    checks.push({
      operator,
      key,
      held: result === true,
      ...(result === true ? {} : { missed: missedBy(value, result) }),
    });
    if (typeof result === 'string') errors.push(result);
  }
  const withheld = errors[0];
  if (errors.includes('condition_error')) return { error: 'condition_error', checks };
  if (checks.filter(({ held }) => !held).length > errors.length) return { held: false, checks };
  return withheld === undefined ? { held: true, checks } : { error: withheld, checks };
}

function missedBy(value: KeyValue, result: false | Reason): Missed {
  if (value instanceof Unavailable) return 'withheld';
  if (typeof result === 'string') return 'not-comparable';
  return value === undefined || value === null || isEmptyList(value) ? 'absent' : 'different';
}

function compileCondition(
  written: Written,
  document: ConditionsDocument,
  problems: DocumentProblem[],
): CompiledCondition | null {
  const { operator, key, values, place } = written;
  const path = [operator, key];
  if (!isConditionKey(key)) problems.push(errorAt(path, `${key} is not a condition key`, nearKey(key)));
  else if (place === 'require' && subjectClaim(key) === null) {
    problems.push(errorAt(path, '`require` tests claims.* only: there is no principal yet'));
  }
  if (values.length === 0) problems.push(errorAt(path, 'has no value to compare with'));
  const test = operator === 'Null' ? nullTest(written, problems) : valueTest(written, document, problems);
  return test === null ? null : Object.freeze({ operator, key, test: withheldFirst(test) });
}

/** IAM's `Null`: "true" holds where the key is absent, "false" where it is there and not null. */
function nullTest({ operator, key, values }: Written, problems: DocumentProblem[]): (value: KeyValue) => boolean {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  for (const [index, value] of values.entries()) {
    if (!BOOLEANS.has(value.toLowerCase())) {
      problems.push(errorAt(valuePath(operator, key, values, index), 'Null takes true or false'));
    }
  }
  return (value) => wanted.has(String(value === undefined || value === null || isEmptyList(value)));
}

function valueTest(
  written: Written,
  document: ConditionsDocument,
  problems: DocumentProblem[],
): ((value: KeyValue) => boolean | Reason) | null {
  const { operator: name, key, values, place } = written;
  const [, prefix, base = '', ifExists] = OPERATOR_NAME.exec(name) ?? [];
  const operator = OPERATORS.get(base);
  if (operator === undefined) {
    problems.push(errorAt([name], `${name} is not an operator`, nearOperator(name, base)));
    return null;
  }
  const quantifier: Quantifier = prefix === 'ForAnyValue' ? 'any' : prefix === 'ForAllValues' ? 'all' : 'one';
  const trap = operator.negated || quantifier === 'all';
  if (trap && ifExists === undefined && guards(place) && !excludesMissing(document, key)) {
    problems.push(
      errorAt(
        [name, key],
        `${name} holds for a missing key: write ${name}IfExists to say so, or add Null: {${key}: "false"}`,
      ),
    );
  }
  if (quantifier === 'any' && ifExists !== undefined) {
    problems.push(
      warningAt(
        [name, key],
        'IfExists changes nothing here: ForAnyValue: never holds for a missing key',
        'useless-if-exists',
      ),
    );
  }
  const compiled = operator.compile(values);
  if ('unreadable' in compiled) {
    for (const index of compiled.unreadable) {
      problems.push(errorAt(valuePath(name, key, values, index), `${name} takes ${operator.expects}`));
    }
    return null;
  }
  for (const [index, value] of values.entries()) {
    const warning = operator.warn(value);
    if (warning !== null) problems.push(warningAt(valuePath(name, key, values, index), warning, 'literal-wildcard'));
  }
  const missing = quantifier === 'all' || (quantifier === 'one' && (operator.negated || ifExists !== undefined));
  return onPresent(missing, quantified(quantifier, typed(compiled.test, place)));
}

const onPresent =
  (missing: boolean, test: (value: KeyValue) => boolean | Reason) =>
  (value: KeyValue): boolean | Reason =>
    value === undefined || isEmptyList(value) ? missing : test(value);

const withheldFirst =
  (test: (value: KeyValue) => boolean | Reason) =>
  (value: KeyValue): boolean | Reason =>
    value instanceof Unavailable ? value.reason : test(value);

/**
 * A value that is not of the operator's type (a word for a number) does not match, as in IAM, negated or not. In `deny`
 * that would let it through, so there it is an error.
 */
function typed(test: ValueTest, place: ConditionsPlace): (text: string) => boolean | 'condition_error' {
  const otherwise = guards(place) ? false : 'condition_error';
  return (text) => test(text) ?? otherwise;
}

const guards = (place: ConditionsPlace): boolean => place !== 'deny' && place !== 'actor-deny';

const isEmptyList = (value: KeyValue): boolean => Array.isArray(value) && value.length === 0;

const excludesMissing = (document: ConditionsDocument, key: string): boolean => {
  const isFalse = (value: string): boolean => value.toLowerCase() === 'false';
  return Object.entries(document['Null'] ?? {}).some(([name, values]) => name === key && values.every(isFalse));
};

const valuePath = (operator: string, key: string, values: readonly string[], index: number) =>
  values.length === 1 ? [operator, key] : [operator, key, index];

/** What to write for an operator that is none: a prefix or suffix that was right stays. */
function nearOperator(name: string, base: string): string | null {
  if (base === 'Null') return 'Null takes no prefix and no IfExists';
  const near = nearest(base === '' ? name : base, [...OPERATORS.keys(), 'Null']);
  return near === null ? null : `did you mean ${base === '' ? near : name.replace(base, near)}?`;
}
