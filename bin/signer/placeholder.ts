import { randomBytes } from 'node:crypto';
import type { Keys } from './signature.ts';

/** As AWS's look, so that every SDK takes them; good for nothing but this run. */
export const placeholderKeys = (): Keys => ({
  accessKeyId: `PLACEHOLDER${randomBytes(5).toString('hex').toUpperCase().slice(0, 9)}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
});
