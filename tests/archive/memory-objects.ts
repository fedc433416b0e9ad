import { createHash } from 'node:crypto';
import type { Objects, StoredObject } from '../../lib/archive/objects.ts';

/** An object store in memory, with the conditions of Amazon S3. `bodies` may be read and tampered with. */
export interface MemoryObjects extends Objects {
  readonly bodies: Map<string, Uint8Array>;
  readonly locked: Set<string>;
}

export function memoryObjects(): MemoryObjects {
  const bodies = new Map<string, Uint8Array>();
  const sizes = new Map<string, number>();
  const locked = new Set<string>();
  const stored = (key: string): StoredObject | null => {
    const body = bodies.get(key);
    if (body === undefined) return null;
    return { body, etag: createHash('md5').update(body).digest('hex'), logSize: sizes.get(key) ?? null };
  };
  return {
    bodies,
    locked,
    get: async (key) => stored(key),
    put: async (key, { body, condition, logSize, keep }) => {
      const there = stored(key);
      if (condition === 'absent' && there !== null) return 'conflict';
      if (typeof condition === 'object' && there?.etag !== condition.etag) return 'conflict';
      bodies.set(key, Buffer.from(body));
      if (logSize !== undefined) sizes.set(key, logSize);
      if (keep === 'locked') locked.add(key);
      return 'written';
    },
    list: async (prefix) => [...bodies.keys()].filter((key) => key.startsWith(prefix)).sort(),
    remove: async (key) => {
      if (!locked.has(key)) bodies.delete(key);
    },
  };
}

/** Calls of one store, one after the other: `before` and `after` may throw, or wait. */
export function watchedObjects(
  objects: Objects,
  {
    before = async () => {},
    after = async () => {},
  }: {
    readonly before?: (call: string) => Promise<void>;
    readonly after?: (call: string) => Promise<void>;
  },
): Objects {
  const watched = async <T>(call: string, run: () => Promise<T>): Promise<T> => {
    await before(call);
    const result = await run();
    await after(call);
    return result;
  };
  return {
    get: (key, signal) => watched(`get ${key}`, () => objects.get(key, signal)),
    put: (key, object, signal) => watched(`put ${key}`, () => objects.put(key, object, signal)),
    list: (prefix, signal) => watched(`list ${prefix}`, () => objects.list(prefix, signal)),
    remove: (key, signal) => watched(`remove ${key}`, () => objects.remove(key, signal)),
  };
}
