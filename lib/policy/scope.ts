import type { ActorSelector, Rule } from '../configuration/documents/rules.ts';
import type { Scope } from '../configuration/documents/scopes.ts';
import { Fault } from '../outcome.ts';
import { actorClaim, isActorKey, subjectClaim } from './condition-keys.ts';
import { type CompiledConditions, type ConditionsPlace, compileConditions } from './conditions.ts';
import { type CompiledGrant, compileGrant } from './grants/compiled-grant.ts';
import { checkParameters } from './parameters.ts';
import { type DocumentProblem, errorAt, hasErrors, under, warningAt } from './problem.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** Of the rule and of its actor; all must hold. */
  readonly conditions: readonly CompiledConditions[];
}

/** A scope that loads: immutable, shared by all requests. */
export interface CompiledScope {
  readonly scope: Scope;
  readonly allow: readonly CompiledRule[];
  readonly deny: readonly CompiledRule[];
  readonly grant: CompiledGrant;
  /** Rules of `requires.approval`; absent: nobody has to approve. */
  readonly approval?: CompiledApproval;
  readonly claims: ReferencedClaims;
}

/** Who may approve, on the approver, and who may go on at once, on the request. */
export interface CompiledApproval {
  readonly from: readonly CompiledRule[];
  readonly breakGlass: readonly CompiledRule[];
}

/** Claim names that rules and templates name: what the ledger keeps, beside what `record` of a connection adds. */
export interface ReferencedClaims {
  readonly subject: readonly string[];
  readonly actor: readonly string[];
}

export type ScopeCompilation =
  | { readonly ok: true; readonly compiled: CompiledScope; readonly warnings: readonly DocumentProblem[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

type Path = readonly (string | number)[];

/** Compiles rules and templates. Every problem is found at once, with its path from the top of the scope's document. */
export function compileScope(scope: Scope): ScopeCompilation {
  const problems: DocumentProblem[] = [];
  const allow = scope.allow.map((rule, index) => compileRule(rule, 'allow', ['allow', index], problems));
  const deny = scope.deny.map((rule, index) => compileRule(rule, 'deny', ['deny', index], problems));
  const approval = compileApproval(scope, problems);
  const grant = compileGrant(scope.grant.type, scope.grant);
  problems.push(...under(['grant'], grant.problems));
  const parameters = scope.parameters ?? {};
  problems.push(...checkParameters(parameters, grant.compiled?.keys ?? [], scope.grant));
  if (hasErrors(problems) || grant.compiled === null) return { ok: false, problems };
  const keys = [...allow, ...deny, ...(approval?.breakGlass ?? [])].flatMap(({ conditions }) =>
    conditions.flatMap((compiled) => compiled.keys),
  );
  const sources = Object.values(parameters).flatMap(({ from }) => (from === undefined ? [] : [from]));
  const claims = claimsAmong([...keys, ...grant.compiled.keys, ...sources]);
  const rules = { allow: Object.freeze(allow), deny: Object.freeze(deny) };
  const compiled = {
    ...{ scope, ...rules, grant: grant.compiled, claims },
    ...(approval === null ? {} : { approval: Object.freeze(approval) }),
  };
  return { ok: true, compiled: Object.freeze(compiled), warnings: problems };
}

function compileApproval({ requires }: Scope, problems: DocumentProblem[]): CompiledApproval | null {
  if (requires.approval === undefined) return null;
  const compiled = (list: 'from' | 'breakGlass', rules: readonly Rule[]) =>
    Object.freeze(
      rules.map((rule, index) => compileRule(rule, 'allow', ['requires', 'approval', list, index], problems)),
    );
  const { from, breakGlass } = requires.approval;
  return { from: compiled('from', from), breakGlass: compiled('breakGlass', breakGlass) };
}

/** A scope that was read from the configuration. Throws `Fault('configuration')` where it does not load. */
export function loadScope(scope: Scope): CompiledScope {
  const compilation = compileScope(scope);
  if (compilation.ok) return compilation.compiled;
  throw new Fault('configuration', `scope ${scope.scope} does not load`);
}

function compileRule(rule: Rule, place: 'allow' | 'deny', path: Path, problems: DocumentProblem[]): CompiledRule {
  const { actor, when } = rule;
  checkSelector(rule, 'the rule', place, path, problems);
  if (actor !== null) checkSelector(actor, '`actor`', place, [...path, 'actor'], problems);
  const conditions = [
    compileWhen(when, place, [...path, 'when'], problems),
    compileWhen(actor?.when ?? null, `actor-${place}`, [...path, 'actor', 'when'], problems),
  ].filter((compiled) => compiled !== null);
  const presented = rule.connections !== null && rule.clients !== null;
  if (place === 'allow' && actor === null && !presented && conditions.some(({ keys }) => keys.some(isActorKey))) {
    problems.push(
      warningAt(
        [...path, 'when'],
        'tests actor.*, but without `actor` the rule matches only where nobody acts for the subject',
        'actor-untested',
      ),
    );
  }
  return Object.freeze({ rule, conditions: Object.freeze(conditions) });
}

/** An `allow` rule says who it is for, and which actor; a `deny` rule need not. */
function checkSelector(
  { connections, clients }: Rule | ActorSelector,
  what: string,
  place: 'allow' | 'deny',
  path: Path,
  problems: DocumentProblem[],
): void {
  if (place === 'allow' && connections === null && clients === null) {
    problems.push(errorAt(path, `${what} names neither \`connection\` nor \`client\``));
  }
  if (connections?.length === 0) problems.push(errorAt([...path, 'connection'], 'names nobody'));
  if (clients?.length === 0) problems.push(errorAt([...path, 'client'], 'names nobody'));
}

function compileWhen(
  when: Rule['when'],
  place: ConditionsPlace,
  path: Path,
  problems: DocumentProblem[],
): CompiledConditions | null {
  if (when === null) return null;
  const { compiled, problems: found } = compileConditions(when, { place });
  problems.push(...under(path, found));
  return compiled;
}

function claimsAmong(keys: readonly string[]): ReferencedClaims {
  const names = (claim: (key: string) => string | null): readonly string[] =>
    Object.freeze([...new Set(keys.map(claim).filter((name) => name !== null))]);
  return Object.freeze({ subject: names(subjectClaim), actor: names(actorClaim) });
}
