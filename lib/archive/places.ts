/**
 * Where ids are in the log: of each full bundle of entries the least and the greatest id, in pages of 256, and of each
 * full page the same, as tiles lie. Ids begin with the time and entries come nearly in its order, so that a search
 * reads a page a level and few bundles. No proof: what is found is compared with the entry itself.
 */
import { Fault } from '../outcome.ts';
import type { Objects } from './objects.ts';
import { appendItems, edgeOf, type Tile, tileNumber, WIDTH, widthOf } from './tiles.ts';

export interface Interval {
  readonly least: string;
  readonly greatest: string;
}

export const pagePath = (level: number, number: number): string => `places/${level}/${tileNumber(number)}`;

export const pageText = (intervals: readonly Interval[]): string =>
  intervals.map(({ least, greatest }) => `${least} ${greatest}\n`).join('');

/** The smallest interval over all of them, of which there is one at least. */
export function intervalOf(parts: readonly Interval[]): Interval {
  const least = parts.map((part) => part.least).sort()[0];
  const greatest = parts
    .map((part) => part.greatest)
    .sort()
    .at(-1);
  if (least === undefined || greatest === undefined) throw new Fault('bug', 'an interval over nothing');
  return { least, greatest };
}

/** A page as it was when there were `bundles` full bundles: it may hold more by now. */
async function readPage(
  objects: Pick<Objects, 'get'>,
  { level, number, bundles }: { readonly level: number; readonly number: number; readonly bundles: number },
  signal: AbortSignal,
): Promise<readonly Interval[]> {
  const page = await objects.get(pagePath(level, number), signal);
  const lines = page === null ? [] : Buffer.from(page.body).toString('utf8').split('\n');
  const width = widthOf(level, number, bundles);
  if (lines.length < width) throw new Fault('archive', 'a page of the places of ids is missing');
  return lines.slice(0, width).map((line) => {
    const [least = '', greatest = ''] = line.split(' ');
    return { least, greatest };
  });
}

/** The pages that come of `added` further full bundles behind `bundles` of them. */
export async function appendPlaces(
  objects: Pick<Objects, 'get'>,
  bundles: number,
  added: readonly Interval[],
  signal: AbortSignal,
): Promise<readonly Tile<Interval>[]> {
  if (added.length === 0) return [];
  const edge = await edgeOf(bundles, (level, number) => readPage(objects, { level, number, bundles }, signal));
  return appendItems(edge, bundles, added, intervalOf);
}

/** The numbers of the full bundles, of `bundles`, that may hold one of these ids. */
export async function bundlesFor(
  objects: Pick<Objects, 'get'>,
  bundles: number,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const sorted = [...ids].sort();
  const holds = ({ least, greatest }: Interval): boolean => {
    const next = sorted[sorted.findIndex((id) => id >= least)];
    return next !== undefined && next <= greatest;
  };
  let found: readonly number[] = [];
  const levels = bundles === 0 ? 0 : Math.floor(Math.log(bundles) / Math.log(WIDTH)) + 1;
  for (let level = levels - 1; level >= 0; level -= 1) {
    const edge = Math.floor(bundles / WIDTH ** (level + 1));
    const pages = widthOf(level, edge, bundles) === 0 ? found : [...found, edge];
    const read = await Promise.all(
      pages.map(async (number) => ({ number, intervals: await readPage(objects, { level, number, bundles }, signal) })),
    );
    found = read.flatMap(({ number, intervals }) =>
      intervals.flatMap((interval, place) => (holds(interval) ? [number * WIDTH + place] : [])),
    );
  }
  return found;
}
