import { negation, type Operator, operator, type Reading } from '../operators.ts';
import { type ArnPattern, matchesArn, readArn, splitArn } from './resource.ts';

const ARN: Reading<readonly string[], ArnPattern> = {
  expects: 'an ARN of six parts',
  request: splitArn,
  condition: readArn,
};

/** Each of the six parts is compared by itself, wildcards and all; `ArnEquals` and `ArnLike` are the same to IAM. */
const equals = operator(ARN, (parts, pattern) => matchesArn(pattern, parts));
const notEquals = negation(ARN, (parts, pattern) => matchesArn(pattern, parts));

/** IAM's condition operators on ARNs (IAM JSON policy elements: Condition operators). */
export const ARN_OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['ArnEquals', equals],
  ['ArnLike', equals],
  ['ArnNotEquals', notEquals],
  ['ArnNotLike', notEquals],
]);
