import { Fault } from '../outcome.ts';
import type { Fetcher } from '../ports/documents.ts';
import type { Log } from '../ports/log.ts';
import type { Witness } from './log.ts';
import type { Hash } from './merkle.ts';
import { type Checkpoint, isSigned, type NoteVerifier } from './note.ts';

export interface WitnessClientOptions {
  readonly fetcher: Fetcher;
  /** The submission prefix: `/add-checkpoint` comes behind it. */
  readonly url: string;
  /** Whose cosignature is expected. */
  readonly key: NoteVerifier;
  readonly lines: Log;
}

const MOST_BYTES = 65_536;
const TIMEOUT_MS = 5_000;

/**
 * Asks a witness to cosign (C2SP tlog-witness). What it last saw it says itself: one question more after an outage of
 * its own, or of the archive. The log goes on without it, and says so.
 */
export function witnessClient({ fetcher, url, key, lines }: WitnessClientOptions): Witness {
  let known = 0;
  const ask = async (note: string, proof: readonly Hash[], old: number, signal: AbortSignal) => {
    const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
    const result = await fetcher.fetch(
      {
        url: `${url.replace(/\/$/, '')}/add-checkpoint`,
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: `old ${old}\n${hashes}\n${note}`,
        ...{ maxBytes: MOST_BYTES, timeoutMs: TIMEOUT_MS, redirects: 'none', publicAddressOnly: false },
      },
      signal,
    );
    if (!result.ok) throw new Fault('archive', `the witness cannot be reached: ${result.problem}`);
    return { status: result.status, text: Buffer.from(result.body).toString('utf8') };
  };
  const cosigned = async (
    note: string,
    proofFrom: (oldSize: number) => Promise<readonly Hash[]>,
    checkpoint: Checkpoint,
    signal: AbortSignal,
  ): Promise<string> => {
    for (let tries = 0; tries < 2; tries += 1) {
      const proof = known > checkpoint.size ? [] : await proofFrom(known);
      const { status, text } = await ask(note, proof, known, signal);
      if (status === 409 && /^\d{1,15}\n?$/.test(text) && Number(text) <= checkpoint.size) {
        known = Number(text);
        continue;
      }
      if (status !== 200) throw new Fault('archive', `the witness refuses with ${status}`);
      const signed = text.split('\n').filter((line) => isSigned(checkpoint, [line], key));
      if (signed.length === 0) throw new Fault('archive', 'the witness answers without a signature of its key');
      known = checkpoint.size;
      return signed.map((line) => `${line}\n`).join('');
    }
    throw new Fault('archive', 'the witness has seen another checkpoint meanwhile');
  };
  return {
    cosign: async (note, proofFrom, checkpoint, signal) => {
      try {
        return await cosigned(note, proofFrom, checkpoint, signal);
      } catch (cause) {
        lines.error('unwitnessed', {}, cause);
        return '';
      }
    },
  };
}
