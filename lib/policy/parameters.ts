import { didYouMean } from '../nearest.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { PRINTABLE } from '../printable.ts';
import { isConditionKey } from './condition-keys.ts';
import type { KeyLookup } from './decision.ts';
import { codePoints, compilePattern } from './glob.ts';
import { type DocumentProblem, errorAt } from './problem.ts';
import { scalarText } from './scalar.ts';
import { readPattern } from './string-values.ts';

/** A parameter of a scope: which values a caller may give it, by exactly one of the first three. */
export interface ScopeParameter {
  readonly values?: readonly string[];
  /** A glob: `*` and `?` stand for others. */
  readonly pattern?: string;
  /** A condition key: the values that it has, such as `claims.team`. */
  readonly from?: string;
  /** Without one it has to be given. */
  readonly default?: string;
}

export type ScopeParameters = Readonly<Record<string, ScopeParameter>>;

/** The keys of templates that take a parameter's value: `param.bucket`. */
const PARAMETER = 'param.';

/** The parameter that `param.<name>` names; null for any other key. */
export const parameterOf = (key: string): string | null =>
  key.startsWith(PARAMETER) && key.length > PARAMETER.length ? key.slice(PARAMETER.length) : null;

/** Longest value, in UTF-16 code units: as long as a tag's. */
export const LONGEST_PARAMETER = 256;

/**
 * What does not load: a template that names no parameter of the scope, `from` of what is no condition key, a default
 * that would be refused. Paths begin at the scope's members; `grant` is its own, whose texts have the templates.
 */
export function checkParameters(
  parameters: ScopeParameters,
  templateKeys: readonly string[],
  grant: object,
): DocumentProblem[] {
  const names = new Set(templateKeys.map(parameterOf).filter((name) => name !== null));
  const unknown = [...names].filter((name) => !Object.hasOwn(parameters, name));
  const problems = unknown.map((name) => {
    const meant = didYouMean(name, Object.keys(parameters));
    // Where no other was meant, it is `parameters` that lacks it.
    const place = meant === null ? ['parameters'] : ['grant', ...(placeOf(`param.${name}}`, grant) ?? [])];
    return errorAt(place, `\${param.${name}} is no parameter of this scope`, meant);
  });
  for (const [name, parameter] of Object.entries(parameters)) {
    const { from, pattern, default: otherwise } = parameter;
    if (from !== undefined && !isConditionKey(from)) {
      problems.push(errorAt(['parameters', name, 'from'], `${from} is not a condition key`));
    }
    if (pattern !== undefined && readPattern(pattern) === null) {
      problems.push(errorAt(['parameters', name, 'pattern'], 'is a glob: `${` stands only in ${*}, ${?} and ${$}'));
    } else if (otherwise !== undefined && from === undefined && !admits(parameter, otherwise, () => undefined)) {
      problems.push(errorAt(['parameters', name, 'default'], 'is not among the values that the parameter takes'));
    }
  }
  return problems;
}

/** Where the first text stands that has `part`, within `value`; null: nowhere. */
function placeOf(part: string, value: unknown): readonly (string | number)[] | null {
  if (typeof value === 'string') return value.includes(part) ? [] : null;
  if (typeof value !== 'object' || value === null) return null;
  const members: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [name, member] of members) {
    const within = placeOf(part, member);
    if (within !== null) return [name, ...within];
  }
  return null;
}

/**
 * The value of each parameter: what the caller gave, else the default. Refuses with `parameter_required` for one that
 * is missing, and with `parameter_invalid` for a value that the parameter does not take, or for a name that the scope
 * has not.
 */
export function resolveParameters(
  parameters: ScopeParameters,
  given: Readonly<Record<string, string>>,
  lookup: KeyLookup,
): Outcome<ReadonlyMap<string, string>> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) {
      const what = PLAIN_NAME.test(name) ? `The parameter ${name}` : 'A parameter';
      return invalid(`${what} is not one of this scope.`);
    }
  }
  const resolved = new Map<string, string>();
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (value === undefined) return refuse('parameter_required', { detail: `The parameter ${name} is required.` });
    if (!admits(parameter, value, lookup)) return invalid(`The parameter ${name} does not take that value.`);
    resolved.set(name, value);
  }
  return accept(resolved);
}

/** What may stand in a sentence for the caller, whose word it is. */
const PLAIN_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const invalid = (detail: string) => refuse('parameter_invalid', { detail });

function admits({ values, pattern, from }: ScopeParameter, value: string, lookup: KeyLookup): boolean {
  if (value === '' || value.length > LONGEST_PARAMETER) return false;
  if (values !== undefined) return values.includes(value);
  if (pattern !== undefined) {
    // A text of the caller's own, which an approver reads.
    return PRINTABLE.test(value) && compilePattern(readPattern(pattern) ?? [])(codePoints(value));
  }
  const held = from === undefined ? undefined : lookup(from);
  const texts = (Array.isArray(held) ? held : [held]).map(scalarText);
  return texts.includes(value);
}

/** The lookup of a grant's templates: parameters beside the request's own keys. */
export const withParameters =
  (parameters: ReadonlyMap<string, string>, lookup: KeyLookup): KeyLookup =>
  (key) => {
    const name = parameterOf(key);
    return name === null ? lookup(key) : parameters.get(name);
  };
