import type { ScopeParameter, ScopeParameters } from '../parameters.ts';
import { changes, gains, loses, type Said } from './change.ts';
import { compareFields, fieldsOf } from './fields.ts';

/** Which values a caller may give that it could not, and the other way round. */
export function compareParameters(before: ScopeParameters = {}, after: ScopeParameters = {}): readonly Said[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => compareParameter(name, before[name], after[name]));
}

function compareParameter(
  parameter: string,
  before: ScopeParameter | undefined,
  after: ScopeParameter | undefined,
): readonly Said[] {
  const name = `the parameter ${parameter}`;
  if (before === undefined) return [changes(`${name} is new`)];
  if (after === undefined) return [changes(`${name} is gone`)];
  const { values: old, ...was } = before;
  const { values: now, ...is } = after;
  const rest = compareFields(fieldsOf(was), fieldsOf(is), `parameters.${parameter}`);
  if (old === undefined || now === undefined) {
    return old === now ? rest : [changes(`${name} takes other values`), ...rest];
  }
  const added = now.filter((value) => !old.includes(value));
  const removed = old.filter((value) => !now.includes(value));
  return [
    ...added.map((value) => gains(`${name} may be ${value}`)),
    ...removed.map((value) => loses(`${name} may not be ${value} any more`)),
    ...rest,
  ];
}
