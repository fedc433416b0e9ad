import type * as z from 'zod';
import { isJsonObject } from '../json.ts';
import type { FieldPath } from './problem.ts';

/** What is wrong with a field, by the schema of its kind. */
export interface SchemaProblem {
  readonly path: FieldPath;
  readonly message: string;
}

export interface Validation<T> {
  readonly problems: readonly SchemaProblem[];
  /** The document, or what is left of it without its bad fields, so that the rest is still checked; null where too little is left. */
  readonly written: T | null;
  /** The known fields that were left out of `written`: what else is said of them would only follow from that. */
  readonly dropped: readonly FieldPath[];
}

const UNKNOWN_FIELD = 'is not a known field';

type Issue = z.core.$ZodIssue;

/** Each round drops what is wrong; a list or an object that lost what it needs goes in the next one. */
const ROUNDS = 8;

/** Checks a parsed file against its schema; every problem is found, also those behind another one. */
export function validateWritten<T>(schema: z.ZodType<T>, value: unknown): Validation<T> {
  const first = schema.safeParse(value);
  if (first.success) return { problems: [], written: first.data, dropped: [] };
  const problems = first.error.issues.flatMap((issue) => spell(issue, [], value));
  const rest = structuredClone(value);
  const dropped: FieldPath[] = [];
  let found: readonly SchemaProblem[] = problems;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { path, message } of found) {
      const gone = drop(rest, path);
      if (gone === null) return { problems, written: null, dropped };
      if (message !== UNKNOWN_FIELD) dropped.push(gone);
    }
    const again = schema.safeParse(rest);
    if (again.success) return { problems, written: again.data, dropped };
    found = again.error.issues.flatMap((issue) => spell(issue, [], rest));
  }
  return { problems, written: null, dropped };
}

/** Removes the field at `path`, or the nearest one above it; a list goes as a whole, so that positions stay. Null at the top. */
function drop(value: unknown, path: FieldPath): FieldPath | null {
  let end = path.length;
  while (end > 0) {
    const parent = valueAt(value, path.slice(0, end - 1));
    const last = path[end - 1];
    if (typeof last === 'string' && isJsonObject(parent) && Object.hasOwn(parent, last)) {
      Reflect.deleteProperty(parent, last);
      return path.slice(0, end);
    }
    end -= 1;
  }
  return null;
}

/** The value at `path`; undefined where there is none. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, part) => {
    if (Array.isArray(at)) return typeof part === 'number' ? at[part] : undefined;
    return isJsonObject(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  }, value);
}

/** A schema issue as problems in the words of a configuration. */
function spell(issue: Issue, above: FieldPath, value: unknown): SchemaProblem[] {
  const path = [...above, ...issue.path.filter((part) => typeof part !== 'symbol')];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: UNKNOWN_FIELD }));
  }
  const found = valueAt(value, path);
  if (found === undefined) return [{ path, message: 'is required' }];
  if (found === null) return [{ path, message: 'is empty' }];
  if (issue.code === 'invalid_key')
    return [{ path, message: issue.issues[0]?.message ?? 'is not a name that can stand here' }];
  if (issue.code === 'invalid_union') return spellUnion(issue, path, value);
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    return [{ path, message: `must be ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}` }];
  }
  return [{ path, message: issue.message }];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text (in quotes, if it looks like a number)',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map of fields',
};

/** Of one value or a list of them: what is wrong with the form that was written. */
function spellUnion(issue: Issue & { code: 'invalid_union' }, path: FieldPath, value: unknown): SchemaProblem[] {
  const closest = issue.errors.find((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
  );
  const branch = closest ?? issue.errors[0];
  if (branch === undefined || branch.length === 0) return [{ path, message: issue.message }];
  return branch.flatMap((inner) => spell(inner, path, value));
}
