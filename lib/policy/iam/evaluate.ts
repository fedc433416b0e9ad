import { conditionsHold } from './condition.ts';
import type { Named, PolicyDocument, Statement } from './document.ts';
import { Malformed } from './malformed.ts';
import { matchesTokens, overlaps, readTokens, type Tokens } from './pattern.ts';
import { coversResource, overlapsResource, putIntoResource, type ResourcePattern, readResource } from './resource.ts';
import type { RequestContext } from './variables.ts';

/** What is asked of AWS: an action on a resource, or every one that a pattern has. */
export interface AccessRequest {
  readonly action: Tokens;
  readonly resource: ResourcePattern;
  readonly context: RequestContext;
}

/** The policies of a session. null: of that kind there are none that limit anything. */
export interface SessionPolicies {
  /** Of the role: what they do not allow, the session may not. */
  readonly identity: readonly PolicyDocument[] | null;
  /** Of the session (STS), inline and managed: their union limits the role's. */
  readonly session: readonly PolicyDocument[] | null;
}

type PolicyKind = keyof SessionPolicies;

/**
 * How much of what was asked is allowed. Of one action on one resource it is `all` or `none`; of patterns `some` also
 * means that it cannot be told: `all` and `none` are certain. `because` says which policy and statement (by their
 * order) decided, or that no statement of those policies allows it.
 */
export interface Access {
  readonly extent: 'all' | 'some' | 'none';
  readonly because:
    | { readonly effect: 'Deny'; readonly policy: PolicyKind; readonly statement: number }
    | { readonly effect: 'silent'; readonly policy: PolicyKind }
    | { readonly effect: 'Allow' };
}

const REQUESTED_ACTION = /^(?:\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?_-]+)$/;

/**
 * Reads what is asked: `service:Name` and an ARN, or `*` for an action that has no resource (as a pattern: any).
 * `keys`: the request's condition keys, whose names have no case. Throws `Malformed`.
 */
export function readAccessRequest(
  action: string,
  resource: string,
  keys: Readonly<Record<string, string | readonly string[]>>,
): AccessRequest {
  if (!REQUESTED_ACTION.test(action)) throw new Malformed(`${action} is no action: write service:Name`);
  if (/\$\{[^*?$}]*\}/.test(resource)) throw new Malformed(`${resource} has a variable: write its value`);
  const context = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));
  return { action: readTokens(action), resource: readResource(resource), context };
}

/**
 * Decides as IAM does within one account, where no resource, boundary or organization policy says anything: any Deny
 * that matches refuses; otherwise the role's and the session's policies must both allow it. IAM User Guide, "Policy
 * evaluation logic". Pure; takes time linear in the policies' length for one action on one resource.
 */
export function evaluateAccess(policies: SessionPolicies, request: AccessRequest): Access {
  const kinds = (['identity', 'session'] as const).flatMap((policy) => {
    const documents = policies[policy];
    return documents === null ? [] : [{ policy, ...meet(documents, request) }];
  });
  for (const { policy, denying } of kinds) {
    const statement = denying.find(({ match }) => match === 'all')?.statement;
    if (statement !== undefined) return { extent: 'none', because: { effect: 'Deny', policy, statement } };
  }
  for (const { policy, allowing } of kinds) {
    if (allowing.length === 0) return { extent: 'none', because: { effect: 'silent', policy } };
  }
  for (const { policy, denying } of kinds) {
    const [first] = denying;
    if (first) return { extent: 'some', because: { effect: 'Deny', policy, statement: first.statement } };
  }
  const partly = kinds.find(({ allowing }) => !allowing.some(({ match }) => match === 'all'));
  if (partly !== undefined) return { extent: 'some', because: { effect: 'silent', policy: partly.policy } };
  return { extent: 'all', because: { effect: 'Allow' } };
}

/** The statements that match, with their place among all of these documents'. */
function meet(documents: readonly PolicyDocument[], request: AccessRequest) {
  const met = documents
    .flatMap(({ statements }) => statements)
    .map((statement, at) => ({ effect: statement.effect, statement: at, match: matchOf(statement, request) }))
    .filter(({ match }) => match !== 'none');
  return {
    denying: met.filter(({ effect }) => effect === 'Deny'),
    allowing: met.filter(({ effect }) => effect === 'Allow'),
  };
}

/** How much of what is asked the statement matches; conditions are asked last. */
function matchOf(statement: Statement, { action, resource, context }: AccessRequest): Access['extent'] {
  const actions = among(statement.actions, {
    covered: (pattern) => matchesTokens(pattern, action, 'folded'),
    touched: (pattern) => overlaps(pattern, action, 'folded'),
  });
  if (actions === 'none') return 'none';
  const resources = amongResources(statement.resources, resource, context);
  if (resources === 'none' || !conditionsHold(statement.conditions, context)) return 'none';
  return actions === 'all' ? resources : 'some';
}

/**
 * A resource with a variable that has no value matches nothing; where it might have been this one, it is not outside of
 * `NotResource` either.
 */
function amongResources(named: Named<ResourcePattern>, resource: ResourcePattern, context: RequestContext) {
  const patterns: ResourcePattern[] = [];
  for (const pattern of named.patterns) {
    const { put, whole } = putIntoResource(pattern, context);
    if (whole) patterns.push(put);
    else if (named.kind === 'except' && overlapsResource(put, resource)) return 'none';
  }
  return among(
    { kind: named.kind, patterns },
    {
      covered: (pattern) => coversResource(pattern, resource),
      touched: (pattern) => overlapsResource(pattern, resource),
    },
  );
}

function among<T>(
  { kind, patterns }: Named<T>,
  { covered, touched }: { readonly covered: (pattern: T) => boolean; readonly touched: (pattern: T) => boolean },
): Access['extent'] {
  const [whole, none] = kind === 'only' ? (['all', 'none'] as const) : (['none', 'all'] as const);
  if (patterns.some(covered)) return whole;
  return patterns.some(touched) ? 'some' : none;
}
