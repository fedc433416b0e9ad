import type * as z from 'zod';
import { isJsonObject } from '../json.ts';
import { compileConnection } from '../policy/connection.ts';
import type { DocumentProblem } from '../policy/problem.ts';
import { compileScope } from '../policy/scope.ts';
import type { Client } from './documents/clients.ts';
import type { Connection } from './documents/connections.ts';
import type { RuleSource } from './documents/rules.ts';
import type { Scope } from './documents/scopes.ts';
import { type ConfigurationFile, type FolderName, nameBeside, readBeside } from './folder.ts';
import { normalizeAwsIamConnection } from './normalize/aws-iam-connection.ts';
import { normalizeClient } from './normalize/client.ts';
import { normalizeOidcConnection } from './normalize/oidc-connection.ts';
import { type Beside, normalizeSamlConnection } from './normalize/saml-connection.ts';
import { normalizeScope } from './normalize/scope.ts';
import { type FieldPath, formatField, type Problem, problemOfFile, type Report } from './problem.ts';
import { type ProblemCode, severityOf } from './problem-codes.ts';
import { withRuleSources } from './rule-sources.ts';
import { client } from './schema/client.ts';
import { connection, type WrittenConnection } from './schema/connection.ts';
import { scope } from './schema/scope.ts';
import { validateWritten, valueAt } from './validate-file.ts';
import type { Deployment } from './web-address.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

export type DocumentKind = 'connection' | 'client' | 'scope';

export type LoadedDocument =
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'client'; readonly client: Client }
  | { readonly kind: 'scope'; readonly scope: Scope };

/** One file: its document, whole or as far as it could be read, and what is wrong with it by itself. */
export interface LoadedFile {
  readonly kind: DocumentKind;
  readonly file: string;
  /** The name that the file claims, also where the rest of it is wrong; null where it claims none. */
  readonly name: string | null;
  /** As it was read: comments are in it. */
  readonly text: string;
  readonly document: LoadedDocument | null;
  readonly problems: readonly Problem[];
  /** What the document names beside itself and was read. */
  readonly beside: readonly { readonly name: string; readonly text: string }[];
  /** A problem of the document at `path`; null where that field's own problem has been told already. */
  problemAt(path: FieldPath, message: string, code: ProblemCode, fix?: string | null): Problem | null;
}

const KINDS: Readonly<Record<FolderName, DocumentKind>> = {
  connections: 'connection',
  clients: 'client',
  scopes: 'scope',
};

/** Reads, checks and normalizes one file of the folder `directory`. */
export function loadFile(
  directory: string,
  file: ConfigurationFile,
  deployment: Deployment,
  reader: LateReader,
): LoadedFile {
  const kind = KINDS[file.folder];
  const yaml = readYaml(file.text);
  const problems: Problem[] = yaml.faults.map(({ path, ...fault }) => ({
    code: 'bad-yaml',
    severity: 'error',
    file: file.name,
    ...fault,
    field: formatField(path),
    fix: null,
  }));
  const dropped: FieldPath[] = yaml.faults.flatMap(({ path }) => (path.length === 0 ? [] : [path]));
  const report: Report = (path, message, code = 'bad-value', fix = null) => {
    const problem = problemOf(file, yaml, dropped, { path, message, code, fix });
    if (problem !== null) problems.push(problem);
  };
  const besideRead: { name: string; text: string }[] = [];
  const name = valueAt(yaml.value, [kind]);
  const base = {
    kind,
    file: file.name,
    name: typeof name === 'string' ? name : null,
    text: file.text,
    problems,
    beside: besideRead,
    problemAt: late(file, dropped, reader),
  };
  if (yaml.value === undefined) return { ...base, document: null };
  if (!isJsonObject(yaml.value)) {
    report([], 'must be a map of fields');
    return { ...base, document: null };
  }
  const check = <T>(schema: z.ZodType<T>): T | null => {
    const { problems: found, written, dropped: gone } = validateWritten(schema, yaml.value);
    const meant = found.flatMap(({ meant }) => (meant === null ? [] : [meant]));
    for (const { path, message, code, fix } of found) {
      if (code !== 'missing-field' || !meant.some((name) => overlaps(name, path))) report(path, message, code, fix);
    }
    // Whoever misspelt a field is told so, and not that the field is missing.
    dropped.push(...gone, ...meant);
    return written;
  };
  const beside: Beside = {
    read: (path) => {
      const read = readBeside(directory, file.name, path);
      if (read.ok) besideRead.push({ name: nameBeside(file.name, path), text: read.text });
      return read;
    },
    report: (path, line, message, severity) =>
      problems.push({
        ...problemOfFile(
          nameBeside(file.name, path),
          message,
          severity === 'error' ? 'metadata-refused' : 'metadata-ends',
        ),
        line,
      }),
  };
  const sourceOf = (path: FieldPath) => ({ file: file.name, line: yaml.positionOf(path).line });
  const document = normalize(kind, check, { deployment, beside, report, sourceOf });
  checkFileName(file, yaml.value[kind], report);
  for (const { path, message, code, fix } of compile(document)) report(path, message, code ?? codeOf(path), fix);
  return { ...base, document };
}

/** Of what does not load: a condition or a template, by its place. */
const codeOf = (path: FieldPath): ProblemCode =>
  path.some((part) => part === 'when' || part === 'require') ? 'bad-condition' : compiledCode(path);

const compiledCode = (path: FieldPath): ProblemCode =>
  path[0] === 'allow' || path[0] === 'deny' || path[0] === 'requires' ? 'bad-value' : 'bad-template';

const late =
  (file: ConfigurationFile, dropped: readonly FieldPath[], reader: LateReader): LoadedFile['problemAt'] =>
  (path, message, code, fix = null) =>
    problemOf(file, reader.read(file), dropped, { path, message, code, fix });

interface Told {
  readonly path: FieldPath;
  readonly message: string;
  readonly code: ProblemCode;
  readonly fix: string | null;
}

function problemOf(file: ConfigurationFile, yaml: YamlFile, dropped: readonly FieldPath[], told: Told): Problem | null {
  const { message, code, fix } = told;
  const path = writtenPath(told.path, yaml.value);
  if (dropped.some((gone) => overlaps(gone, path) || decides(gone, path))) return null;
  const severity = severityOf(code);
  return { code, severity, file: file.name, ...yaml.positionOf(path), field: formatField(path), message, fix };
}

/**
 * Few files have a problem that shows only beside others: those are read again, one at a time, so that no syntax tree
 * of all the rest is kept.
 */
export class LateReader {
  private last: { readonly file: ConfigurationFile; readonly yaml: YamlFile } | null = null;

  read(file: ConfigurationFile): YamlFile {
    if (this.last?.file !== file) this.last = { file, yaml: readYaml(file.text) };
    return this.last.yaml;
  }
}

/**
 * What the runtime's own compiler says of conditions and templates: a document that it would not take does not load.
 */
function compile(document: LoadedDocument | null): readonly DocumentProblem[] {
  if (document === null || document.kind === 'client') return [];
  const compilation = document.kind === 'scope' ? compileScope(document.scope) : compileConnection(document.connection);
  return compilation.ok ? compilation.warnings : compilation.problems;
}

/** A path of the normalized document as it was written: `require` is one there, and a list may be a single value. */
function writtenPath(path: FieldPath, value: unknown): FieldPath {
  const [first, second, ...rest] = path;
  const own = first === 'require' && typeof second === 'number' ? [first, ...rest] : path;
  const last = own.at(-1);
  const isSingle = typeof last === 'number' && !Array.isArray(valueAt(value, own.slice(0, -1)));
  return isSingle ? own.slice(0, -1) : own;
}

/** True where one path is the other or lies below it; what is said of a whole document overlaps with all of it. */
function overlaps(a: FieldPath, b: FieldPath): boolean {
  const shorter = Math.min(a.length, b.length);
  return a.slice(0, shorter).every((part, index) => part === b[index]);
}

/** Fields that say what their neighbours mean. */
const DECIDING: ReadonlySet<FieldPath[number] | undefined> = new Set([
  ...['preset', 'provider', 'authentication', 'signer', 'privateKey'],
]);

/** True where what is said of `path` would only follow from the bad field `gone` beside or above it. */
function decides(gone: FieldPath, path: FieldPath): boolean {
  const parent = gone.slice(0, -1);
  return DECIDING.has(gone.at(-1)) && parent.every((part, index) => part === path[index]);
}

interface Place {
  readonly deployment: Deployment;
  readonly beside: Beside;
  readonly report: Report;
  sourceOf(path: FieldPath): RuleSource;
}

function normalize(
  kind: DocumentKind,
  check: <T>(schema: z.ZodType<T>) => T | null,
  place: Place,
): LoadedDocument | null {
  if (kind === 'connection') {
    const written = check(connection);
    return written && { kind, connection: normalizeConnection(written, place) };
  }
  if (kind === 'client') {
    const written = check(client);
    return written && { kind, client: normalizeClient(written, place.deployment, place.report) };
  }
  const written = check(scope);
  if (written === null) return null;
  return { kind, scope: withRuleSources(normalizeScope(written, place.deployment, place.report), place.sourceOf) };
}

function normalizeConnection(written: WrittenConnection, { deployment, beside, report }: Place): Connection {
  switch (written.type) {
    case 'oidc':
      return normalizeOidcConnection(written, deployment, report);
    case 'saml':
      return normalizeSamlConnection(written, deployment, beside, report);
    case 'aws-iam':
      return normalizeAwsIamConnection(written, deployment);
  }
}

/** A colon cannot stand in file names everywhere, so a scope's colons may be dots, underscores or dashes there. */
function checkFileName(file: ConfigurationFile, name: unknown, report: Report): void {
  const stem = file.name.slice(file.folder.length + 1, -'.yaml'.length);
  const flat = (text: string) => text.replace(/[:._]/g, '-');
  if (typeof name !== 'string' || flat(stem) === flat(name)) return;
  report([KINDS[file.folder]], `the file is named ${stem}.yaml: name it after the document`, 'file-name');
}
