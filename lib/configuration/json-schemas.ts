import * as z from 'zod';
import type { JsonValue } from '../json.ts';
import { client } from './schema/client.ts';
import { connection } from './schema/connection.ts';
import { scope } from './schema/scope.ts';

/**
 * The JSON Schema (draft 2020-12) of each kind of file, by its file name: for editors. What `policy validate` checks is
 * more.
 */
export function jsonSchemas(): ReadonlyMap<string, JsonValue> {
  const kinds = { connection, client, scope };
  return new Map(
    Object.entries(kinds).map(([kind, schema]) => [
      `${kind}.schema.json`,
      // A copy without the library's own non-enumerable members.
      JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', reused: 'ref' }))) as JsonValue,
    ]),
  );
}

/** A schema as its file has it. */
export const schemaText = (schema: JsonValue): string => `${JSON.stringify(schema, null, 2)}\n`;
