import { Fault } from '../outcome.ts';
import type { Pauses } from '../ports/host.ts';
import { type EpochMilliseconds, milliseconds } from '../time.ts';
import { type Entry, readEntry } from './entry.ts';
import { endOf, type LogState, parseState, STATE, stateText } from './log-state.ts';
import { consistencyProof, type Hash, rootOf } from './merkle.ts';
import { type Checkpoint, type NoteSigner, openCheckpoint, signCheckpoint, verifierText } from './note.ts';
import type { Objects, StoredObject } from './objects.ts';
import { bundlesFor } from './places.ts';
import { publicationOf } from './publish.ts';
import { nodesOf, readEntries, WIDTH } from './tiles.ts';
import { forEachAtOnce, writeChecked } from './written.ts';

export const CHECKPOINT = 'checkpoint';
export const KEY = 'key';

/** What a witness is shown: a checkpoint, and how it follows from an earlier one. */
export interface Witness {
  /** Its signature lines; none where it does not answer, or refuses. Never throws. */
  cosign(
    note: string,
    proof: (oldSize: number) => Promise<readonly Hash[]>,
    checkpoint: Checkpoint,
    signal: AbortSignal,
  ): Promise<string>;
}

export interface LogPorts {
  readonly objects: Objects;
  readonly signer: (signal: AbortSignal) => Promise<NoteSigner>;
  readonly pauses: Pauses;
  readonly witness: Witness | null;
  /** From when on the ledger is looked through where nothing is known of it: a new log. */
  readonly since: () => EpochMilliseconds;
}

export interface TransparencyLog {
  /** How far the ledger was looked through. */
  sweptTo(signal: AbortSignal): Promise<EpochMilliseconds>;
  /**
   * Appends what is not in the log yet, in this order, and publishes a checkpoint over it; `sweptTo` comes with it, if
   * given. Returns how many were new. What throws has happened or not; the same call again appends what is missing and
   * nothing twice. Throws `Fault('archive')`, or the signal's reason.
   */
  append(entries: readonly Entry[], sweptTo: EpochMilliseconds | null, signal: AbortSignal): Promise<number>;
}

/** Entries that are decided at once: a few megabytes. */
const MOST_AT_ONCE = 1_024;
/** Another writer decided something meanwhile: so often it is tried again, after a growing pause. */
const MOST_TRIES = 12;
const PAUSE_MS = 25;

/** A log (C2SP tlog-tiles) in an object store, with any number of writers. */
export function transparencyLog(ports: LogPorts): TransparencyLog {
  return {
    sweptTo: async (signal) => (await settled(ports, signal)).state.sweptTo,
    append: async (entries, sweptTo, signal) => {
      let added = 0;
      const parts = Math.max(1, Math.ceil(entries.length / MOST_AT_ONCE));
      for (let part = 0; part < parts; part += 1) {
        const some = entries.slice(part * MOST_AT_ONCE, (part + 1) * MOST_AT_ONCE);
        added += await appendPart(ports, some, part === parts - 1 ? sweptTo : null, signal);
      }
      return added;
    },
  };
}

async function appendPart(
  ports: LogPorts,
  entries: readonly Entry[],
  sweptTo: EpochMilliseconds | null,
  signal: AbortSignal,
): Promise<number> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const log = await settled(ports, signal);
    const fresh = await notInLog(ports.objects, log.checkpoint.size, entries, signal);
    const swept = sweptTo !== null && sweptTo > log.state.sweptTo ? sweptTo : log.state.sweptTo;
    if (fresh.length === 0 && swept === log.state.sweptTo) return 0;
    const state = { base: log.checkpoint.size, entries: fresh.map(({ bytes }) => bytes), sweptTo: swept };
    if ((await decide(ports.objects, state, log.etag, signal)) === 'written') {
      await publish(ports, state, log, signal);
      return fresh.length;
    }
    await ports.pauses.wait(milliseconds(PAUSE_MS * tries), signal);
    signal.throwIfAborted();
  }
  throw new Fault('archive', 'other writers were faster each time');
}

const decide = (objects: Objects, state: LogState, etag: string | null, signal: AbortSignal) =>
  objects.put(
    STATE,
    {
      body: Buffer.from(stateText(state)),
      type: 'application/json',
      condition: etag === null ? 'absent' : { etag },
      keep: 'replaceable',
    },
    signal,
  );

/** A log whose checkpoint is over all that was decided. */
interface Settled {
  readonly state: LogState;
  readonly etag: string | null;
  readonly checkpoint: Checkpoint;
  readonly checkpointEtag: string | null;
}

/** Reads the log; where a writer ended between its decision and its checkpoint, finishes what that one began. */
async function settled(ports: LogPorts, signal: AbortSignal): Promise<Settled> {
  const { objects } = ports;
  const signer = await ports.signer(signal);
  const [decided, published] = await Promise.all([objects.get(STATE, signal), objects.get(CHECKPOINT, signal)]);
  const checkpoint = published === null ? empty(signer.name) : checkpointOf(published, signer);
  const state = stateOf(ports, decided, checkpoint);
  const log = { state, etag: decided?.etag ?? null, checkpoint, checkpointEtag: published?.etag ?? null };
  if (endOf(state) === checkpoint.size && published !== null) return log;
  const now = await publish(ports, state, log, signal);
  return { ...log, ...now };
}

const empty = (origin: string): Checkpoint => ({ origin, size: 0, root: rootOf([]) });

function checkpointOf({ body }: StoredObject, signer: NoteSigner): Checkpoint {
  const checkpoint = openCheckpoint(Buffer.from(body).toString('utf8'), signer);
  if (checkpoint === null) throw new Fault('archive', 'the checkpoint of the log is not signed by its key');
  return checkpoint;
}

/**
 * A checkpoint binds, a state does not: one that is missing, or older than the checkpoint (a restore), begins anew
 * behind it. A checkpoint that is older than what the state builds on was rolled back: going on would fork the log.
 */
function stateOf(ports: LogPorts, decided: StoredObject | null, checkpoint: Checkpoint): LogState {
  const known = decided === null ? null : parseState(decided.body);
  if (known !== null && known.base > checkpoint.size) throw new Fault('archive', 'the checkpoint was rolled back');
  if (known !== null && endOf(known) >= checkpoint.size) return known;
  return { base: checkpoint.size, entries: [], sweptTo: known?.sweptTo ?? ports.since() };
}

/** Those that the log does not have, or not with that rank; of several with one id the one with the greatest. */
async function notInLog(
  objects: Objects,
  size: number,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const ranks = new Map<string, number>();
  const latest = new Map<string, Entry>();
  for (const entry of entries) if (entry.rank > (latest.get(entry.id)?.rank ?? -1)) latest.set(entry.id, entry);
  const bundles = Math.floor(size / WIDTH);
  const full = latest.size === 0 ? [] : await bundlesFor(objects, bundles, [...latest.keys()], signal);
  const numbers = size % WIDTH === 0 || latest.size === 0 ? full : [...full, bundles];
  for (const number of numbers) {
    const logged = await readEntries(objects, { number, size }, signal);
    if (logged === null) throw new Fault('archive', 'a bundle of the log is missing');
    for (const { id, rank } of logged.map(readEntry)) ranks.set(id, Math.max(rank, ranks.get(id) ?? -1));
  }
  return [...latest.values()].filter(({ id, rank }) => rank > (ranks.get(id) ?? -1));
}

/** Writes what a state means, then the checkpoint over it. */
async function publish(
  ports: LogPorts,
  state: LogState,
  { checkpoint: before, checkpointEtag }: Pick<Settled, 'checkpoint' | 'checkpointEtag'>,
  signal: AbortSignal,
): Promise<Pick<Settled, 'checkpoint' | 'checkpointEtag'>> {
  const { objects } = ports;
  if (endOf(state) === before.size && checkpointEtag !== null) return { checkpoint: before, checkpointEtag };
  const signer = await ports.signer(signal);
  const { root, writes, superseded } = await publicationOf(objects, state, before.root, signal);
  await forEachAtOnce(writes, (write) => writeChecked(objects, write, signal));
  const checkpoint = { origin: signer.name, size: endOf(state), root };
  const note = signCheckpoint(checkpoint, signer);
  const proof = (old: number) => consistencyProof(nodesOf(objects, checkpoint.size, signal), old, checkpoint.size);
  const cosignatures = (await ports.witness?.cosign(note, proof, checkpoint, signal)) ?? '';
  if (checkpointEtag === null) await writeKey(objects, signer, signal);
  const published = await putCheckpoint(
    objects,
    `${note}${cosignatures}`,
    { signer, checkpoint, checkpointEtag },
    signal,
  );
  await tidy(objects, superseded, signal);
  return published;
}

const text = (body: string) =>
  ({ body: Buffer.from(body), type: 'text/plain; charset=utf-8', keep: 'replaceable' }) as const;

/** For whoever looks at the log alone. */
const writeKey = (objects: Objects, signer: NoteSigner, signal: AbortSignal): Promise<void> =>
  writeChecked(objects, { key: KEY, ...text(`${verifierText(signer)}\n`) }, signal);

/** In place of the one that was read: a writer that was held up must not put an older one over a newer one. */
async function putCheckpoint(
  objects: Objects,
  note: string,
  {
    signer,
    checkpoint,
    checkpointEtag,
  }: { readonly signer: NoteSigner } & Pick<Settled, 'checkpoint' | 'checkpointEtag'>,
  signal: AbortSignal,
): Promise<Pick<Settled, 'checkpoint' | 'checkpointEtag'>> {
  const condition = checkpointEtag === null ? 'absent' : { etag: checkpointEtag };
  await objects.put(CHECKPOINT, { ...text(note), condition }, signal);
  const found = await objects.get(CHECKPOINT, signal);
  const published = found === null ? null : checkpointOf(found, signer);
  if (found === null || published === null || published.size < checkpoint.size) {
    throw new Fault('archive', 'the checkpoint was not written');
  }
  return { checkpoint: published, checkpointEtag: found.etag };
}

/** Partial tiles may go once the full one is there (tlog-tiles, "Partial Tiles"). What stays harms nobody. */
async function tidy(objects: Objects, superseded: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    const keys = await Promise.all(superseded.map((prefix) => objects.list(prefix, signal)));
    await forEachAtOnce(keys.flat(), (key) => objects.remove(key, signal));
  } catch {
    // The next full tile is tidied up behind again; this one's parts stay.
  }
}
