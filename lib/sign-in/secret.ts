import { createHash } from 'node:crypto';
import type { Random } from '../ports/host.ts';

const SECRET_BYTES = 32;

/** 256 random bits in 43 characters of base64url: a code, a cookie, a form's secret. */
export const makeSecret = (random: Random): string => Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');

export const isSecret = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

/** SHA-256 in lower-case hex: how a secret of 256 bits is kept. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
