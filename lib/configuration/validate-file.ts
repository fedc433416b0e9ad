import type * as z from 'zod';
import { isJsonObject } from '../json.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { FieldPath } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import { choicesAt, fieldsAt } from './schema-fields.ts';

/** What is wrong with a field, by the schema of its kind. */
interface SchemaProblem {
  readonly path: FieldPath;
  readonly message: string;
  readonly code: ProblemCode;
  readonly fix: string | null;
  /** The known field that an unknown one probably is. */
  readonly meant: FieldPath | null;
}

/** A problem, and whether its field is known: what is said beside an unknown one does not follow from it. */
interface Spelled extends SchemaProblem {
  readonly field: 'known' | 'unknown';
}

export interface Validation<T> {
  readonly problems: readonly SchemaProblem[];
  /**
   * The document, or what is left of it without its bad fields, so that the rest is still checked; null where too
   * little is left.
   */
  readonly written: T | null;
  /** The known fields that were left out of `written`: what else is said of them would only follow from that. */
  readonly dropped: readonly FieldPath[];
}

type Issue = z.core.$ZodIssue;

/** Each round drops what is wrong; a list or an object that lost what it needs goes in the next one. */
const ROUNDS = 8;

/** Checks a parsed file against its schema; every problem is found, also those behind another one. */
export function validateWritten<T>(schema: z.ZodType<T>, value: unknown): Validation<T> {
  const first = schema.safeParse(value, { error: inWords });
  if (first.success) return { problems: [], written: first.data, dropped: [] };
  const problems = firstOfEach(first.error.issues.flatMap((issue) => spell(issue, [], { schema, value })));
  const rest = structuredClone(value);
  const dropped: FieldPath[] = [];
  let found: readonly Spelled[] = problems;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { path, field } of found) {
      const gone = drop(rest, path);
      if (gone === null) return { problems, written: null, dropped };
      if (field === 'known') dropped.push(gone);
    }
    const again = schema.safeParse(rest, { error: inWords });
    if (again.success) return { problems, written: again.data, dropped };
    found = again.error.issues.flatMap((issue) => spell(issue, [], { schema, value: rest }));
  }
  return { problems, written: null, dropped };
}

/** A value that is wrong in two ways is told the first: it may be another value altogether once that is mended. */
function firstOfEach(problems: readonly Spelled[]): readonly Spelled[] {
  const paths = new Set<string>();
  return problems.filter(({ path }) => {
    const key = JSON.stringify(path);
    const isFirst = !paths.has(key);
    paths.add(key);
    return isFirst;
  });
}

/**
 * Removes the field at `path`, or the nearest one above it; a list goes as a whole, so that positions stay. Null at the
 * top.
 */
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

/** The message of a value of the wrong type where the schema has none of its own. */
const inWords: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_type' ? `must be ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}` : undefined;

interface Checked {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** A schema issue as problems in the words of a configuration. */
function spell(issue: Issue, above: FieldPath, checked: Checked): Spelled[] {
  const path = [...above, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const known = (message: string, code: ProblemCode = 'bad-value', fix: string | null = null): Spelled[] => [
    { path, message, code, fix, meant: null, field: 'known' },
  ];
  if (issue.code === 'unrecognized_keys') {
    const fields = fieldsAt(checked.schema, path, checked.value);
    return issue.keys.map((key) => unknownField(path, key, nearest(key, fields)));
  }
  const found = valueAt(checked.value, path);
  if (found === undefined) return known('is required', 'missing-field');
  if (found === null) return known('is empty', 'missing-field');
  if (issue.code === 'invalid_key') return known(issue.issues[0]?.message ?? 'is not a name that can stand here');
  const choices = typeof found === 'string' ? choicesAt(checked.schema, path, checked.value) : [];
  const near = choices.length === 0 ? null : didYouMean(String(found), choices);
  return issue.code === 'invalid_union' && near === null
    ? spellUnion(issue, path, checked)
    : known(issue.message, 'bad-value', near);
}

const unknownField = (above: FieldPath, key: string, near: string | null): Spelled => ({
  path: [...above, key],
  message: 'is not a known field',
  code: 'unknown-field',
  fix: near === null ? null : `did you mean ${near}?`,
  meant: near === null ? null : [...above, near],
  field: 'unknown',
});

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text (in quotes, if it looks like a number)',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map of fields',
};

/** Of one value or a list of them: what is wrong with the form that was written. */
function spellUnion(issue: Issue & { code: 'invalid_union' }, path: FieldPath, checked: Checked): Spelled[] {
  const closest = issue.errors.find((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
  );
  const branch = closest ?? issue.errors[0];
  if (branch === undefined || branch.length === 0)
    return [{ path, message: issue.message, code: 'bad-value', fix: null, meant: null, field: 'known' }];
  return branch.flatMap((inner) => spell(inner, path, checked));
}
