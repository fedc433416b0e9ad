import { YAMLMap } from 'yaml';
import { z } from 'zod';
import { pascalCase } from './fragments.ts';
import { entriesOf, joinMaps, listOf, type Shapes } from './nodes.ts';

const schema = z.strictObject({
  key: z.string(),
  sort: z.string().optional(),
  indexes: z.array(z.string()).default([]),
  expires: z.literal(true).optional(),
  restorable: z.boolean(),
  stream: z.literal(true).optional(),
});

export interface TableFragment extends z.infer<typeof schema> {
  /** The table's suffix. */
  readonly name: string;
  readonly comment: string | null;
}

/** The sort key of every index: where its item is. */
const PLACE = 'place';

function flowMap(members: Readonly<Record<string, string | boolean>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(members)) map.set(name, value);
  map.flow = true;
  return map;
}

const keysOf = ({ key, sort }: TableFragment) => [
  flowMap({ AttributeName: key, KeyType: 'HASH' }),
  ...(sort === undefined ? [] : [flowMap({ AttributeName: sort, KeyType: 'RANGE' })]),
];

function attributesOf({ key, sort, indexes }: TableFragment) {
  const names = [key, ...(sort === undefined ? [] : [sort]), ...indexes, ...(indexes.length === 0 ? [] : [PLACE])];
  return names.map((name) => flowMap({ AttributeName: name, AttributeType: 'S' }));
}

/** The tables of `template/tables.yaml`, in its order. */
export const readTables = (listed: YAMLMap): readonly TableFragment[] =>
  entriesOf(listed).map(([name, node], position) => {
    const key = listed.items[position]?.key as { commentBefore?: string | null } | undefined;
    return {
      ...schema.parse((node as YAMLMap).toJSON()),
      name,
      comment: key?.commentBefore ?? listed.commentBefore ?? null,
    };
  });

export const tableResources = (shapes: Shapes, tables: readonly TableFragment[]): YAMLMap =>
  joinMaps(
    tables.map((table) => {
      const throughput = shapes.map('throughput');
      const indexes = table.indexes.map((index) => shapes.map('index', { index, throughput }));
      const made = shapes.map('table', {
        Id: pascalCase(table.name),
        name: table.name,
        attributes: listOf(attributesOf(table)),
        keys: listOf(keysOf(table)),
        indexes: indexes.length === 0 ? null : listOf(indexes),
        throughput,
        expiry: table.expires === true ? flowMap({ AttributeName: 'expires', Enabled: true }) : null,
        restorable: table.restorable,
        stream: table.stream === true ? flowMap({ StreamViewType: 'NEW_IMAGE' }) : null,
      });
      made.commentBefore = table.comment;
      return made;
    }),
  );
