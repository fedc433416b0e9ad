import { sha256 } from '@noble/hashes/sha2.js';

/**
 * SHA-256 of a text, in lower-case hex. Not by `node:crypto`: loading it is a fifth of Node.js's own start, which each
 * look into the cache would pay.
 */
export const sha256Hex = (text: string): string => Buffer.from(sha256(Buffer.from(text, 'utf8'))).toString('hex');
