import { didYouMean } from '../../nearest.ts';
import type { ConditionsDocument } from '../documents/rules.ts';

/** Conditions of a rule while they are put together: two tests of one operator and key would have to hold both. */
export class ConditionsBuilder {
  private readonly document: Record<string, Record<string, readonly string[]>> = {};

  /** False where a test of this operator and key stands here already. */
  add(operator: string, key: string, values: readonly string[]): boolean {
    const keys = this.document[operator] ?? {};
    this.document[operator] = keys;
    if (keys[key] !== undefined) return false;
    keys[key] = values;
    return true;
  }

  get conditions(): ConditionsDocument {
    return this.document;
  }
}

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/i;

const OPERATORS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike'],
  ...['StringNotLike', 'Bool', 'IpAddress', 'NotIpAddress', 'Null'],
  ...['Numeric', 'Date'].flatMap((family) =>
    ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (end) => family + end,
    ),
  ),
];

/** An operator of IAM as it is here, whose names are exact. */
export interface KnownOperator {
  readonly name: string;
  /** IAM lets it hold where the key is missing, without saying so. */
  readonly holdsForMissing: boolean;
}

/** Reads the name of an operator, whose case IAM does not mind; a text says why there is none. */
export function readOperator(written: string): KnownOperator | string {
  const [, quantifier, base = '', ifExists] = OPERATOR.exec(written) ?? [];
  const known = OPERATORS.find((name) => name.toLowerCase() === base.toLowerCase());
  if (known === undefined) return `${written} is not an operator here ${didYouMean(base, OPERATORS) ?? ''}`.trim();
  const isAll = quantifier?.toLowerCase() === 'forallvalues';
  // Of a key with one value every value is that one: the plain operator also wants the key to be there.
  const prefix = quantifier?.toLowerCase() === 'foranyvalue' ? 'ForAnyValue:' : '';
  const suffix = ifExists === undefined || prefix !== '' ? '' : 'IfExists';
  const negated = /Not/.test(known);
  return {
    name: `${prefix}${known}${suffix}`,
    holdsForMissing: (negated || isAll) && suffix === '' && known !== 'Null',
  };
}
