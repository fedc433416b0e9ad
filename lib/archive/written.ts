/** Writing of what is fixed before it is written, so that it may be written again by anybody, at any time. */
import { Fault } from '../outcome.ts';
import type { NewObject, Objects } from './objects.ts';

export interface Write extends Omit<NewObject, 'condition'> {
  readonly key: string;
}

/** Objects that are written or read at once. */
const AT_ONCE = 8;

/** `run` for each, few at once. Rejects with the first failure, once those under way have ended. */
export async function forEachAtOnce<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  const failed = lanes.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Writes an object and reads it again, so that what is signed later is known to be there. One that grows (`logSize`)
 * is left alone where it was written for a larger log already. Throws `Fault('archive')`.
 */
export async function writeChecked(objects: Objects, write: Write, signal: AbortSignal): Promise<void> {
  const there = write.logSize === undefined ? null : await objects.get(write.key, signal);
  if (isAhead(write, there?.logSize)) return;
  const condition = there === null ? 'absent' : { etag: there.etag };
  const put = await objects.put(write.key, { ...write, condition }, signal);
  const found = await objects.get(write.key, signal);
  if (found !== null && (same(found.body, write.body) || isAhead(write, found.logSize))) return;
  // What an attempt left behind that was never committed lies where this belongs.
  if (put === 'conflict' && write.logSize === undefined) {
    await objects.put(write.key, { ...write, condition: 'any' }, signal);
    const again = await objects.get(write.key, signal);
    if (again !== null && same(again.body, write.body)) return;
  }
  throw new Fault('archive', 'what was written to the archive is not what it reads');
}

const isAhead = ({ logSize }: Write, found: number | null | undefined): boolean =>
  logSize !== undefined && (found ?? -1) >= logSize;

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
