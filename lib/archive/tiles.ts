import { Fault } from '../outcome.ts';
import { type Hash, type ReadNode, rootOf } from './merkle.ts';
import type { Objects } from './objects.ts';

/** Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles). */
export const WIDTH = 256;
const LEVELS_A_TILE = 8;
const HASH_BYTES = 32;

/** `1234067` as `x001/x234/067`. */
export function tileNumber(number: number): string {
  const last = String(number % 1_000).padStart(3, '0');
  return number < 1_000 ? last : `${ahead(Math.floor(number / 1_000))}${last}`;
}

const ahead = (number: number): string =>
  `${number < 1_000 ? '' : ahead(Math.floor(number / 1_000))}x${String(number % 1_000).padStart(3, '0')}/`;

const partial = (width: number): string => (width === WIDTH ? '' : `.p/${width}`);

export const tilePath = (level: number, number: number, width: number): string =>
  `tile/${level}/${tileNumber(number)}${partial(width)}`;

export const bundlePath = (number: number, width: number): string =>
  `tile/entries/${tileNumber(number)}${partial(width)}`;

/** How many hashes the tile has in a tree of `size` leaves: 0 to 256. */
export const widthOf = (level: number, number: number, size: number): number =>
  Math.max(0, Math.min(WIDTH, Math.floor(size / WIDTH ** level) - number * WIDTH));

export const hashesOf = (tile: Uint8Array): readonly Hash[] =>
  Array.from({ length: Math.ceil(tile.length / HASH_BYTES) }, (_, place) =>
    tile.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );

/** Longest entry: its length is 16 bits. No record is nearly as long (`ledger/bounds.ts`). */
const MOST_BYTES = 65_535;

/** Each entry behind its length, 16 bits big-endian. Throws `Fault('bug')` for one that is too long. */
export function writeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > MOST_BYTES) throw new Fault('bug', 'a record is longer than an entry of a log may be');
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** The entries of a bundle; null: it does not end with the end of an entry. */
export function readBundle(bundle: Uint8Array): readonly Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  for (let place = 0; place < bundle.length; ) {
    const start = place + 2;
    const end = start + (bundle[place] ?? 0) * 256 + (bundle[place + 1] ?? 0);
    if (end > bundle.length) return null;
    entries.push(bundle.subarray(start, end));
    place = end;
  }
  return entries;
}

/** What a tree of `size` leaves has lying in `objects`. The full tile serves where a partial one is gone. */
async function readWhole(
  objects: Pick<Objects, 'get'>,
  path: (width: number) => string,
  width: number,
  signal: AbortSignal,
) {
  const read =
    (await objects.get(path(width), signal)) ?? (width < WIDTH ? await objects.get(path(WIDTH), signal) : null);
  return read?.body ?? null;
}

/** The hashes of a tile in a tree of `size` leaves; null: it is not there, or shorter. */
export async function readTile(
  objects: Pick<Objects, 'get'>,
  { level, number, size }: { readonly level: number; readonly number: number; readonly size: number },
  signal: AbortSignal,
): Promise<readonly Hash[] | null> {
  const width = widthOf(level, number, size);
  const tile = await readWhole(objects, (wide) => tilePath(level, number, wide), width, signal);
  return tile === null || tile.length < width * HASH_BYTES ? null : hashesOf(tile).slice(0, width);
}

/** The entries of a bundle in a tree of `size` leaves, as many as are there; null: there is none, or it is damaged. */
export async function readEntries(
  objects: Pick<Objects, 'get'>,
  { number, size }: { readonly number: number; readonly size: number },
  signal: AbortSignal,
): Promise<readonly Uint8Array[] | null> {
  const width = widthOf(0, number, size);
  const bundle = await readWhole(objects, (wide) => bundlePath(number, wide), width, signal);
  return bundle === null ? null : (readBundle(bundle)?.slice(0, width) ?? null);
}

/** Nodes of a tree of `size` leaves, each tile read once. Throws `Fault('archive')` where one is missing. */
export function nodesOf(objects: Pick<Objects, 'get'>, size: number, signal: AbortSignal): ReadNode {
  const read = new Map<string, Promise<readonly Hash[] | null>>();
  return async (height, index) => {
    const level = Math.floor(height / LEVELS_A_TILE);
    const wide = 2 ** (height % LEVELS_A_TILE);
    const number = Math.floor((index * wide) / WIDTH);
    const name = `${level}/${number}`;
    const tile = await (read.get(name) ?? remembered(read, name, readTile(objects, { level, number, size }, signal)));
    const from = (index * wide) % WIDTH;
    const hashes = tile?.slice(from, from + wide) ?? [];
    if (hashes.length < wide) throw new Fault('archive', 'a tile of the log is missing');
    return rootOf(hashes);
  };
}

function remembered<T>(map: Map<string, Promise<T>>, name: string, value: Promise<T>): Promise<T> {
  map.set(name, value);
  return value;
}

/** The right edge of a tree of tiles: of each level what its last tile holds, as long as that is not full. */
export type Edge<Item> = Item[][];

/** Throws `Fault('archive')` where a tile of the edge is missing. */
export async function readEdge(objects: Pick<Objects, 'get'>, size: number, signal: AbortSignal): Promise<Edge<Hash>> {
  return edgeOf(size, async (level, number) => readTile(objects, { level, number, size }, signal));
}

/** The edge of a tree of `size` items at its lowest level. Throws `Fault('archive')` where `read` finds nothing. */
export async function edgeOf<Item>(
  size: number,
  read: (level: number, number: number) => Promise<readonly Item[] | null>,
): Promise<Edge<Item>> {
  const edge: Edge<Item> = [];
  for (let level = 0; WIDTH ** level <= size; level += 1) {
    const number = Math.floor(size / WIDTH ** (level + 1));
    const items = widthOf(level, number, size) === 0 ? [] : await read(level, number);
    if (items === null) throw new Fault('archive', 'what the log ends with is missing');
    edge.push([...items]);
  }
  return edge;
}

/** The root of the tree that has this edge. */
export const rootOfEdge = (edge: Edge<Hash>): Hash =>
  rootOf(
    edge.reduce<readonly Hash[]>((below, hashes) => (below.length === 0 ? hashes : [...hashes, rootOf(below)]), []),
  );

export interface Tile<Item> {
  readonly level: number;
  readonly number: number;
  readonly items: readonly Item[];
}

/**
 * Appends items to the tree of `size` items that has this edge, which is changed in place. Returns every tile that came
 * of it; `above` makes an item of a full tile for the level above.
 */
export function appendItems<Item>(
  edge: Edge<Item>,
  size: number,
  items: readonly Item[],
  above: (items: readonly Item[]) => Item,
): readonly Tile<Item>[] {
  const tiles: Tile<Item>[] = [];
  const touched = new Set<number>();
  const push = (level: number, item: Item, count: number): void => {
    const held = [...(edge[level] ?? []), item];
    edge[level] = held.length < WIDTH ? held : [];
    touched.add(level);
    if (held.length < WIDTH) return;
    tiles.push({ level, number: Math.floor((count - 1) / WIDTH ** (level + 1)), items: held });
    push(level + 1, above(held), count);
  };
  for (const [place, item] of items.entries()) push(0, item, size + place + 1);
  for (const level of touched) {
    const held = edge[level] ?? [];
    const number = Math.floor((size + items.length) / WIDTH ** (level + 1));
    if (held.length > 0) tiles.push({ level, number, items: held });
  }
  return tiles;
}
