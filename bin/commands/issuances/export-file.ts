/** A file that an export goes on at: whole lines, the last of which says where. */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { ExportFormat } from '../../../lib/ledger/export.ts';

export interface ExportFile {
  /** The place of its last record; null: it has none. */
  readonly place: string | null;
  write(text: string): void;
  close(): void;
}

const CHUNK = 65_536;
/** A record is bounded to far less, so a longer line is none of ours. */
const LONGEST_LINE = 4 * 1_048_576;

/**
 * Opens the file, or makes it for its owner alone. What stands behind its last end of a line is cut off. Throws, and
 * leaves the file as it is, where it is not an export of this format.
 */
export function openExportFile(path: string, { head, placeOf }: ExportFormat): ExportFile {
  const file = openSync(path, 'a+', 0o600);
  const size = fstatSync(file).size;
  try {
    const { end, line } = lastLine(file, size);
    const hasHead = head !== '' && end > 0;
    if (hasHead && readText(file, 0, Buffer.byteLength(head)) !== head) {
      throw new Error(`${path} is not of this format and version: its first line is another`);
    }
    const isHead = hasHead && end === Buffer.byteLength(head);
    const place = line === null || isHead ? null : placeOf(line);
    if (line !== null && !isHead && place === null) throw new Error(`${path} does not end in a record of an export`);
    if (end === 0 && size > 0 && !isBeginning(readText(file, 0, Math.min(size, CHUNK)), head)) {
      throw new Error(`${path} is no export: it has no whole line`);
    }
    ftruncateSync(file, end);
    const write = (text: string): void => writeAll(file, Buffer.from(text));
    if (end === 0) write(head);
    return { place, write, close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Of a first line that was not finished. */
const isBeginning = (text: string, head: string): boolean =>
  head === '' ? text.startsWith('{"id":"iss_') || '{"id":"iss_'.startsWith(text) : head.startsWith(text);

function writeAll(file: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(file, rest));
}

function readText(file: number, start: number, length: number): string {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, start)).toString('utf8');
}

/** Where the last whole line ends, and that line without its end; null: there is none. */
function lastLine(file: number, size: number): { readonly end: number; readonly line: string | null } {
  let tail = Buffer.alloc(0);
  for (let start = size; start > 0 && tail.length < LONGEST_LINE; ) {
    const length = Math.min(CHUNK, start);
    start -= length;
    const chunk = Buffer.alloc(length);
    readSync(file, chunk, 0, length, start);
    tail = Buffer.concat([chunk, tail]);
    const last = tail.lastIndexOf(10);
    if (last < 0) continue;
    const before = last === 0 ? -1 : tail.lastIndexOf(10, last - 1);
    if (before < 0 && start > 0) continue;
    const line = tail
      .subarray(before + 1, last)
      .toString('utf8')
      .replace(/\r$/, '');
    return { end: start + last + 1, line };
  }
  if (size >= LONGEST_LINE) throw new Error('the file has lines that are longer than a record can be');
  return { end: 0, line: null };
}
