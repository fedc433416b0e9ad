import type { Connection } from '../configuration/documents/connections.ts';
import type { Claims } from '../identity/principal.ts';
import { parseJsonPointer } from '../json-pointer.ts';
import { Fault, type Outcome } from '../outcome.ts';
import { type CompiledConditions, compileConditions, type Evaluation, evaluateConditions } from './conditions.ts';
import { claimsLookup } from './lookup.ts';
import { type DocumentProblem, errorAt, hasErrors, under } from './problem.ts';
import { compileTemplate, renderTemplate, type Template } from './template.ts';
import { PRINCIPAL_LABEL } from './template-places.ts';

/** A name for a deeper member of a token: the tokens of its JSON pointer (RFC 6901). */
export interface ClaimAlias {
  readonly name: string;
  readonly path: readonly string[];
}

/** What a connection demands of a proof's claims and how it labels whom they name. */
export interface ConnectionPolicy {
  readonly require: readonly CompiledConditions[];
  readonly principal: Template;
  /** Those of an OIDC connection; the aliases of others are names, which need no reading. */
  readonly aliases: readonly ClaimAlias[];
}

/** A connection that loads: its document and what that compiles to. Immutable, shared by all requests. */
export type CompiledConnection<C extends Connection = Connection> = C & { readonly policy: ConnectionPolicy };

export type ConnectionCompilation<C extends Connection> =
  | {
      readonly ok: true;
      readonly compiled: CompiledConnection<C>;
      readonly warnings: readonly DocumentProblem[];
    }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/**
 * Compiles `require`, `principal` and aliases. Paths of problems begin at the connection's members; `require` is a
 * list.
 */
export function compileConnection<C extends Connection>(connection: C): ConnectionCompilation<C> {
  const problems: DocumentProblem[] = [];
  const require = connection.require.flatMap((document, index) => {
    const { compiled, problems: found } = compileConditions(document, { place: 'require' });
    problems.push(...under(['require', index], found));
    return compiled === null ? [] : [compiled];
  });
  const label = compileTemplate(connection.principal, PRINCIPAL_LABEL);
  if ('messages' in label) problems.push(...label.messages.map((message) => errorAt(['principal'], message)));
  if (connection.principal === '') problems.push(errorAt(['principal'], 'a label is at least one character'));
  const aliases = compileAliases(connection, problems);
  if ('messages' in label || hasErrors(problems)) return { ok: false, problems };
  const policy = Object.freeze({ require: Object.freeze(require), principal: label.template, aliases });
  const compiled: CompiledConnection<C> = { ...connection, policy };
  return { ok: true, compiled: Object.freeze(compiled), warnings: problems };
}

/** A connection that was read from the configuration. Throws `Fault('configuration')` where it does not load. */
export function loadConnection<C extends Connection>(connection: C): CompiledConnection<C> {
  const compilation = compileConnection(connection);
  if (compilation.ok) return compilation.compiled;
  throw new Fault('configuration', `connection ${connection.connection} does not load`);
}

function compileAliases(connection: Connection, problems: DocumentProblem[]): readonly ClaimAlias[] {
  if (connection.type !== 'oidc') return [];
  const aliases: ClaimAlias[] = [];
  for (const [name, pointer] of Object.entries(connection.claims)) {
    const path = parseJsonPointer(pointer);
    if (path === null) problems.push(errorAt(['claims', name], 'must be a JSON pointer (RFC 6901)'));
    else aliases.push({ name, path });
  }
  return Object.freeze(aliases);
}

/**
 * Whether the claims meet every document of `require`. An error is a miss, with its reason: the proof names nobody
 * here.
 */
export function evaluateRequire({ connection, policy }: CompiledConnection, claims: Claims): Evaluation {
  const lookup = claimsLookup(claims, connection);
  const evaluations = policy.require.map((conditions) => evaluateConditions(conditions, lookup));
  const checks = evaluations.flatMap((evaluation) => evaluation.checks);
  const missed = evaluations.some((evaluation) => 'held' in evaluation && !evaluation.held);
  const error = evaluations.find((evaluation) => 'error' in evaluation);
  if (!missed && error !== undefined && 'error' in error) return { error: error.error, checks };
  return { held: !missed, checks };
}

/**
 * The label of whom the claims name, 1 to 1,024 characters without control characters. Refuses with
 * `principal_invalid`.
 */
export function renderPrincipal({ connection, policy }: CompiledConnection, claims: Claims): Outcome<string> {
  return renderTemplate(policy.principal, claimsLookup(claims, connection));
}
