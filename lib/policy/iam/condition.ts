import { isJsonObject, type JsonValue } from '../../json.ts';
import { OPERATORS, type Operator, type ValueTest } from '../operators.ts';
import { type Quantifier, quantified } from '../quantifier.ts';
import { ARN_OPERATORS } from './arn-operators.ts';
import { Malformed } from './malformed.ts';
import { hasVariables, putIntoText, type RequestContext } from './variables.ts';

/** Operator -> condition key -> values, as written. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** An operator's name in its parts: `ForAnyValue:StringLikeIfExists`. */
export interface OperatorName {
  readonly quantifier: Quantifier;
  readonly base: string;
  readonly ifExists: boolean;
  /** null: `Null`, which has no type. */
  readonly operator: Operator | null;
}

const OPERATOR_NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;
const CONDITION_KEY = /^[\x21-\x7e ]+$/;

/** Values are base64 and compared as they are. */
const BINARY: readonly (readonly [string, Operator])[] = [...OPERATORS]
  .filter(([name]) => name === 'StringEquals')
  .map(([, operator]) => ['BinaryEquals', operator]);

/** Those of the broker's own condition language and those that only AWS has keys for. */
const IAM_OPERATORS: ReadonlyMap<string, Operator> = new Map([...OPERATORS, ...ARN_OPERATORS, ...BINARY]);

/** The operator of that base name; undefined for `Null`, which has no type, and for what is none. */
export const iamOperator = (base: string): Operator | undefined => IAM_OPERATORS.get(base);

/** Splits an operator's name. null for what IAM does not have. */
export function readOperatorName(name: string): OperatorName | null {
  if (name === 'Null') return { quantifier: 'one', base: 'Null', ifExists: false, operator: null };
  const [, prefix, base = '', ifExists] = OPERATOR_NAME.exec(name) ?? [];
  const operator = IAM_OPERATORS.get(base);
  if (operator === undefined) return null;
  const quantifier = prefix === 'ForAnyValue' ? 'any' : prefix === 'ForAllValues' ? 'all' : 'one';
  return { quantifier, base, ifExists: ifExists !== undefined, operator };
}

/**
 * Reads a statement's `Condition`. Throws `Malformed` for operators that are none and for values that are not of the
 * operator's type; numbers and booleans may stand for their texts. A value with a variable is read when it is known.
 */
export function readConditions(value: JsonValue, place: string): ConditionBlock {
  if (!isJsonObject(value)) throw new Malformed(`${place}: Condition must be an object`);
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!isJsonObject(keys)) throw new Malformed(`${place}: Condition.${operator} must be an object`);
      const read = Object.entries(keys).map(([key, values]) => [key, readValues(operator, key, values, place)]);
      return [operator, Object.fromEntries(read)];
    }),
  );
}

function readValues(operator: string, key: string, values: JsonValue, place: string): readonly string[] {
  const name = readOperatorName(operator);
  if (name === null) throw new Malformed(`${place}: ${operator} is no condition operator`);
  if (!CONDITION_KEY.test(key)) throw new Malformed(`${place}: ${operator} has a key that is none`);
  const list: readonly JsonValue[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new Malformed(`${place}: ${operator} ${key} has no value to compare with`);
  const texts = list.map((item) => {
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return String(item);
    throw new Malformed(`${place}: ${operator} ${key} must be strings, numbers or booleans`);
  });
  if (name.operator === null) {
    if (texts.every((text) => /^(?:true|false)$/i.test(text))) return texts;
    throw new Malformed(`${place}: Null ${key} must be true or false`);
  }
  // An ARN operator's value that is no ARN loads at AWS, and matches nothing.
  if (ARN_OPERATORS.has(name.base)) return texts;
  if ('unreadable' in name.operator.compile(texts.filter((text) => !hasVariables(text)))) {
    throw new Malformed(`${place}: ${operator} ${key} takes ${name.operator.expects}`);
  }
  return texts;
}

/** Whether all of a block's conditions hold for a request's keys; a key that the context has not is absent. */
export const conditionsHold = (block: ConditionBlock, context: RequestContext): boolean =>
  Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, values, context.get(key.toLowerCase()), context)),
  );

function holds(
  name: string,
  values: readonly string[],
  given: string | readonly string[] | undefined,
  context: RequestContext,
): boolean {
  const read = readOperatorName(name);
  if (read === null) return false;
  const { operator, quantifier, ifExists } = read;
  const value = Array.isArray(given) && given.length === 0 ? undefined : given;
  if (operator === null) return values.some((wanted) => wanted.toLowerCase() === String(value === undefined));
  if (value === undefined) return quantifier === 'all' || (quantifier === 'one' && (operator.negated || ifExists));
  const tests = values.map((each) => testOf(operator, each, context));
  const among = (text: string): boolean =>
    operator.negated ? tests.every((test) => test?.(text) === true) : tests.some((test) => test?.(text) === true);
  return quantified(quantifier, among)(value) === true;
}

/**
 * The test of one value of a condition; null where it has no value here, or one of another type: it matches nothing,
 * and a negated operator cannot hold by it.
 */
function testOf(operator: Operator, value: string, context: RequestContext): ValueTest | null {
  const text = putIntoText(value, context);
  const compiled = text === null ? null : operator.compile([text]);
  return compiled !== null && 'test' in compiled ? compiled.test : null;
}
