import { entryOf } from '../../lib/archive/entry.ts';
import { CHECKPOINT, type LogPorts, type TransparencyLog, transparencyLog } from '../../lib/archive/log.ts';
import { leafHash, rootOf, sameHash } from '../../lib/archive/merkle.ts';
import { openCheckpoint, signerOf } from '../../lib/archive/note.ts';
import type { Objects } from '../../lib/archive/objects.ts';
import { readEntries, WIDTH } from '../../lib/archive/tiles.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { aRecord, NINE } from '../ledger/a-record.ts';

export const SIGNAL = new AbortController().signal;
export const SIGNER = signerOf('x'.repeat(64), 'broker.example.com/ledger', 'log');

export const aLog = (objects: Objects, more: Partial<LogPorts> = {}): TransparencyLog =>
  transparencyLog({
    objects,
    signer: async () => SIGNER,
    pauses: { wait: async () => true },
    witness: null,
    since: () => NINE,
    ...more,
  });

export const someRecords = (count: number): readonly IssuanceRecord[] => Array.from({ length: count }, () => aRecord());
export const someEntries = (count: number) => someRecords(count).map(entryOf);

/** The ids in the order of the log, whose checkpoint is over these very entries; throws where it is not. */
export async function idsIn(objects: Objects): Promise<readonly string[]> {
  const note = await objects.get(CHECKPOINT, SIGNAL);
  const checkpoint = note === null ? null : openCheckpoint(Buffer.from(note.body).toString('utf8'), SIGNER);
  if (checkpoint === null) throw new Error('there is no checkpoint of this log');
  const { size, root } = checkpoint;
  const entries: Uint8Array[] = [];
  for (let number = 0; number * WIDTH < size; number += 1) {
    entries.push(...((await readEntries(objects, { number, size }, SIGNAL)) ?? []));
  }
  if (!sameHash(rootOf(entries.map(leafHash)), root)) throw new Error('the checkpoint is not over these entries');
  return entries.map((entry) => String(JSON.parse(Buffer.from(entry).toString('utf8')).id));
}
