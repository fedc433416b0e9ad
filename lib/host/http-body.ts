import type { IncomingMessage } from 'node:http';
import { addAbortSignal, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The decoded body went over its cap; the rest was not read. */
export class BodyTooLarge extends Error {}

const DECODERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream & Readable> = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Reads a body of at most `maxBytes`, counted after its content coding is undone, so that a small body that unpacks to
 * a large one stops at the cap. Throws `BodyTooLarge`, or what the connection throws. A coding that nobody asked for
 * throws too.
 */
export async function readBody(answer: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of decoded(answer, signal)) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is bytes');
      size += chunk.byteLength;
      if (size > maxBytes) throw new BodyTooLarge('body too large');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    if (!answer.complete) answer.destroy();
  }
}

function decoded(answer: IncomingMessage, signal: AbortSignal): Readable {
  const coding = (answer.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding === 'identity') return addAbortSignal(signal, answer);
  const decoder = DECODERS.get(coding)?.();
  if (decoder === undefined) throw new TypeError('a content coding that was not asked for');
  answer.on('error', (error) => decoder.destroy(error));
  answer.on('aborted', () => decoder.destroy(new Error('the connection ended early')));
  answer.pipe(decoder);
  return addAbortSignal(signal, decoder);
}
