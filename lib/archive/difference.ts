import { gunzipSync } from 'node:zlib';
import { isJsonObject } from '../json.ts';
import { type Hash, leafHash, sameHash } from './merkle.ts';
import type { Objects } from './objects.ts';
import { dayFilePath } from './publish.ts';
import { WIDTH } from './tiles.ts';

/** What was found wrong, and of which record. */
export interface Difference {
  readonly kind: 'altered' | 'dropped' | 'added' | 'reordered' | 'missing' | 'tile' | 'checkpoint';
  /** Its place in the log; null: it cannot be said. */
  readonly index: number | null;
  /** The issuance; null: it cannot be said. */
  readonly id: string | null;
  readonly says: string;
}

interface Compared {
  readonly number: number;
  readonly width: number;
  readonly tile: readonly Hash[] | null;
  readonly entries: readonly Uint8Array[] | null;
}

/**
 * How a bundle and its tile differ. `believed`: which of both leads to the signed root; where neither does, the tile is
 * believed, since whoever alters a record has to alter more than it.
 */
export async function compareBundle(
  source: Pick<Objects, 'get'>,
  { number, width, tile, entries }: Compared,
  believed: 'entries' | 'tile',
  signal: AbortSignal,
): Promise<Difference> {
  const from = number * WIDTH;
  if (entries === null) {
    return {
      kind: 'missing',
      index: from,
      id: null,
      says: `The bundle of the records from ${from} on is missing or cut off.`,
    };
  }
  if (tile === null) return { kind: 'missing', index: from, id: null, says: `The tile 0/${number} is missing.` };
  const leaves = entries.map(leafHash);
  const place = [...leaves, ...tile].findIndex((_, at) => !sameHash(leaves[at], tile[at]));
  const index = from + place;
  if (believed === 'entries') {
    return { kind: 'tile', index, id: idOf(entries[place]), says: `The tile 0/${number} is not over its records.` };
  }
  const kind = kindOf(leaves, tile, place, width);
  const here = idOf(entries[place]);
  const copy = kind === 'added' ? undefined : (await copiesOf(source, number, entries, signal)).get(index);
  return { kind, index, id: copy === undefined ? here : idOf(copy), says: `The record ${index} was ${kind}.` };
}

function kindOf(leaves: readonly Hash[], tile: readonly Hash[], place: number, width: number): Difference['kind'] {
  const sorted = (hashes: readonly Hash[]): string =>
    hashes
      .map((hash) => Buffer.from(hash).toString('hex'))
      .sort()
      .join();
  if (sorted(leaves) === sorted(tile)) return 'reordered';
  const isNext = (one: readonly Hash[], other: readonly Hash[]): boolean =>
    place === one.length ? other.length > one.length : sameHash(one[place], other[place + 1]);
  if (leaves.length <= width && isNext(leaves, tile)) return 'dropped';
  return isNext(tile, leaves) ? 'added' : 'altered';
}

function idOf(entry: Uint8Array | undefined): string | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(entry ?? []).toString('utf8'));
    return isJsonObject(json) && typeof json['id'] === 'string' ? json['id'] : null;
  } catch {
    return null;
  }
}

const DAY = /"time":"(\d{4}-\d{2}-\d{2})T/;
const LEAF = /^\{"leaf":(\d+),/;

/** What the day files, a second copy of the records, have for the places of a bundle. */
async function copiesOf(
  source: Pick<Objects, 'get'>,
  number: number,
  entries: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const copies = new Map<number, Uint8Array>();
  const days = new Set(entries.map((entry) => DAY.exec(Buffer.from(entry).toString('utf8'))?.[1] ?? ''));
  for (const day of days) {
    const file = day === '' ? null : await source.get(dayFilePath(day, number), signal);
    for (const line of file === null ? [] : linesOf(file.body)) {
      const [start = '', leaf = ''] = LEAF.exec(line) ?? [];
      if (start !== '') copies.set(Number(leaf), Buffer.from(`{${line.slice(start.length)}`));
    }
  }
  return copies;
}

/** The first record that is not the one that the day files have in its place; null: none, or there are no day files. */
export async function firstUnlike(
  source: Pick<Objects, 'get'>,
  parts: AsyncIterable<Pick<Compared, 'number' | 'entries'>>,
  signal: AbortSignal,
): Promise<Difference | null> {
  for await (const { number, entries } of parts) {
    const copies = await copiesOf(source, number, entries ?? [], signal);
    for (const [place, entry] of (entries ?? []).entries()) {
      const index = number * WIDTH + place;
      const copy = copies.get(index);
      if (copy === undefined || Buffer.compare(copy, entry) === 0) continue;
      const says = `The record ${index} was altered, and the hashes over it.`;
      return { kind: 'altered', index, id: idOf(copy), says };
    }
  }
  return null;
}

function linesOf(body: Uint8Array): readonly string[] {
  try {
    return gunzipSync(body).toString('utf8').split('\n');
  } catch {
    return [];
  }
}
