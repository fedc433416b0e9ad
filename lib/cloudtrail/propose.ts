/** A policy that allows less than was granted, and everything that was used. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Statement } from '../policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../policy/iam/evaluate.ts';
import { coversResource, overlapsResource, readResource } from '../policy/iam/resource.ts';
import { unloggedBecause } from './actions.ts';
import { type Granted, type GrantedStatement, membersExcept, membersOf, readWidened, textsOf } from './granted.ts';
import type { ActionUse, Usage } from './usage.ts';

export type Proposal =
  /** `checked`: actions on resources that it was seen to allow just as what was granted does. */
  | { readonly ok: true; readonly policy: JsonObject; readonly checked: number }
  /** Why there is none, in one sentence. */
  | { readonly ok: false; readonly why: string };

export interface ProposalTerms {
  /** Services whose data events the trail has, all of them; `all`: of every service. */
  readonly logged: ReadonlySet<string>;
  /** Why a scope cannot have the policy (its length); null: it can. */
  readonly problemOf: (policy: JsonObject) => string | null;
}

/** More resources than this are no list that anybody reads. */
const MOST_RESOURCES = 10;

/**
 * The smallest policy that can be told: of each statement the actions that were used, and those that CloudTrail may say
 * nothing of; where the resource of every call is known, what they lie in. It never allows what `granted` does not:
 * each statement is a part of one of its own, under the same conditions, and each Deny stands. Before it is answered
 * every used action on every resource is evaluated by both.
 */
export function proposePolicy(granted: Granted, usage: Usage, { logged, problemOf }: ProposalTerms): Proposal {
  const whole = granted.statements.map(({ written }) => written);
  let problem: string | null = null;
  for (const resources of ['narrowed', 'as-granted'] as const) {
    const parts = granted.statements.map((each) => partsOf(each, { usage, logged, resources }));
    const statements = parts.flat();
    if (!statements.some(({ Effect }) => Effect === 'Allow')) {
      return { ok: false, why: 'nothing of what the scope grants was used: is it needed at all?' };
    }
    if (JSON.stringify(statements) === JSON.stringify(whole)) break;
    const policy = { ...granted.policy, Statement: statements };
    const told = problemOf(policy);
    if (told === null) return checked(policy, { granted, parts, usage });
    problem ??= told;
  }
  const why = problem ?? 'nothing can be taken away: each action that is granted was used, or nobody can tell';
  return { ok: false, why };
}

/** What is asked for beside other actions, whatever the service. */
const ASKED_BESIDE: ReadonlySet<string> = new Set([
  ...['iam:PassRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'],
]);

interface Parting {
  readonly usage: Usage;
  readonly logged: ReadonlySet<string>;
  readonly resources: 'narrowed' | 'as-granted';
}

/** What is left of one statement, as statements: none where nothing of it was used. */
function partsOf({ written, statement }: GrantedStatement, parting: Parting): readonly JsonObject[] {
  const kept = statement.effect === 'Deny' ? 'all' : keptActions(written, statement, parting);
  if (kept === 'all') return [written];
  const others: string[] = [];
  const exact = new Map<string, string[]>();
  for (const action of kept) {
    const resources = narrowedFor(action, written, statement, parting);
    if (resources === null) others.push(action);
    else exact.set(JSON.stringify(resources), [...(exact.get(JSON.stringify(resources)) ?? []), action]);
  }
  if (exact.size === 0 && JSON.stringify(others) === JSON.stringify(textsOf(written['Action']))) return [written];
  const narrowed = [...exact].map(([resources, actions]) => part(written, actions, JSON.parse(resources)));
  return others.length === 0 ? narrowed : [...narrowed, part(written, others, written['Resource'])];
}

/** Sids go: of two parts they would be the same. */
function part(written: JsonObject, actions: readonly string[], resource: JsonValue | undefined): JsonObject {
  const { NotResource, Condition } = written;
  const one = (value: JsonValue | undefined) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
  const members = { Effect: 'Allow', Action: one(actions), Resource: one(resource), NotResource, Condition };
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, JsonValue] => member[1] !== undefined),
  );
}

/**
 * The actions to keep; a pattern stays as it is where all of it is kept. `all`: the statement stays as it is. A call
 * that no action is known for may have asked for any of its service.
 */
function keptActions(written: JsonObject, statement: Statement, { usage, logged }: Parting): readonly string[] | 'all' {
  const doubtful = new Set([...usage.unjudged.keys()].map((call) => call.split(':')[0]));
  const isKept = (action: string, named?: string): boolean => {
    const why = unloggedBecause(action, logged);
    if (usage.used.has(action) || why === 'data-event') return true;
    // Where the operator says that everything is logged, a wildcard need not keep what no call has the name of.
    return why !== null && (!logged.has('all') || named === action || ASKED_BESIDE.has(action));
  };
  if (statement.actions.kind === 'except')
    return doubtful.size > 0 ? 'all' : membersExcept(statement).filter((action) => isKept(action));
  const kept = textsOf(written['Action']).flatMap((text) => {
    const isDoubtful = text.startsWith('*')
      ? doubtful.size > 0
      : doubtful.has(text.slice(0, text.indexOf(':')).toLowerCase());
    const members = membersOf(text);
    const left = members.filter((action) => isKept(action, text));
    return isDoubtful || left.length === members.length ? [text] : left;
  });
  return [...new Set(kept)];
}

/** null: as granted. */
function narrowedFor(
  action: string,
  written: JsonObject,
  { resources: { kind } }: Statement,
  { usage, logged, resources }: Parting,
): readonly string[] | null {
  const places = usage.used.get(action)?.places ?? null;
  if (resources === 'as-granted' || kind === 'except' || places === null) return null;
  if (unloggedBecause(action, logged) !== null) return null;
  const texts = textsOf(written['Resource']);
  const patterns = texts.map((text) => ({ text, pattern: readResource(text.replace(/\$\{(?![*?$]\})[^}]*\}/g, '*')) }));
  const narrowed = new Set<string>();
  for (const place of places) {
    const own = readResource(place);
    const met = patterns.filter(({ pattern }) => overlapsResource(pattern, own));
    // What the statement does not name, something else allows, or IAM looked at another resource than the event says.
    if (met.length === 0) return null;
    for (const { text, pattern } of met) {
      narrowed.add(coversResource(pattern, own) && !text.includes('${') ? place : text);
    }
  }
  const isSame = narrowed.size === texts.length && texts.every((text) => narrowed.has(text));
  return isSame || narrowed.size > MOST_RESOURCES ? null : [...narrowed];
}

interface Checking {
  readonly granted: Granted;
  /** What is left of each of its statements. */
  readonly parts: readonly (readonly JsonObject[])[];
  readonly usage: Usage;
}

/**
 * Asks of each statement and of what is left of it whether they allow every used action on every resource, under the
 * same conditions. A difference is a fault of ours: then there is no proposal.
 */
function checked(policy: JsonObject, { granted, parts, usage }: Checking): Proposal {
  const requests = [...usage.used].flatMap(([action, use]) =>
    requestedResources(use).map((resource) => ({ action, resource, request: readAccessRequest(action, resource, {}) })),
  );
  for (const [at, { statement }] of granted.statements.entries()) {
    const left = parts[at] ?? [];
    const document = left.length === 0 ? { statements: [] } : readWidened(left);
    if (typeof document === 'string') return { ok: false, why: `it could not be read: ${document}` };
    if (statement.effect === 'Deny') continue;
    for (const { action, resource, request } of requests) {
      const extent = (statements: readonly Statement[]) =>
        evaluateAccess({ identity: null, session: [{ statements }] }, request).extent;
      if (extent([statement]) !== extent(document.statements)) {
        return { ok: false, why: `it would not allow ${action} on ${resource}, which was used` };
      }
    }
  }
  return { ok: true, policy, checked: requests.length };
}

/** As a request names them: what an ARN has of a pattern's signs stands for itself. */
function requestedResources({ resources, places }: ActionUse): readonly string[] {
  const arns = [...resources].filter((arn) => arn.startsWith('arn:')).map((arn) => arn.replace(/[*?$]/g, '${$&}'));
  return [...new Set([...arns, ...(places ?? ['*'])])];
}
