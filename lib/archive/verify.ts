/** Whether a log is, octet for octet, the one that its checkpoint was signed over: recomputed from its entries on. */
import { compareBundle, type Difference, firstUnlike } from './difference.ts';
import { CHECKPOINT } from './log.ts';
import { CompactRange, type Hash, leafHash, rootOf, sameHash } from './merkle.ts';
import { type Checkpoint, isSigned, type NoteVerifier, parseCheckpoint } from './note.ts';
import type { Objects } from './objects.ts';
import { bundlePath, type Edge, readBundle, readTile, WIDTH, widthOf } from './tiles.ts';

type Source = Pick<Objects, 'get'>;

export interface VerifyOptions {
  readonly key: NoteVerifier;
  /** A witness that has to have cosigned the checkpoint. */
  readonly witness?: NoteVerifier;
  /** A checkpoint of before, with the key's signature: the log has to begin with all that it was over. */
  readonly since?: Checkpoint;
  /** Told how many entries were looked at, of how many. */
  readonly progress: (done: number, all: number) => void;
}

export interface Verdict {
  /** null: there is none that the key has signed. */
  readonly checkpoint: Checkpoint | null;
  /** null: the log is what was signed. */
  readonly problem: Difference | null;
}

/** Bundles and tiles that are read ahead. */
const AHEAD = 8;

const wrong = (kind: Difference['kind'], says: string, index: number | null = null): Difference => ({
  kind,
  index,
  id: null,
  says,
});

/**
 * Recomputes every hash of the log and compares it with what lies there and with the signed checkpoint; names the first
 * record that is not as it was signed. Memory does not grow with the log. Throws where the source cannot be read.
 */
export async function verifyLog(source: Source, options: VerifyOptions, signal: AbortSignal): Promise<Verdict> {
  const found = await source.get(CHECKPOINT, signal);
  const read = found === null ? null : parseCheckpoint(Buffer.from(found.body).toString('utf8'));
  if (read === null) return { checkpoint: null, problem: wrong('checkpoint', 'There is no checkpoint.') };
  const { checkpoint, lines } = read;
  if (checkpoint.origin !== options.key.name || !isSigned(checkpoint, lines, options.key)) {
    return { checkpoint: null, problem: wrong('checkpoint', 'The checkpoint is not signed by this key.') };
  }
  const { witness } = options;
  if (witness !== undefined && !isSigned(checkpoint, lines, witness)) {
    return { checkpoint, problem: wrong('checkpoint', `The checkpoint is not cosigned by ${witness.name}.`) };
  }
  return { checkpoint, problem: await problemOf(source, checkpoint, options, signal) };
}

/** One bundle of entries and the tile of its hashes, as they lie there. */
interface Part {
  readonly number: number;
  readonly width: number;
  /** null: there is none. */
  readonly tile: readonly Hash[] | null;
  /** null: there is none, or it does not end with the end of an entry. */
  readonly entries: readonly Uint8Array[] | null;
}

async function problemOf(
  source: Source,
  checkpoint: Checkpoint,
  { since, progress }: VerifyOptions,
  signal: AbortSignal,
): Promise<Difference | null> {
  const { size } = checkpoint;
  if (since !== undefined && since.size > size) {
    return wrong('dropped', `The log had ${since.size} records and has ${size}.`, size);
  }
  // What the tiles say, what the entries say, and what the tiles above them say of the tiles.
  const roots = { tiles: new CompactRange(), entries: new CompactRange() };
  const upper = new UpperTiles(source, size, signal);
  let first: Part | null = null;
  let before: Hash | null = since?.size === 0 ? since.root : null;
  for await (const part of partsOf(source, size, signal)) {
    const leaves = part.entries?.map(leafHash) ?? [];
    const hashes = part.tile ?? leaves;
    const isSame =
      part.tile !== null && leaves.length === hashes.length && leaves.every((leaf, at) => sameHash(leaf, hashes[at]));
    if (!isSame) first ??= part;
    for (const hash of hashes) {
      roots.tiles.append(hash);
      if (roots.tiles.size === since?.size) before = roots.tiles.root();
    }
    for (const leaf of leaves) roots.entries.append(leaf);
    if (part.width === WIDTH) await upper.add(rootOf(hashes));
    progress(Math.min(size, (part.number + 1) * WIDTH), size);
  }
  await upper.end();
  const signed = (range: CompactRange): boolean => range.size === size && sameHash(range.root(), checkpoint.root);
  if (first !== null) return compareBundle(source, first, signed(roots.entries) ? 'entries' : 'tile', signal);
  if (upper.wrong !== null || !signed(roots.tiles)) {
    // Records and hashes were written anew together. The day files may have been forgotten.
    const unlike = await firstUnlike(source, partsOf(source, size, signal), signal);
    return unlike ?? upper.wrong ?? wrong('altered', 'All of it hangs together, and is not what was signed.');
  }
  if (since !== undefined && !sameHash(before ?? undefined, since.root)) {
    return wrong('altered', `The first ${since.size} records are not those that the older checkpoint was over.`);
  }
  return null;
}

/** The parts of a log of that size in their order, a few read ahead. */
async function* partsOf(source: Source, size: number, signal: AbortSignal): AsyncGenerator<Part> {
  const count = Math.ceil(size / WIDTH);
  const reading: Promise<Part>[] = [];
  let next = 0;
  const readOn = (): void => {
    if (next < count) reading.push(readPart(source, next, size, signal));
    next += 1;
  };
  for (let ahead = 0; ahead < AHEAD; ahead += 1) readOn();
  for (let part = await reading.shift(); part !== undefined; part = await reading.shift()) {
    readOn();
    yield part;
  }
}

async function readPart(source: Source, number: number, size: number, signal: AbortSignal): Promise<Part> {
  const width = widthOf(0, number, size);
  const [tile, bundle] = await Promise.all([
    readTile(source, { level: 0, number, size }, signal),
    source.get(bundlePath(number, width), signal),
  ]);
  const there = bundle ?? (width < WIDTH ? await source.get(bundlePath(number, WIDTH), signal) : null);
  const entries = there === null ? null : readBundle(there.body);
  return { number, width, tile, entries: bundle === null ? (entries?.slice(0, width) ?? null) : entries };
}

/** Compares the tiles above the lowest ones with what they are over. */
class UpperTiles {
  readonly #edge: Edge<Hash> = [];
  readonly #counts: number[] = [];
  /** The first that is not what it is over. */
  wrong: Difference | null = null;

  readonly #source: Source;
  readonly #size: number;
  readonly #signal: AbortSignal;

  constructor(source: Source, size: number, signal: AbortSignal) {
    this.#source = source;
    this.#size = size;
    this.#signal = signal;
  }

  async add(root: Hash, level = 1): Promise<void> {
    const held = [...(this.#edge[level] ?? []), root];
    this.#edge[level] = held.length < WIDTH ? held : [];
    if (held.length < WIDTH) return;
    await this.#compare(level, held);
    this.#counts[level] = (this.#counts[level] ?? 0) + 1;
    await this.add(rootOf(held), level + 1);
  }

  async end(): Promise<void> {
    for (const [level, held] of this.#edge.entries())
      if (held !== undefined && held.length > 0) await this.#compare(level, held);
  }

  async #compare(level: number, held: readonly Hash[]): Promise<void> {
    const number = this.#counts[level] ?? 0;
    const tile = await readTile(this.#source, { level, number, size: this.#size }, this.#signal);
    const at = held.findIndex((hash, place) => !sameHash(hash, tile?.[place]));
    if (at < 0) return;
    const index = (number * WIDTH + at) * WIDTH ** level;
    const last = index + WIDTH ** level - 1;
    const says =
      tile === null
        ? `The tile ${level}/${number} is missing.`
        : `The records ${index} to ${last} are not those that the tile ${level}/${number} is over.`;
    this.wrong ??= wrong(tile === null ? 'missing' : 'altered', says, index);
  }
}
