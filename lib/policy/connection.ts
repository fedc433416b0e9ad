import type { Connection } from '../configuration/documents.ts';
import type { Claims } from '../identity/principal.ts';
import { Fault, type Outcome } from '../outcome.ts';
import { type CompiledConditions, compileConditions, type Evaluation, evaluateConditions } from './conditions.ts';
import { claimsLookup } from './lookup.ts';
import { type DocumentProblem, errorAt, hasErrors, under } from './problem.ts';
import { compileTemplate, renderTemplate, type Template } from './template.ts';
import { PRINCIPAL_LABEL } from './template-places.ts';

/** What a connection demands of a proof's claims and how it labels whom they name: immutable. */
export interface CompiledConnection {
  readonly connection: string;
  readonly require: readonly CompiledConditions[];
  readonly principal: Template;
}

export type ConnectionCompilation =
  | { readonly ok: true; readonly compiled: CompiledConnection; readonly warnings: readonly DocumentProblem[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** Compiles `require` and `principal`. Paths of problems begin at the connection's members; `require` is a list. */
export function compileConnection({ connection, require, principal }: Connection): ConnectionCompilation {
  const problems: DocumentProblem[] = [];
  const conditions = require.flatMap((document, index) => {
    const { compiled, problems: found } = compileConditions(document, { place: 'require' });
    problems.push(...under(['require', index], found));
    return compiled === null ? [] : [compiled];
  });
  const label = compileTemplate(principal, PRINCIPAL_LABEL);
  if ('messages' in label) {
    problems.push(...label.messages.map((message) => errorAt(['principal'], message)));
    return { ok: false, problems };
  }
  if (principal === '') problems.push(errorAt(['principal'], 'a label is at least one character'));
  if (hasErrors(problems)) return { ok: false, problems };
  const compiled = { connection, require: Object.freeze(conditions), principal: label.template };
  return { ok: true, compiled: Object.freeze(compiled), warnings: problems };
}

const memory = new WeakMap<Connection, CompiledConnection>();

/** The compiled form of a connection that was read from the configuration, made once. Throws `Fault('configuration')` where it does not load. */
export function compiledConnection(connection: Connection): CompiledConnection {
  const known = memory.get(connection);
  if (known !== undefined) return known;
  const compilation = compileConnection(connection);
  if (!compilation.ok) throw new Fault('configuration', `connection ${connection.connection} does not load`);
  memory.set(connection, compilation.compiled);
  return compilation.compiled;
}

/** Whether the claims meet every document of `require`. An error is a miss, with its reason: the proof names nobody here. */
export function evaluateRequire({ connection, require }: CompiledConnection, claims: Claims): Evaluation {
  const lookup = claimsLookup(claims, connection);
  const evaluations = require.map((conditions) => evaluateConditions(conditions, lookup));
  const checks = evaluations.flatMap((evaluation) => evaluation.checks);
  const missed = evaluations.some((evaluation) => 'held' in evaluation && !evaluation.held);
  const error = evaluations.find((evaluation) => 'error' in evaluation);
  if (!missed && error !== undefined && 'error' in error) return { error: error.error, checks };
  return { held: !missed, checks };
}

/** The label of whom the claims name, 1 to 256 characters without control characters. Refuses with `principal_invalid`. */
export function renderPrincipal({ connection, principal }: CompiledConnection, claims: Claims): Outcome<string> {
  return renderTemplate(principal, claimsLookup(claims, connection));
}
