import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/**
 * A file as it stands (`text`) and as it runs (`code`): Node blanks the types, so that every offset is good for both.
 */
export interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly code: string;
}

const sources = new Map<string, Source>();

/** The file at `path` (from the root), read once a process. Throws where there is none. */
export function sourceOf(path: string): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(ROOT, path), 'utf8');
  const code = path.endsWith('.ts') ? stripTypeScriptTypes(text, { mode: 'strip' }) : text;
  const source = { path, text, code };
  sources.set(path, source);
  return source;
}
