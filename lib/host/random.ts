import { randomBytes } from 'node:crypto';
import type { Random } from '../ports/host.ts';

/** The operating system's generator, cryptographically strong. */
export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
