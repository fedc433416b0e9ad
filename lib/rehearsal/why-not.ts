import type { JsonValue } from '../json.ts';
import type { ExplainedCheck } from '../policy/explain.ts';

/** `ForAnyValue:StringLikeIfExists` in its parts. */
const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(?:IfExists)?$/;

/** What a value has to be, by the operator without prefix and suffix. */
const DEMANDS: Readonly<Record<string, string>> = {
  StringEquals: 'be',
  StringNotEquals: 'not be',
  StringEqualsIgnoreCase: 'be (in any case)',
  StringNotEqualsIgnoreCase: 'not be (in any case)',
  StringLike: 'match',
  StringNotLike: 'not match',
  NumericEquals: 'be',
  NumericNotEquals: 'not be',
  NumericLessThan: 'be less than',
  NumericLessThanEquals: 'be at most',
  NumericGreaterThan: 'be more than',
  NumericGreaterThanEquals: 'be at least',
  DateEquals: 'be',
  DateNotEquals: 'not be',
  DateLessThan: 'be before',
  DateLessThanEquals: 'be no later than',
  DateGreaterThan: 'be after',
  DateGreaterThanEquals: 'be no earlier than',
  Bool: 'be',
  IpAddress: 'be in',
  NotIpAddress: 'not be in',
  Connection: 'be',
  Client: 'be',
  Actor: 'be',
};

const QUANTIFIED: Readonly<Record<string, string>> = { ForAnyValue: 'one value of ', ForAllValues: 'every value of ' };

/** What would have to differ for a check to hold, in one sentence: what it must be, and what it is. */
export function whatMustDiffer({ operator, key, expected, missed, actual }: ExplainedCheck): string {
  const now = missed === 'withheld' ? 'the proof does not carry it' : missed === 'absent' ? 'it is absent' : is(actual);
  if (operator === 'NoActor') return `nobody may act for the subject; there is ${text(actual)}`;
  if (operator === 'Actor' && missed === 'absent')
    return `somebody must act: ${expected.join(' or ')}; there is nobody`;
  if (operator === 'Null') {
    const absent = expected.every((value) => value.toLowerCase() === 'true');
    return `${key} must be ${absent ? 'absent' : 'there'}; ${now}`;
  }
  const [, prefix = '', base = ''] = OPERATOR.exec(operator) ?? [];
  const demand = DEMANDS[base] ?? `satisfy ${operator}`;
  const values = expected.map((value) => (value === '' ? '""' : value));
  const sentence = `${QUANTIFIED[prefix] ?? ''}${key} must ${demand} ${values.join(demand.startsWith('not') ? ' nor ' : ' or ')}`;
  return missed === 'not-comparable' ? `${sentence}; ${now}, which the operator cannot compare` : `${sentence}; ${now}`;
}

const is = (actual: JsonValue | undefined): string => (actual === undefined ? 'it is absent' : `it is ${text(actual)}`);

/** Long values are cut: whoever looks has them. */
const MOST_CHARACTERS = 200;

function text(value: JsonValue | undefined): string {
  const whole = typeof value === 'string' && value !== '' ? value : JSON.stringify(value ?? null);
  return whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS)}…` : whole;
}
