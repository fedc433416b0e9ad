import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import type { Refused } from './answer.ts';

/** A body whose hash is not said beforehand, or that names the action, is read whole before it is sent. */
const LONGEST = 64 * 1024 * 1024;
/** Of all that are held at once. */
const ALL = 4 * LONGEST;

/** Reads a body whole, and holds it until `response` has closed. */
export type ReadWhole = (request: IncomingMessage, response: ServerResponse) => Promise<Buffer | Refused>;

/** A reader of bodies of at most 64 MiB each, and 256 MiB of those that are on their way. */
export function wholeBodies(): ReadWhole {
  let held = 0;
  return (request, response) =>
    new Promise((done) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.once('close', () => {
        held -= length;
      });
      if (Number(request.headers['content-length'] ?? 0) > LONGEST) return done(TOO_LONG);
      const take = (chunk: Buffer): void => {
        const refused = length + chunk.length > LONGEST ? TOO_LONG : held + chunk.length > ALL ? NO_ROOM : null;
        if (refused === null) {
          length += chunk.length;
          held += chunk.length;
          chunks.push(chunk);
          return;
        }
        request.off('data', take);
        chunks.length = 0;
        done(refused);
      };
      request
        .on('data', take)
        .once('end', () => done(chunks.length === 1 ? (chunks[0] ?? NONE) : Buffer.concat(chunks)));
    });
}
const NONE = Buffer.alloc(0);

const TOO_LONG: Refused = {
  status: 413,
  code: 'RequestTooLarge',
  message: 'token-broker sign: a body without a hash, or one that names its action, may have 64 MiB',
};
const NO_ROOM: Refused = {
  status: 503,
  code: 'SlowDown',
  message: 'token-broker sign: bodies of 256 MiB are held already; try again',
};

/** Of a payload, as signatures write it. */
export const HASH = /^[0-9a-f]{64}$/;

/** What a program sent is not what it signed. */
export class AnotherBody extends Error {}

/** Lets a body through but for its end, until its hash (SHA-256, hexadecimal) is the one that was signed. */
export class Verified extends Transform {
  readonly #expected: string;
  readonly #hash: Hash = createHash('sha256');
  #last: Buffer | null = null;

  constructor(expected: string) {
    super();
    this.#expected = expected;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const before = this.#last;
    this.#last = chunk;
    done(null, before ?? undefined);
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash.digest('hex') === this.#expected) done(null, this.#last ?? undefined);
    else done(new AnotherBody('its body is another one'));
  }
}
