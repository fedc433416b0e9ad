import type { Grant } from '../../policy/grants/kinds.ts';
import type { ScopeParameters } from '../../policy/parameters.ts';
import type { ActorSelector, ApprovalRequirement, Rule } from '../documents/rules.ts';
import type { Limit, PriorIssuance, Scope } from '../documents/scopes.ts';
import { normalizeGrant } from '../grants/kinds.ts';
import { type Report, reportBelow } from '../problem.ts';
import type { WrittenAfter, WrittenApproval, WrittenLimits, WrittenRule, WrittenScope } from '../schema/scope.ts';
import { toList, toSeconds } from '../schema/values.ts';
import { type Deployment, issuerOrigin } from '../web-address.ts';
import { normalizeConditions } from './conditions.ts';

/** The scopes of the operators' own API: their files have rules and no grant. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'broker:issuances:read',
  'broker:explain',
  'broker:revocations',
  'broker:approvals',
]);

/** A scope with every rule's lists and every grant's defaults written out. */
export function normalizeScope(written: WrittenScope, deployment: Deployment, report: Report): Scope {
  if (written.scope.startsWith('broker:') && !BUILT_IN.has(written.scope)) {
    report(['scope'], 'names that begin with broker: are reserved');
  }
  return {
    scope: written.scope,
    description: written.description ?? '',
    enabled: written.enabled ?? true,
    ...reportMode(written),
    allow: written.allow.map(normalizeRule),
    deny: (written.deny ?? []).map((rule, index) => normalizeDeny(rule, reportBelow(report, ['deny', index]))),
    requires: {
      intent: written.requires?.intent ?? false,
      ...(written.requires?.approval === undefined ? {} : { approval: normalizeApproval(written.requires.approval) }),
      ...(written.requires?.after === undefined ? {} : { after: normalizeAfter(written.requires.after) }),
    },
    limits: normalizeLimits(written.limits ?? {}, reportBelow(report, ['limits'])),
    ...(written.parameters === undefined ? {} : { parameters: normalizeParameters(written.parameters) }),
    grant: grantOf(written, deployment, report),
  };
}

const normalizeAfter = ({ scope, within }: WrittenAfter): PriorIssuance => ({ scope, within: toSeconds(within) });

function normalizeApproval(written: WrittenApproval): ApprovalRequirement {
  const { from, within = '15m', uses = 1, for: lasting = '1h', breakGlass = [], personClaims } = written;
  return {
    from: from.map(normalizeRule),
    within: toSeconds(within),
    uses,
    for: toSeconds(lasting),
    breakGlass: breakGlass.map(normalizeRule),
    ...(personClaims === undefined ? {} : { personClaims }),
  };
}

/** A rule that denies may match everybody, but an empty one is a mistake: `enabled: false` closes a scope. */
function normalizeDeny(written: WrittenRule, report: Report): Rule {
  if (Object.keys(written).every((name) => name === 'mode'))
    report([], 'an empty rule denies everybody; `enabled: false` closes a scope');
  return normalizeRule(written);
}

function normalizeRule(written: WrittenRule): Rule {
  const actor = written.actor === undefined ? null : normalizeParties(written.actor);
  return { ...normalizeParties(written), actor, ...reportMode(written) };
}

/** A document of before has no `mode`, and means `enforce`. */
const reportMode = ({ mode }: Pick<WrittenRule, 'mode'>): Pick<Rule, 'mode'> => (mode === 'report' ? { mode } : {});

function normalizeParties(written: Omit<WrittenRule, 'actor' | 'mode'>): ActorSelector {
  return {
    connections: written.connection === undefined ? null : toList<string>(written.connection),
    clients: written.client === undefined ? null : toList<string>(written.client),
    when: written.when === undefined ? null : normalizeConditions(written.when),
  };
}

/** What is not written is not there: the runtime's types have no undefined members. */
function normalizeParameters(written: NonNullable<WrittenScope['parameters']>): ScopeParameters {
  return Object.fromEntries(
    Object.entries(written).map(([name, { values, pattern, from, default: otherwise }]) => [
      name,
      {
        ...(values === undefined ? {} : { values }),
        ...(pattern === undefined ? {} : { pattern }),
        ...(from === undefined ? {} : { from }),
        ...(otherwise === undefined ? {} : { default: otherwise }),
      },
    ]),
  );
}

/** Longer windows would outlive the counters' purpose and their cost: a quota of months is not a limit of a scope. */
const MAX_WINDOW_SECONDS = 31 * 86_400;

function normalizeLimits({ perPrincipal, total, perActor, live }: WrittenLimits, report: Report): Scope['limits'] {
  const actors = normalizeLimit(perActor, reportBelow(report, ['perActor']));
  return {
    perPrincipal: normalizeLimit(perPrincipal, reportBelow(report, ['perPrincipal'])),
    total: normalizeLimit(total, reportBelow(report, ['total'])),
    ...(actors === null ? {} : { perActor: actors }),
    ...(live === undefined ? {} : { live: typeof live === 'number' ? { total: live } : normalizeLive(live) }),
  };
}

/** What is not written is not there: the runtime's types have no undefined members. */
const normalizeLive = ({ perPrincipal, perActor, total }: Exclude<WrittenLimits['live'], number | undefined>) => ({
  ...(perPrincipal === undefined ? {} : { perPrincipal }),
  ...(perActor === undefined ? {} : { perActor }),
  ...(total === undefined ? {} : { total }),
});

function normalizeLimit(written: string | undefined, report: Report): Limit | null {
  if (written === undefined) return null;
  const slash = written.indexOf('/');
  const window = toSeconds(written.slice(slash + 1));
  if (window > MAX_WINDOW_SECONDS) report([], 'the window is at most 744h');
  return { count: Number(written.slice(0, slash)), window };
}

function grantOf(written: WrittenScope, deployment: Deployment, report: Report): Grant {
  const own = {
    type: 'broker-token',
    audience: issuerOrigin(deployment),
    duration: toSeconds('15m'),
    claims: {},
  } as const;
  if (BUILT_IN.has(written.scope)) {
    if (written.grant !== undefined) report(['grant'], 'the built-in scope has no grant of its own');
    return own;
  }
  if (written.grant === undefined) {
    report(['grant'], 'is required', 'missing-field');
    return own;
  }
  return normalizeGrant(written.grant.type, written.grant, deployment, reportBelow(report, ['grant']));
}
