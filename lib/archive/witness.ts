import type { Clock } from '../ports/host.ts';
import { toEpochSeconds } from '../time.ts';
import { type Hash, isConsistent, rootOf, sameHash, type TreeHead } from './merkle.ts';
import { type Checkpoint, cosign, isSigned, type NoteSigner, type NoteVerifier, parseCheckpoint } from './note.ts';

/** What a witness keeps of each log: the largest checkpoint that it cosigned. */
export interface WitnessStore {
  /** null: it never cosigned one of that log. */
  read(origin: string, signal: AbortSignal): Promise<TreeHead | null>;
  /** On the condition that the size is still `before` (null: that there is none). `conflict`: it is not. */
  write(origin: string, next: TreeHead, before: number | null, signal: AbortSignal): Promise<'written' | 'conflict'>;
}

export interface WitnessPorts {
  /** The logs that it knows, by their keys. */
  readonly logs: readonly NoteVerifier[];
  readonly signer: NoteSigner;
  readonly store: WitnessStore;
  readonly clock: Clock;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
}

/** Longest request: 63 hashes and a checkpoint. */
const MOST_CHARACTERS = 32_768;
const MOST_HASHES = 63;
const REQUEST = /^old (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n(.+)$/s;

const answer = (status: WitnessAnswer['status'], body = ''): WitnessAnswer => ({ status, body });

/**
 * `add-checkpoint` of a witness (C2SP tlog-witness): cosigns a checkpoint that begins with all that it cosigned of that
 * log before, and nothing else: no rollback, no fork. It has remembered it before it answers.
 */
export async function addCheckpoint(
  { logs, signer, store, clock }: WitnessPorts,
  body: string,
  signal: AbortSignal,
): Promise<WitnessAnswer> {
  const request = readRequest(body);
  if (request === null) return answer(400, 'The request is not that of add-checkpoint.\n');
  const { old, proof, checkpoint, lines } = request;
  const keys = logs.filter(({ name }) => name === checkpoint.origin);
  if (keys.length === 0) return answer(404, 'The log is not known here.\n');
  if (!keys.some((key) => isSigned(checkpoint, lines, key))) return answer(403, 'No signature of the log holds.\n');
  if (old > checkpoint.size) return answer(400, 'The old size is larger than the checkpoint.\n');
  const before = await store.read(checkpoint.origin, signal);
  const size = before?.size ?? 0;
  if (old !== size) return answer(409, `${size}\n`);
  if (!follows(before, checkpoint, proof)) return answer(422, 'The checkpoint does not follow from the one before.\n');
  const written = await store.write(checkpoint.origin, checkpoint, before?.size ?? null, signal);
  if (written === 'conflict') {
    return answer(409, `${(await store.read(checkpoint.origin, signal))?.size ?? 0}\n`);
  }
  return answer(200, cosign(checkpoint, signer, toEpochSeconds(clock.now())));
}

function follows(before: TreeHead | null, now: Checkpoint, proof: readonly Hash[]): boolean {
  if (now.size === 0 && !sameHash(now.root, rootOf([]))) return false;
  return isConsistent(before ?? { size: 0, root: rootOf([]) }, now, proof);
}

function readRequest(body: string) {
  if (body.length > MOST_CHARACTERS) return null;
  const [whole, old = '', lines = '', note = ''] = REQUEST.exec(body) ?? [];
  const read = whole === undefined ? null : parseCheckpoint(note);
  const proof = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'base64'));
  if (read === null || proof.length > MOST_HASHES) return null;
  return { ...read, old: Number(old), proof };
}
