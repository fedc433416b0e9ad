import type { ConfigurationDocuments } from '../documents/configuration.ts';
import { inOrder, type LoadedFolder, loadFolder, type Progress } from '../load.ts';
import type { LoadedFile } from '../load-file.ts';
import type { Problem } from '../problem.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { Deployment } from '../web-address.ts';
import { applyAllowances } from './allowances.ts';
import { lintConnection } from './connection-lints.ts';
import type { Find, LintContext } from './context.ts';
import { lintGrant, lintSharedRoles } from './grant-lints.ts';
import { claimsOf, claimsOfClient, type KnownClaims } from './known-claims.ts';
import { lintRules } from './rule-lints.ts';

/** What the deployment's parameter AssumableRoles is unless set. */
const ASSUMABLE_ROLES = ['arn:*:iam::*:role/token-broker/*'];

export interface ValidateOptions {
  readonly deployment: Deployment;
  /** ARN patterns; none given: the template's own. */
  readonly assumableRoles?: readonly string[];
  /** `errors`: what would be a warning is an error. */
  readonly warnings?: 'warnings' | 'errors';
  readonly progress?: Progress;
}

export interface ValidatedFolder {
  /** null: it does not load. */
  readonly documents: ConfigurationDocuments | null;
  /** In the order of files and lines, each once, without those that a comment allows. */
  readonly problems: readonly Problem[];
}

/**
 * Loads a folder and looks at what loads but does not mean what its author thinks: `docs/lints.md` lists it by code.
 * Never throws for what a folder holds.
 */
export function validateFolder(directory: string, options: ValidateOptions): ValidatedFolder {
  const { deployment, assumableRoles = [], warnings = 'warnings', progress } = options;
  const folder = loadFolder(directory, deployment, progress);
  const loads = folder.problems.every(({ severity }) => severity !== 'error');
  const patterns = assumableRoles.length === 0 ? ASSUMABLE_ROLES : assumableRoles;
  const found = inOrder([...folder.problems, ...lint(folder, contextOf(folder.documents, deployment, patterns))]);
  const left = allowed(folder, found, deployment);
  const problems: readonly Problem[] =
    warnings === 'errors' ? left.map((problem) => ({ ...problem, severity: 'error' })) : left;
  return { documents: loads ? folder.documents : null, problems };
}

function contextOf(
  documents: ConfigurationDocuments,
  deployment: Deployment,
  assumableRoles: readonly string[],
): LintContext {
  const connections = new Map(documents.connections.map((each) => [each.connection, each]));
  const clients = new Map(documents.clients.map((each) => [each.client, each]));
  const known = new Map<object, KnownClaims>();
  const once = <D extends object>(document: D | undefined, read: (document: D) => KnownClaims): KnownClaims | null => {
    if (document === undefined) return null;
    const claims = known.get(document) ?? read(document);
    known.set(document, claims);
    return claims;
  };
  return {
    documents,
    connections,
    deployment,
    assumableRoles,
    claimsOfConnection: (name) => once(connections.get(name), claimsOf),
    claimsOfClient: (name) => once(clients.get(name), claimsOfClient),
  };
}

function lint(folder: LoadedFolder, context: LintContext): readonly Problem[] {
  const problems: Problem[] = [];
  const scopes = new Map<string, Find>();
  for (const file of folder.files) {
    const find = finder(file, problems);
    if (file.document?.kind === 'connection') lintConnection(file.document.connection, context, find);
    if (file.document?.kind !== 'scope') continue;
    const { scope } = file.document;
    scopes.set(scope.scope, find);
    lintRules(scope, context, find);
    lintGrant(scope, context, find);
  }
  lintSharedRoles(context, (scope, ...finding) => scopes.get(scope)?.(...finding));
  return problems;
}

/** A finding at a place that has an error of its own would only follow from that. */
const finder =
  (file: LoadedFile, problems: Problem[]): Find =>
  (path, code, message, fix) => {
    const problem = file.problemAt(path, message, code, fix);
    if (problem === null) return;
    const isTold = (field: string) =>
      field === problem.field || (field !== '' && problem.field.startsWith(`${field}.`));
    if (!file.problems.some(({ severity, field }) => severity === 'error' && isTold(field))) problems.push(problem);
  };

function allowed(folder: LoadedFolder, found: readonly Problem[], { issuer }: Deployment): readonly Problem[] {
  const files = new Map(folder.files.map((file) => [file.file, file]));
  const byFile = new Map<string, Problem[]>([...files.keys()].map((name) => [name, []]));
  const beside: Problem[] = [];
  for (const problem of found) (byFile.get(problem.file) ?? beside).push(problem);
  const left = [...byFile].flatMap(([name, problems]) => {
    const file = files.get(name);
    if (file === undefined) return problems;
    const loads = problems.every(({ severity }) => severity !== 'error');
    const isLooked = (code: ProblemCode) => loads && (code !== 'audience-not-issuer' || issuer !== null);
    return applyAllowances(name, file.text, problems, isLooked);
  });
  return inOrder([...beside, ...left]);
}
