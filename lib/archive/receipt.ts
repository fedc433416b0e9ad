import { Fault } from '../outcome.ts';
import { type Entry, readEntry } from './entry.ts';
import { CHECKPOINT } from './log.ts';
import { type Hash, inclusionProof, leafHash, rootByInclusion, sameHash } from './merkle.ts';
import { type Checkpoint, type NoteVerifier, openCheckpoint, parseCheckpoint } from './note.ts';
import type { Objects } from './objects.ts';
import { bundlesFor } from './places.ts';
import { nodesOf, readEntries, WIDTH } from './tiles.ts';

/** First line of a proof (C2SP tlog-proof). */
const FORMAT = 'c2sp.org/tlog-proof@v1';

/** An entry of the log and where it is. */
export interface Place {
  readonly index: number;
  readonly entry: Entry;
}

/** The checkpoint as it lies there, its signatures not looked at; null: there is no log yet. */
export async function readCheckpoint(
  objects: Pick<Objects, 'get'>,
  signal: AbortSignal,
): Promise<{ readonly note: string; readonly checkpoint: Checkpoint } | null> {
  const found = await objects.get(CHECKPOINT, signal);
  if (found === null) return null;
  const note = Buffer.from(found.body).toString('utf8');
  const read = parseCheckpoint(note);
  if (read === null) throw new Fault('archive', 'the checkpoint of the log is damaged');
  return { note, checkpoint: read.checkpoint };
}

/** The last word of the log on an issuance; null: it has none. */
export async function findEntry(
  objects: Pick<Objects, 'get'>,
  size: number,
  id: string,
  signal: AbortSignal,
): Promise<Place | null> {
  const bundles = Math.floor(size / WIDTH);
  let found: Place | null = null;
  for (const number of [...(await bundlesFor(objects, bundles, [id], signal)), bundles]) {
    if (number * WIDTH >= size) continue;
    const entries = await readEntries(objects, { number, size }, signal);
    if (entries === null) throw new Fault('archive', 'a bundle of the log is missing');
    for (const [place, bytes] of entries.entries()) {
      const entry = readEntry(bytes);
      if (entry.id === id && entry.rank > (found?.entry.rank ?? -1)) found = { index: number * WIDTH + place, entry };
    }
  }
  return found;
}

/**
 * The receipt of an issuance: a C2SP tlog-proof, whose `extra` is the entry itself, and the log's checkpoint; null:
 * the log does not have the issuance. Throws `Fault('archive')`.
 */
export async function receiptOf(
  objects: Pick<Objects, 'get'>,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly entry: Entry } | null> {
  const log = await readCheckpoint(objects, signal);
  const place = log === null ? null : await findEntry(objects, log.checkpoint.size, id, signal);
  if (log === null || place === null) return null;
  const { size } = log.checkpoint;
  const proof = await inclusionProof(nodesOf(objects, size, signal), place.index, size);
  return { text: receiptText(place, proof, log.note), entry: place.entry };
}

const receiptText = ({ index, entry }: Place, proof: readonly Hash[], note: string): string =>
  [FORMAT, `extra ${base64(entry.bytes)}`, `index ${index}`, ...proof.map(base64), '', note].join('\n');

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** What a receipt says, once it is known to hold. */
export interface VerifiedReceipt {
  readonly checkpoint: Checkpoint;
  readonly index: number;
  /** The record's canonical JSON (RFC 8785). */
  readonly entry: Uint8Array;
}

const RECEIPT =
  /^c2sp\.org\/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n(.+)$/s;

/** Verifies a receipt against the log's key; null: it does not hold. Nothing else is needed. */
export function verifyReceipt(text: string, verifier: NoteVerifier): VerifiedReceipt | null {
  const [, extra = '', index = '', lines = '', note = ''] = RECEIPT.exec(text) ?? [];
  const checkpoint = openCheckpoint(note, verifier);
  if (checkpoint === null) return null;
  const entry = Buffer.from(extra, 'base64');
  const proof = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'base64'));
  const root = rootByInclusion(leafHash(entry), Number(index), checkpoint.size, proof);
  return root !== null && sameHash(root, checkpoint.root) ? { checkpoint, index: Number(index), entry } : null;
}
