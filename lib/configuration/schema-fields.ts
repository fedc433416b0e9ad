import * as z from 'zod';
import { isJsonObject } from '../json.ts';
import type { FieldPath } from './problem.ts';

/** The fields that a document may have at `path`, by its schema: for whoever wrote another. */
export const fieldsAt = (schema: z.ZodType, path: FieldPath, value: unknown): readonly string[] =>
  schemasAt(schema, path, value).flatMap((at) => (at instanceof z.ZodObject ? Object.keys(at.shape) : []));

/** The values that the field at `path` can have, where they are a list. */
export const choicesAt = (schema: z.ZodType, path: FieldPath, value: unknown): readonly string[] =>
  schemasAt(schema, path, value).flatMap((at) => {
    if (at instanceof z.ZodEnum) return at.options.map(String);
    return at instanceof z.ZodLiteral ? [...at.values].map(String) : [];
  });

/** Every form that the value at `path` could have. */
function schemasAt(schema: z.ZodType, path: FieldPath, value: unknown): readonly z.ZodType[] {
  let schemas = unwrap(schema, value);
  let at = value;
  for (const part of path) {
    at = member(at, part);
    schemas = schemas.flatMap((each) => below(each, part)).flatMap((each) => unwrap(each, at));
  }
  return schemas;
}

const member = (value: unknown, part: string | number): unknown => {
  if (Array.isArray(value)) return value[Number(part)];
  return isJsonObject(value) ? value[part] : undefined;
};

/** What stands for an optional value or one of several forms; of a union by `type`, the one that was written. */
function unwrap(schema: unknown, value: unknown): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.filter((option) => option instanceof z.ZodType);
    const chosen = options.filter((option) => isWritten(option, value));
    return (chosen.length === 0 ? options : chosen).flatMap((option) => unwrap(option, value));
  }
  return schema instanceof z.ZodType ? [schema] : [];
}

function isWritten(option: z.ZodType, value: unknown): boolean {
  if (!(option instanceof z.ZodObject) || !isJsonObject(value)) return false;
  const type: unknown = option.shape['type'];
  return type instanceof z.ZodLiteral && [...type.values].some((literal) => literal === value['type']);
}

function below(schema: z.ZodType, part: string | number): readonly unknown[] {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, part) ? [schema.shape[String(part)]] : [];
  if (schema instanceof z.ZodArray) return [schema.element];
  return schema instanceof z.ZodRecord ? [schema.valueType] : [];
}
