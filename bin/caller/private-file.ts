import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorMessage } from '../error-message.ts';

/**
 * Writes a file for its owner alone (0600), beside and renamed: nobody reads half of it, nor an older one's rights.
 * Throws Error that names it.
 */
export function writePrivate(path: string, text: string): void {
  const beside = `${path}.${crypto.randomUUID()}.new`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    // Without the name beside it, which nobody knows: `ENOENT: no such file or directory, open '…'`.
    const [reason = ''] = errorMessage(error).split(',');
    throw new Error(`${path} cannot be written (${reason})`, { cause: error });
  }
}
