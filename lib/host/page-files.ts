import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { PageFile, PageFiles } from '../ports/page-files.ts';

/** Media types of what the operators' page is made of. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The files of a built page, each beside its compressed self (`<name>.gz`): `index.html`, and those that it names. They
 * are read once, at the first request. Throws where the folder was not built.
 */
export function pageFiles(folder: URL): PageFiles {
  let read: ReadonlyMap<string, PageFile> | null = null;
  const files = (): ReadonlyMap<string, PageFile> => {
    read ??= readFiles(folder);
    return read;
  };
  return {
    document() {
      const found = files().get(DOCUMENT);
      if (found === undefined) throw new TypeError(`${folder.pathname} has no ${DOCUMENT}`);
      return found;
    },
    asset: (name) => (name === DOCUMENT ? null : (files().get(name) ?? null)),
  };
}

const DOCUMENT = 'index.html';

function readFiles(folder: URL): ReadonlyMap<string, PageFile> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => [
      name,
      {
        type: TYPES[extname(name)] ?? '',
        plain: readFileSync(new URL(name, folder)),
        gzip: readFileSync(new URL(`${name}.gz`, folder)),
      },
    ]),
  );
}
