import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that nobody else reads (0700), with those above it, or says why the one that is there is not used: it
 * is no folder, somebody else's, or open to others. On Windows the home folder's own rights decide. What the system
 * says of a folder that cannot be made is thrown as it is, with its `code`.
 */
export function privateFolder(path: string): void {
  makeFolder(path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false;
  const fault = isFolder ? faultOf(path) : 'it is no folder: choose another, or remove it';
  if (fault !== null) throw new Error(`${path} is not used: ${fault}`);
}

/** Step by step: Node.js's own recursive mkdir does not end where a file system has no such folder and makes none. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was there first.
    if (Object(error).code !== 'EEXIST') throw error;
  }
}

/**
 * What is wrong with a file or folder that is to be ours alone, with what to change; null: nothing, or it is not there.
 */
export function faultOf(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const self = process.getuid?.();
  if (found === undefined) return null;
  if (found.isSymbolicLink()) return 'it is a link: name the place itself';
  if (self === undefined) return null;
  if (found.uid !== self) return 'it belongs to somebody else: choose another, or chown it';
  if ((found.mode & 0o077) !== 0) return `others may read or write it: chmod ${found.isDirectory() ? '700' : '600'} it`;
  return null;
}
