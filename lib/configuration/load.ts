import { isBrokerIssuer, isLoopback } from '../loopback.ts';
import { withApproversClaims } from './approvers-claims.ts';
import { checkClientAudiences, withExchangingClients } from './client-audiences.ts';
import {
  checkDisjoint,
  checkGrantSources,
  checkMetadataHosts,
  checkPriorIssuances,
  checkReferences,
  type ReportIn,
} from './cross-checks.ts';
import type { ConfigurationDocuments } from './documents/configuration.ts';
import { type Folder, readFolder } from './folder.ts';
import { configurationItems, MAX_DOCUMENT_BYTES } from './items.ts';
import { applyAllowances } from './lints/allowances.ts';
import { LateReader, type LoadedFile, loadFile } from './load-file.ts';
import { type Problem, problemOfFile } from './problem.ts';
import { type Deployment, parseUrl } from './web-address.ts';

/** A configuration that may be applied, with what its authors should look at. */
export interface LoadedConfiguration {
  readonly documents: ConfigurationDocuments;
  /** The files that they came of, and those that these name beside them, in the order of their names. */
  readonly files: readonly FolderFile[];
  /** Without those that a comment allows. */
  readonly warnings: readonly Problem[];
}

/** A file as it was written. */
export interface FolderFile {
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

/** Everything that is wrong, warnings among it, in the order of files and lines. */
export interface RefusedConfiguration {
  readonly problems: readonly Problem[];
}

/**
 * Loads a configuration folder (contract section 2) for the deployment with this issuer. Either every file is good, or
 * every problem of every file is returned at once, each with file, line and field. With no issuer known the folder is
 * only validated: addresses in plain http on loopback are warnings, and the documents must not be applied. Never throws
 * for what a folder holds.
 */
export async function loadConfiguration(
  directory: string,
  deployment: Deployment,
): Promise<LoadedConfiguration | RefusedConfiguration> {
  const { files, documents, problems } = loadFolder(directory, deployment);
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { documents, files: filesOf(files), warnings: notAllowed(files, problems) };
}

/** Nobody looked for all that a comment may allow (`lints/validate.ts` does): none of them is unused. */
function notAllowed(files: readonly LoadedFile[], problems: readonly Problem[]): readonly Problem[] {
  const texts = new Map(files.map(({ file, text }) => [file, text]));
  const beside = problems.filter(({ file }) => !texts.has(file));
  const left = [...texts].flatMap(([name, text]) => {
    const own = problems.filter(({ file }) => file === name);
    return own.length === 0 ? [] : applyAllowances(name, text, own, () => false);
  });
  return inOrder([...beside, ...left]);
}

function filesOf(loaded: readonly LoadedFile[]): readonly FolderFile[] {
  const read = loaded.flatMap(({ file, text, beside }) => [{ name: file, text }, ...beside]);
  const byName = new Map(read.map(({ name, text }) => [name, { name, text }]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the files of a folder come to, whole or in part, and what is wrong with them. */
export interface LoadedFolder {
  readonly files: readonly LoadedFile[];
  /** Of the files that could be read, also where others could not. */
  readonly documents: ConfigurationDocuments;
  readonly problems: readonly Problem[];
}

/** Told after every file that was read: how many, of how many. */
export type Progress = (done: number, all: number) => void;

/** Reads every file of a folder and what holds between them. Never throws for what a folder holds. */
export function loadFolder(directory: string, deployment: Deployment, progress: Progress = () => {}): LoadedFolder {
  const folder = readFolder(directory);
  const problems: Problem[] = [...folder.problems, ...checkDeployment(folder, deployment)];
  const reader = new LateReader();
  const files = folder.files.map((file, index) => {
    progress(index, folder.files.length);
    return loadFile(directory, file, deployment, reader);
  });
  problems.push(...files.flatMap((file) => file.problems), ...checkNames(files));
  const documents = documentsOf(files);
  const reportIn = reporter(files, problems);
  const known = { connections: namesOf(files, 'connection'), clients: namesOf(files, 'client') };
  checkReferences(documents.scopes, known, reportIn);
  checkPriorIssuances(documents.scopes, namesOf(files, 'scope'), reportIn);
  checkGrantSources(documents, known, reportIn);
  checkDisjoint(documents.connections, deployment.issuer, reportIn);
  checkMetadataHosts(documents.clients, reportIn);
  const isWhole = files.every(({ kind, document }) => kind !== 'scope' || document !== null);
  checkClientAudiences(documents, { ownIssuer: deployment.issuer, isWhole }, reportIn);
  checkSizes(documents, reportIn);
  return { files, documents, problems: inOrder(problems) };
}

/** Each problem once, in the order of files and lines. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] => eachOnce(problems).sort(byPlace);

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/**
 * What an alias repeats is wrong once, where its anchor is: the field has the same name and place, below another one.
 */
function eachOnce(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, line, column, field, message }) => {
    const key = JSON.stringify([file, line, column, field.slice(field.lastIndexOf('.') + 1), message]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function checkDeployment(folder: Folder, { issuer }: Deployment): Problem[] {
  if (issuer !== null && !isBrokerIssuer(issuer)) {
    const message = `the issuer ${issuer} is not an https origin without a path (http for loopback only)`;
    return [problemOfFile('.', message, 'bad-issuer')];
  }
  const url = issuer === null ? null : parseUrl(issuer);
  if (!folder.hasLocalSecrets || (url !== null && isLoopback(url))) return [];
  const message = 'is for the local stack only: put secrets into Secrets Manager';
  return [problemOfFile('secrets.yaml', message, issuer === null ? 'local-secrets' : 'local-secrets-deployed')];
}

/** One name, one file: a second one would quietly replace the first. */
function checkNames(files: readonly LoadedFile[]): Problem[] {
  const seen = new Map<string, string>();
  return files.flatMap((file) => {
    const { name } = file;
    if (name === null) return [];
    const key = `${file.kind}#${name}`;
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, file.file);
      return [];
    }
    return file.problemAt([file.kind], `${name} is also in ${other}`, 'repeated-name') ?? [];
  });
}

const namesOf = (files: readonly LoadedFile[], kind: LoadedFile['kind']): ReadonlySet<string> =>
  new Set(files.filter((file) => file.kind === kind).flatMap(({ name }) => name ?? []));

function documentsOf(files: readonly LoadedFile[]): ConfigurationDocuments {
  const clients = files.flatMap(({ document }) => (document?.kind === 'client' ? [document.client] : []));
  const scopes = files.flatMap(({ document }) => (document?.kind === 'scope' ? [document.scope] : []));
  return {
    connections: files.flatMap(({ document }) => (document?.kind === 'connection' ? [document.connection] : [])),
    clients,
    scopes: withExchangingClients(withApproversClaims(scopes), clients),
  };
}

/** Reports into the file that holds the document of that kind and name. */
function reporter(files: readonly LoadedFile[], problems: Problem[]): ReportIn {
  const byName = new Map(files.toReversed().map((file) => [`${file.kind}#${file.name ?? ''}`, file]));
  return (kind, name, path, message, code, fix) => {
    const problem = byName.get(`${kind}#${name}`)?.problemAt(path, message, code, fix);
    if (problem !== undefined && problem !== null) problems.push(problem);
  };
}

/** DynamoDB takes 400 KB an item: what is larger is found here, not halfway through an apply. */
function checkSizes(documents: ConfigurationDocuments, report: ReportIn): void {
  for (const { key, doc } of configurationItems(documents)) {
    const size = Buffer.byteLength(doc);
    if (size <= MAX_DOCUMENT_BYTES) continue;
    const hash = key.indexOf('#');
    const kind = key.slice(0, hash);
    const name = key.slice(hash + 1);
    const message = `has ${size} bytes as JSON; an item of the configuration table holds ${MAX_DOCUMENT_BYTES}`;
    if (kind === 'connection' || kind === 'client' || kind === 'scope') report(kind, name, [], message, 'too-large');
    else if (kind === 'issuer') {
      const holder = documents.connections.find(
        (one) => one.type === 'oidc' && one.issuers.some(({ issuer }) => issuer === name),
      );
      if (holder !== undefined)
        report('connection', holder.connection, ['issuer'], `all connections of this issuer: ${message}`, 'too-large');
    }
  }
}
