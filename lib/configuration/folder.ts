/** The files of a configuration folder. Read by the command line and the local stack, never by a Lambda function. */
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { Beside } from './normalize/saml-connection.ts';
import { type Problem, problemOfFile } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import { MAX_FILE_BYTES } from './yaml-file.ts';

const FOLDERS = ['connections', 'clients', 'scopes'] as const;
export type FolderName = (typeof FOLDERS)[number];

export interface ConfigurationFile {
  readonly folder: FolderName;
  /** Relative to the configuration folder, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

export interface Folder {
  readonly files: readonly ConfigurationFile[];
  readonly problems: readonly Problem[];
  /** True where `secrets.yaml` of the local stack lies in the folder. */
  readonly hasLocalSecrets: boolean;
}

const problem = (file: string, message: string, code: ProblemCode = 'unreadable-file'): Problem =>
  problemOfFile(file, message, code);

/** Reads every `*.yaml` of `connections`, `clients` and `scopes` below `directory`, in the order of their names. */
export function readFolder(directory: string): Folder {
  const top = list(directory);
  if (top === null)
    return { files: [], problems: [problem(directory, 'is not a folder that can be read')], hasLocalSecrets: false };
  const files: ConfigurationFile[] = [];
  const problems: Problem[] = [];
  for (const entry of top) {
    if (looksMisplaced(directory, entry)) {
      problems.push(problem(entry, 'is not read: documents go into connections, clients or scopes', 'misplaced-file'));
    }
  }
  for (const folder of FOLDERS) {
    if (!top.includes(folder)) continue;
    for (const entry of list(join(directory, folder)) ?? []) {
      const read = readEntry(directory, folder, entry);
      if (read === null) continue;
      if ('text' in read) files.push(read);
      else problems.push(read);
    }
  }
  if (files.length === 0 && problems.every(({ severity }) => severity === 'warning')) {
    problems.push(problem(directory, 'holds no connections/*.yaml, clients/*.yaml or scopes/*.yaml'));
  }
  return { files, problems, hasLocalSecrets: top.includes('secrets.yaml') };
}

function list(directory: string): string[] | null {
  try {
    return readdirSync(directory).sort();
  } catch {
    return null;
  }
}

/** A document beside the folders instead of in one, or a folder that is called `scope` or `Scopes`. */
function looksMisplaced(directory: string, entry: string): boolean {
  if (/^(connection|client|scope)s?$/i.test(entry)) return !FOLDERS.some((folder) => folder === entry);
  if (!/\.ya?ml$/i.test(entry)) return false;
  return /^(connection|client|scope):/m.test(readText(join(directory, entry)).text ?? '');
}

/** Files of other kinds (an IdP's metadata, a README) may lie beside the documents. */
function readEntry(directory: string, folder: FolderName, entry: string): ConfigurationFile | Problem | null {
  const name = `${folder}/${entry}`;
  if (entry.startsWith('.')) return null;
  const [written] = /\.ya?ml$/i.exec(entry) ?? [];
  if (written !== undefined && written !== '.yaml') return problem(name, `is named ${written}: name it .yaml`);
  const read = readText(join(directory, folder, entry));
  if (!entry.endsWith('.yaml')) {
    return read.problem === 'is a folder' ? problem(name, 'is a folder, which is not read', 'misplaced-file') : null;
  }
  return read.text === null ? problem(name, read.problem) : { folder, name, text: read.text };
}

type Text = { readonly text: string; readonly problem: null } | { readonly text: null; readonly problem: string };

function readText(path: string): Text {
  const no = (why: string): Text => ({ text: null, problem: why });
  try {
    const found = statSync(path);
    if (found.isDirectory()) return no('is a folder');
    if (!found.isFile()) return no('is not a file');
    if (found.size > MAX_FILE_BYTES) return no(`has more than ${MAX_FILE_BYTES} bytes`);
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { text: bytes.toString('utf8'), problem: null } : no('is not UTF-8');
  } catch {
    return no('cannot be read');
  }
}

/** The folder's own name of what the document `file` names, relative to it. */
export const nameBeside = (file: string, path: string): string => posix.join(posix.dirname(file), path);

/**
 * Reads what the document `file` names, relative to it, and only inside the configuration folder: a document cannot
 * have other files published.
 */
export function readBeside(directory: string, file: string, path: string): ReturnType<Beside['read']> {
  const target = join(directory, dirname(file), path);
  try {
    const inside = relative(realpathSync(directory), realpathSync(target));
    if (inside === '' || inside.startsWith(`..${sep}`) || inside === '..' || inside.startsWith(sep)) {
      return { ok: false, problem: `${path} is outside of the configuration folder` };
    }
  } catch {
    return { ok: false, problem: `there is no file ${path} beside this one` };
  }
  const read = readText(target);
  return read.text === null ? { ok: false, problem: `${path} ${read.problem}` } : { ok: true, text: read.text };
}
