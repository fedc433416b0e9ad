import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a file for its owner alone (0600), beside and renamed: nobody reads half of it, nor an older one's rights. */
export function writePrivate(path: string, text: string): void {
  const beside = `${path}.${crypto.randomUUID()}.new`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
