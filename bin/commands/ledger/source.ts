import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Objects } from '../../../lib/archive/objects.ts';
import type { Terminal } from '../../command.ts';
import { withArchive } from './archive.ts';

type Source = Pick<Objects, 'get'>;

const TIMEOUT_MS = 30_000;
const NOT_THERE = new Set([403, 404, 410]);

/** A log in a folder: a copy of the bucket, by `aws s3 sync` for example. */
const folder = (path: string): Source => ({
  get: async (key) => {
    try {
      return { body: await readFile(join(path, key)), etag: '', logSize: null };
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return null;
      throw error;
    }
  },
});

/** A log behind a URL. S3 says of what is not there that it is forbidden, to whoever may not list the bucket. */
const website = (url: string): Source => ({
  get: async (key, signal) => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(`${url.replace(/\/$/, '')}/${key}`, { signal: until });
    if (!response.ok) {
      await response.body?.cancel();
      if (NOT_THERE.has(response.status)) return null;
      throw new Error(`${url} answers ${response.status}`);
    }
    return { body: new Uint8Array(await response.arrayBuffer()), etag: '', logSize: null };
  },
});

/** The log at `s3://bucket`, at a URL or in a folder. */
export function withLog<T>(at: string, terminal: Terminal, use: (source: Source) => Promise<T>): Promise<T> {
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(at)?.[1];
  if (bucket !== undefined) return withArchive({ bucket, tables: undefined }, terminal, use);
  return use(/^https?:\/\//.test(at) ? website(at) : folder(resolve(terminal.cwd, at)));
}
