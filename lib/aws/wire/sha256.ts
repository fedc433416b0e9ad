import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Checksum } from '@smithy/types';

type Secret = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Exclude<Secret, string>): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/**
 * Node.js's own SHA-256 as the signer wants it, with a secret HMAC-SHA-256. The SDK's class for Node.js brings one in
 * JavaScript with it, for a Node.js that is built without OpenSSL.
 */
export class Sha256 implements Checksum {
  readonly #secret: Secret | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    if (this.#secret === undefined) return createHash('sha256');
    return createHmac('sha256', typeof this.#secret === 'string' ? this.#secret : bytesOf(this.#secret));
  }
}
