import { hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { AnotherBody } from './body.ts';
import type { ChunkSigner } from './signature.ts';

/** Bodies whose chunks are signed one by one. */
export const isSignedByChunks = (payload: string): boolean =>
  /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(payload);

/** Each is held whole, since its signature goes before it; SDKs write 64 or 128 KiB. */
const LONGEST_CHUNK = 16 * 1024 * 1024;
const LONGEST_LINE = 1024;
const MOST_TRAILERS = 8;
const SIZE = /^([0-9a-fA-F]{1,8});chunk-signature=([0-9a-f]{64})$/;
const TRAILER_SIGNATURE = /^x-amz-trailer-signature:([0-9a-f]{64})$/;
const NOTHING = hash('sha256', '', 'hex');

export interface Chain {
  /** The program's: what it signed is let through alone. */
  readonly from: ChunkSigner;
  /** The session's. */
  readonly to: ChunkSigner;
  /** `x-amz-decoded-content-length`: octets without the lines of chunks. */
  readonly length: number;
  /** Whether lines with checksums follow, and a signature of theirs. */
  readonly trailer: 'signed' | 'none';
}

/**
 * Signs the chunks of an `aws-chunked` body anew, each once its signature is verified; the body stays as long as it was
 * (Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
 * Chunks", and "… Including Trailing Headers"). Of a chunk that is not the one that was signed nothing goes on, nor of
 * what follows; the rest is read, and `AnotherBody` is its end.
 */
export class SignedAnew extends Transform {
  readonly #chain: Chain;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Octets without which there is nothing to read. */
  #needed = 1;
  #expecting: 'chunk' | 'trailer' | 'last line' | 'nothing' = 'chunk';
  #isBroken = false;
  #decoded = 0;
  #trailers: readonly string[] = [];

  constructor(chain: Chain) {
    super();
    this.#chain = chain;
  }

  override _transform(octets: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (!this.#isBroken) {
      this.#pieces.push(octets);
      this.#length += octets.length;
      if (this.#length >= this.#needed) this.#readAll(Buffer.concat(this.#pieces));
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    const isWhole = this.#expecting === 'nothing' && this.#decoded === this.#chain.length && !this.#isBroken;
    done(isWhole ? null : new AnotherBody('a chunk of its body is not the one that was signed'));
  }

  #readAll(all: Buffer): void {
    this.#needed = 1;
    let at = 0;
    let read: number | null = null;
    do {
      const rest = all.subarray(at);
      read = this.#expecting === 'chunk' ? this.#readChunk(rest) : this.#readLine(rest);
      at += read ?? 0;
    } while (read !== null && read > 0 && at < all.length);
    this.#isBroken = read === null;
    this.#pieces = this.#isBroken ? [] : [all.subarray(at)];
    this.#length = all.length - at;
  }

  /** How many octets it took; 0: more are needed; null: it is not what was signed. */
  #readChunk(all: Buffer): number | null {
    const line = lineOf(all);
    if (line === null) return all.length > LONGEST_LINE ? null : 0;
    const [, digits = '', signature] = SIZE.exec(line) ?? [];
    const size = Number.parseInt(digits, 16);
    if (signature === undefined || size > LONGEST_CHUNK || this.#decoded + size > this.#chain.length) return null;
    const begin = line.length + 2;
    const end = begin + size + (size === 0 ? 0 : 2);
    this.#needed = end;
    if (all.length < end) return 0;
    this.#needed = 1;
    if (size > 0 && all.toString('latin1', end - 2, end) !== '\r\n') return null;
    const signed = `${NOTHING}\n${hash('sha256', all.subarray(begin, begin + size), 'hex')}`;
    if (this.#chain.from.next('PAYLOAD', signed) !== signature) return null;
    this.push(`${digits};chunk-signature=${this.#chain.to.next('PAYLOAD', signed)}\r\n`);
    if (size > 0) this.push(all.subarray(begin, end));
    else this.#expecting = this.#chain.trailer === 'signed' ? 'trailer' : 'last line';
    this.#decoded += size;
    return end;
  }

  /** A line after the last chunk. As `#readChunk`. */
  #readLine(all: Buffer): number | null {
    const line = lineOf(all);
    if (line === null) return all.length > LONGEST_LINE ? null : 0;
    if (this.#expecting === 'last line' && line === '') {
      this.#expecting = 'nothing';
      this.push('\r\n');
    } else if (this.#expecting === 'trailer' && line !== '' && this.#trailers.length < MOST_TRAILERS) {
      if (!this.#readTrailer(line)) return null;
    } else return null;
    return line.length + 2;
  }

  #readTrailer(line: string): boolean {
    const [, signature] = TRAILER_SIGNATURE.exec(line) ?? [];
    if (signature === undefined) {
      this.#trailers = [...this.#trailers, line];
      return true;
    }
    const canonical = this.#trailers.map((each) => `${each.trim().replace(/ *: */, ':')}\n`).join('');
    const digest = hash('sha256', canonical, 'hex');
    if (this.#chain.from.next('TRAILER', digest) !== signature) return false;
    for (const each of this.#trailers) this.push(`${each}\r\n`, 'latin1');
    this.push(`x-amz-trailer-signature:${this.#chain.to.next('TRAILER', digest)}\r\n`);
    this.#expecting = 'last line';
    return true;
  }
}

/** Without its end; null: that is not there yet. */
function lineOf(all: Buffer): string | null {
  const end = all.subarray(0, LONGEST_LINE).indexOf('\r\n');
  return end === -1 ? null : all.toString('latin1', 0, end);
}
