import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const refusalSchema = z.strictObject({
  /** Patterns as Biome's noRestrictedImports has them. */
  imports: z.array(z.string()),
  says: z.string(),
  /** A pattern of the only names that may be imported all the same. */
  butFor: z.string().optional(),
  /** A pattern of the only names that may not be imported. */
  names: z.string().optional(),
});

const roomSchema = z.strictObject({
  imports: z.array(z.string()).optional(),
  says: z.string().optional(),
  /** Names of shared refusals. */
  refuses: z.array(z.string()).default([]),
  behindPorts: z.literal(true).optional(),
  /** Of `behindPorts`, what is allowed here all the same. */
  allows: z.array(z.string()).default([]),
  /** Folders below that have no such direction. */
  except: z.array(z.string()).default([]),
  globals: z.literal('refused').optional(),
});

const tableSchema = z.strictObject({
  shared: z.record(z.string(), refusalSchema),
  behindPorts: z.array(z.string()),
  globals: z.record(z.string(), z.string()),
  rooms: z.record(z.string(), roomSchema),
  ambient: z.array(z.string()),
});

type Refusal = z.infer<typeof refusalSchema>;
type Room = z.infer<typeof roomSchema>;
type Table = z.infer<typeof tableSchema>;

const readTable = (root: string): Table =>
  tableSchema.parse(parse(readFileSync(join(root, 'lint', 'directions.yaml'), 'utf8')));

/** One pattern of `noRestrictedImports`. */
const patternOf = ({ imports, says, butFor, names }: Refusal) => ({
  group: imports,
  ...(butFor === undefined ? {} : { importNamePattern: butFor, invertImportNamePattern: true }),
  ...(names === undefined ? {} : { importNamePattern: names }),
  message: says,
});

function refusalsOf(name: string, room: Room, { shared, behindPorts }: Table): readonly Refusal[] {
  const { imports, says = '', refuses, allows } = room;
  const ports = room.behindPorts === true ? behindPorts.filter((one) => !allows.includes(one)) : [];
  const named = [...refuses, ...ports].map((one) => {
    const refusal = shared[one];
    if (refusal === undefined) throw new Error(`lint/directions.yaml: ${name} refuses ${one}, which is not in shared`);
    return refusal;
  });
  return imports === undefined ? named : [{ imports, says }, ...named];
}

const filesOf = (place: string): string => (place.endsWith('.ts') ? place : `${place}/**`);

function overrideOf(name: string, room: Room, table: Table) {
  const patterns = refusalsOf(name, room, table).map(patternOf);
  const globals = room.behindPorts === true || room.globals === 'refused';
  const rules = {
    noRestrictedImports: { level: 'error', options: { patterns } },
    ...(globals ? { noRestrictedGlobals: { level: 'error', options: { deniedGlobals: table.globals } } } : {}),
  };
  const includes = [filesOf(name), ...room.except.map((below) => `!${filesOf(below)}`)];
  return { includes, linter: { rules: { style: rules } } };
}

/** The folders that have a direction, by name. */
export const roomsWithDirections = (root: string): readonly string[] => Object.keys(readTable(root).rooms);

/** The text of `lint/directions.json`: Biome's overrides, one room a line. Throws what is wrong with the table. */
export function composeDirections(root: string): string {
  const table = readTable(root);
  const rooms = Object.entries(table.rooms).map(([name, room]) => overrideOf(name, room, table));
  const ambient = {
    includes: table.ambient.map(filesOf),
    linter: { rules: { nursery: { noJsRestrictedProperties: 'off' } } },
  };
  const lines = [...rooms, ambient].map((override) => JSON.stringify(override));
  return `{"overrides":[\n${lines.join(',\n')}\n]}\n`;
}
