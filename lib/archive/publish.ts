import { gzipSync } from 'node:zlib';
import { Fault } from '../outcome.ts';
import { type Entry, readEntry } from './entry.ts';
import { endOf, type LogState } from './log-state.ts';
import { type Hash, leafHash, rootOf, sameHash } from './merkle.ts';
import type { Objects } from './objects.ts';
import { appendPlaces, type Interval, intervalOf, pagePath, pageText } from './places.ts';
import {
  appendItems,
  bundlePath,
  type Edge,
  readEdge,
  readEntries,
  rootOfEdge,
  type Tile,
  tilePath,
  WIDTH,
  writeBundle,
} from './tiles.ts';
import type { Write } from './written.ts';

/** What follows from a state: the root of the log with its entries, and every object that changes. */
export interface Publication {
  readonly root: Hash;
  readonly writes: readonly Write[];
  /** Places that partial tiles and bundles of before lie below, now that the whole one is there. */
  readonly superseded: readonly string[];
}

/** One bundle as it is with the new entries. */
interface Bundle {
  readonly number: number;
  readonly entries: readonly Entry[];
}

const isFull = ({ entries }: Bundle): boolean => entries.length === WIDTH;

/**
 * Works out what a state means for the log of `state.base` entries whose root is `root`. The same state gives the same
 * objects, whoever asks and how often. Throws `Fault('archive')` where what lies there does not lead to that root.
 */
export async function publicationOf(
  objects: Pick<Objects, 'get'>,
  state: LogState,
  root: Hash,
  signal: AbortSignal,
): Promise<Publication> {
  const { base, entries } = state;
  const edge = await readEdge(objects, base, signal);
  if (!sameHash(rootOfEdge(edge), root)) throw new Fault('archive', 'the tiles of the log do not lead to its root');
  const first = Math.floor(base / WIDTH);
  const before = base % WIDTH === 0 ? [] : await lastEntries(objects, { base, edge, number: first }, signal);
  const tiles = appendItems(edge, base, entries.map(leafHash), rootOf);
  const bundles = bundlesOf(first, [...before, ...entries].map(readEntry));
  const full = bundles.filter(isFull);
  const pages = await appendPlaces(objects, first, full.map(intervalOfBundle), signal);
  const logSize = endOf(state);
  const days = bundles.flatMap((bundle) => dayFiles(bundle, logSize));
  return {
    root: rootOfEdge(edge),
    writes: [
      ...bundles.map(bundleWrite),
      ...tiles.map(tileWrite),
      ...pages.map((page) => pageWrite(page, logSize)),
      ...days,
    ],
    superseded: [
      ...full.map(({ number }) => bundlePath(number, WIDTH)),
      ...tiles.flatMap(({ level, number, items }) => (items.length === WIDTH ? [tilePath(level, number, WIDTH)] : [])),
    ].map((path) => `${path}.p/`),
  };
}

async function lastEntries(
  objects: Pick<Objects, 'get'>,
  { base, edge, number }: { readonly base: number; readonly edge: Edge<Hash>; readonly number: number },
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const entries = (await readEntries(objects, { number, size: base }, signal)) ?? [];
  const hashes = edge[0] ?? [];
  const whole = entries.length === hashes.length && entries.every((each, at) => sameHash(leafHash(each), hashes[at]));
  if (!whole) throw new Fault('archive', 'the last bundle of the log is not the one that its tile is of');
  return entries;
}

const bundlesOf = (first: number, entries: readonly Entry[]): readonly Bundle[] =>
  Array.from({ length: Math.ceil(entries.length / WIDTH) }, (_, place) => ({
    number: first + place,
    entries: entries.slice(place * WIDTH, (place + 1) * WIDTH),
  }));

const intervalOfBundle = ({ entries }: Bundle): Interval =>
  intervalOf(entries.map(({ id }) => ({ least: id, greatest: id })));

const keepOf = (count: number): Write['keep'] => (count === WIDTH ? 'locked' : 'replaceable');

const bundleWrite = ({ number, entries }: Bundle): Write => ({
  key: bundlePath(number, entries.length),
  body: writeBundle(entries.map(({ bytes }) => bytes)),
  type: 'application/octet-stream',
  keep: keepOf(entries.length),
});

const tileWrite = ({ level, number, items }: Tile<Hash>): Write => ({
  key: tilePath(level, number, items.length),
  body: Buffer.concat(items),
  type: 'application/octet-stream',
  keep: keepOf(items.length),
});

const pageWrite = ({ level, number, items }: Tile<Interval>, logSize: number): Write => ({
  key: pagePath(level, number),
  body: Buffer.from(pageText(items)),
  type: 'text/plain; charset=utf-8',
  keep: keepOf(items.length),
  logSize,
});

const NUMBER_DIGITS = 12;

/** Below it lie the records for Athena, by the day of their time. */
export const RECORDS = 'records/';
export const dayFilePath = (day: string, bundle: number): string =>
  `${RECORDS}day=${day}/${String(bundle).padStart(NUMBER_DIGITS, '0')}.jsonl.gz`;

/** The records of a bundle, in a file for each day: one line each, with its place in the log beside it as `leaf`. */
function dayFiles(bundle: Bundle, logSize: number): readonly Write[] {
  const lines = new Map<string, string[]>();
  for (const [place, { day, bytes }] of bundle.entries.entries()) {
    const leaf = bundle.number * WIDTH + place;
    const line = `{"leaf":${leaf},${Buffer.from(bytes).toString('utf8').slice(1)}\n`;
    lines.set(day, [...(lines.get(day) ?? []), line]);
  }
  return [...lines].map(([day, text]) => ({
    key: dayFilePath(day, bundle.number),
    body: gzipSync(text.join('')),
    type: 'application/gzip',
    keep: keepOf(bundle.entries.length),
    logSize,
  }));
}
