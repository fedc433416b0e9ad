import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Objects, StoredObject } from '../../../lib/archive/objects.ts';

/** The archive's store as a folder, for one writer. */
export function folderObjects(folder: string): Objects {
  const sizes = new Map<string, number>();
  const get = async (key: string): Promise<StoredObject | null> => {
    const body = await readFile(join(folder, key)).catch(() => null);
    if (body === null) return null;
    return { body, etag: createHash('md5').update(body).digest('hex'), logSize: sizes.get(key) ?? null };
  };
  return {
    get,
    put: async (key, { body, condition, logSize }) => {
      const there = condition === 'any' ? null : await get(key);
      if (condition === 'absent' && there !== null) return 'conflict';
      if (typeof condition === 'object' && there?.etag !== condition.etag) return 'conflict';
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), body);
      if (logSize !== undefined) sizes.set(key, logSize);
      return 'written';
    },
    list: async (prefix) => {
      const names = await readdir(join(folder, prefix)).catch(() => []);
      return names.map((name) => `${prefix}${name}`).sort();
    },
    remove: (key) => rm(join(folder, key), { force: true }),
  };
}
