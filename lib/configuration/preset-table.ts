/** What the two tables of presets, of connections and of downstream servers, have in common. */
import type * as z from 'zod';

type Table = Readonly<Record<string, { readonly parameters: z.ZodRawShape }>>;

export const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

/** `okta, entra-id or auth0`: for messages. */
export const oneOf = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' or ');

/** The parameters of every preset of a table: the fields that the schema takes beside the plain ones. */
export function mergeParameters(table: Table): z.ZodRawShape {
  const shapes: Record<string, z.core.$ZodType> = {};
  for (const { parameters } of Object.values(table)) Object.assign(shapes, parameters);
  return shapes;
}

/** Fields of `written` that belong to other presets of the table than `own`. */
export const strayParameters = (
  written: object,
  own: { readonly parameters: z.ZodRawShape } | null,
  all: z.ZodRawShape,
): readonly string[] =>
  Object.keys(all).filter((name) => Object.hasOwn(written, name) && !Object.hasOwn(own?.parameters ?? {}, name));
