import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { OPERATORS } from '../policy/operators.ts';
import type { Preset } from './presets/preset.ts';
import { presets } from './presets/table.ts';
import { client } from './schema/client.ts';
import { connection } from './schema/connection.ts';
import { fieldDocs } from './schema/field-docs.ts';
import { scope } from './schema/scope.ts';

/**
 * The JSON Schema (draft 2020-12) of each kind of file, by its file name: for editors, with what each field is for.
 * What `policy validate` checks is more.
 */
export function jsonSchemas(): ReadonlyMap<string, JsonValue> {
  const kinds = { connection, client, scope };
  return new Map(
    Object.entries(kinds).map(([kind, schema]) => {
      // A copy without the library's own non-enumerable members.
      const plain = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', reused: 'inline' })));
      const documented = document(plain, kind as keyof typeof kinds, []) as JsonObject;
      const parts = { conditions: conditionsSchema(), tests: testsSchema(), values: VALUES };
      const whole = { ...documented, $defs: { ...defsOf(documented), ...(kind === 'client' ? {} : parts) } };
      return [`${kind}.schema.json`, whole];
    }),
  );
}

const defsOf = ({ $defs }: JsonObject): JsonObject => (isJsonObject($defs) ? $defs : {});

/** A schema as its file has it. */
export const schemaText = (schema: JsonValue): string => `${JSON.stringify(schema, null, 2)}\n`;

/** The fields that conditions stand in. */
const CONDITIONS: ReadonlySet<string> = new Set(['when', 'require']);

/** The schema with the documentation of every field; `path` is that of the field, without positions. */
function document(schema: JsonValue, kind: keyof typeof fieldDocs, path: readonly string[]): JsonValue {
  if (Array.isArray(schema)) return schema.map((item: JsonValue) => document(item, kind, path));
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) =>
      keyword === 'properties' && isJsonObject(value)
        ? [keyword, documentFields(value, kind, path)]
        : [keyword, document(value, kind, path)],
    ),
  );
}

const documentFields = (fields: JsonObject, kind: keyof typeof fieldDocs, path: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => {
      const docs = fieldDocs[kind][[...path, name].join('.')] ?? fieldDocs[kind][name] ?? {};
      const form = CONDITIONS.has(name) ? { $ref: '#/$defs/conditions' } : document(schema, kind, [...path, name]);
      return [name, { ...(form as JsonObject), ...docs }];
    }),
  );

const PREFIXES = ['', 'ForAnyValue:', 'ForAllValues:'];

/** IAM's condition syntax: operators, and the keys that presets' providers issue, so that an editor offers them. */
function conditionsSchema(): JsonObject {
  const operators = [...OPERATORS.keys()];
  const named = [...operators, ...operators.map((name) => `ForAnyValue:${name}`)];
  const tests = { $ref: '#/$defs/tests' };
  return {
    type: 'object',
    minProperties: 1,
    properties: {
      ...Object.fromEntries(named.map((name) => [name, { ...tests, description: `${name}: ${expectationOf(name)}` }])),
      Null: { ...tests, description: 'Null: "true" holds where the key is absent, "false" where it is there.' },
    },
    patternProperties: { [`^(${PREFIXES.slice(1).join('|')})?(${operators.join('|')})(IfExists)?$`]: tests },
    additionalProperties: false,
  };
}

function expectationOf(name: string): string {
  const operator = OPERATORS.get(name.replace('ForAnyValue:', ''));
  return `takes ${operator?.expects ?? 'values'}${operator?.negated === true ? '; holds where none of them is met' : ''}.`;
}

const VALUE = { type: ['string', 'number', 'boolean'] };

/** One value or several, any of which may be met. */
const VALUES = { anyOf: [VALUE, { type: 'array', items: VALUE, minItems: 1 }] };

const valuesOf = (description: string): JsonObject => ({ description, $ref: '#/$defs/values' });

const KEYS: Readonly<Record<string, string>> = {
  principal: 'The label of the subject.',
  connection: 'The connection of the subject.',
  client: 'The client that authenticated here.',
  'actor.connection': 'The connection of the actor.',
  'actor.client': 'The client that acts.',
  'request.sourceIp': "The caller's address, by API Gateway's own word.",
  'request.time': 'When the request came.',
  'request.duration': 'How long the grant is to live, in seconds.',
};

/** Condition key -> values. */
function testsSchema(): JsonObject {
  const claims = new Map<string, string>();
  for (const { claims: table } of Object.values<Preset>(presets)) {
    for (const [name, { form }] of Object.entries(table.claims)) {
      const before = claims.get(name);
      const said = `${table.provider}: ${form.says}.`;
      claims.set(name, before === undefined ? said : `${before} ${said}`);
    }
  }
  const known = [...claims].map(([name, description]) => [`claims.${name}`, valuesOf(description)]);
  const others = Object.entries(KEYS).map(([name, description]) => [name, valuesOf(description)]);
  return {
    type: 'object',
    minProperties: 1,
    properties: Object.fromEntries([...others, ...known]),
    patternProperties: { '^(actor\\.)?claims\\..+$': valuesOf('A claim, by its name or alias.') },
    additionalProperties: false,
  };
}
