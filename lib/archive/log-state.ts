import { gunzipSync, gzipSync } from 'node:zlib';
import { isJsonObject } from '../json.ts';
import { Fault } from '../outcome.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';
import { readBundle, writeBundle } from './tiles.ts';

/**
 * What is decided of the log, in one object: which entries come next, and where. Written on the condition that it is
 * still the one that was read, so that of two writers one decides. What follows from it (tiles, bundles, checkpoint)
 * anybody can write again.
 */
export interface LogState {
  /** Size of the log before these entries. */
  readonly base: number;
  readonly entries: readonly Uint8Array[];
  /** Every record of the ledger up to then was looked at. */
  readonly sweptTo: EpochMilliseconds;
}

/** Key of that object. */
export const STATE = 'writer/state.json';

export const endOf = ({ base, entries }: LogState): number => base + entries.length;

export const stateText = ({ base, entries, sweptTo }: LogState): string =>
  JSON.stringify({ format: 1, base, entries: gzipSync(writeBundle(entries)).toString('base64'), sweptTo });

/** Throws `Fault('archive')` for what is no state. */
export function parseState(body: Uint8Array): LogState {
  try {
    const json: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const { format, base, entries, sweptTo } = isJsonObject(json) ? json : {};
    if (format === 1 && typeof base === 'number' && typeof entries === 'string' && typeof sweptTo === 'number') {
      const read = readBundle(gunzipSync(Buffer.from(entries, 'base64')));
      if (read !== null) return { base, entries: read, sweptTo: epochMilliseconds(sweptTo) };
    }
  } catch (cause) {
    throw new Fault('archive', 'the state of the log is damaged', { cause });
  }
  throw new Fault('archive', 'the state of the log is of another release, or damaged');
}
