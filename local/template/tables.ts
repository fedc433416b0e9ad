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
});
type Table = z.infer<typeof schema>;

/** The sort key of every index: where its item is. */
const PLACE = 'place';

function flowMap(members: Readonly<Record<string, string | boolean>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(members)) map.set(name, value);
  map.flow = true;
  return map;
}

const keysOf = ({ key, sort }: Table) => [
  flowMap({ AttributeName: key, KeyType: 'HASH' }),
  ...(sort === undefined ? [] : [flowMap({ AttributeName: sort, KeyType: 'RANGE' })]),
];

function attributesOf({ key, sort, indexes }: Table) {
  const names = [key, ...(sort === undefined ? [] : [sort]), ...indexes, ...(indexes.length === 0 ? [] : [PLACE])];
  return names.map((name) => flowMap({ AttributeName: name, AttributeType: 'S' }));
}

/** The tables of `template/tables.yaml`, in its order. */
export function tableResources(shapes: Shapes, listed: YAMLMap): YAMLMap {
  return joinMaps(
    entriesOf(listed).map(([name, node], position) => {
      const table = schema.parse((node as YAMLMap).toJSON());
      const indexes = table.indexes.map((index) => shapes.map('index', { index }));
      const made = shapes.map('table', {
        Id: pascalCase(name),
        name,
        attributes: listOf(attributesOf(table)),
        keys: listOf(keysOf(table)),
        indexes: indexes.length === 0 ? null : listOf(indexes),
        expiry: table.expires === true ? flowMap({ AttributeName: 'expires', Enabled: true }) : null,
        restorable: table.restorable,
      });
      made.commentBefore = commentOf(listed, position);
      return made;
    }),
  );
}

function commentOf(listed: YAMLMap, position: number): string | null {
  const key = listed.items[position]?.key as { commentBefore?: string | null } | undefined;
  return key?.commentBefore ?? null;
}
