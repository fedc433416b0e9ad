/** Rules held against what their callers can have, against their own conditions, and against the rules before them. */
import { parseInstant } from '../../policy/instant.ts';
import type { Connection } from '../documents/connections.ts';
import type { Rule } from '../documents/rules.ts';
import type { Scope } from '../documents/scopes.ts';
import { type FieldPath, formatField } from '../problem.ts';
import { type Effect, lintClaim, type Party } from './claim-lints.ts';
import type { Find, LintContext } from './context.ts';
import { contradiction } from './contradictions.ts';
import { covers, type ReadRule, readRule } from './covers.ts';
import type { KnownClaims } from './known-claims.ts';
import { expressionIn, isPattern, isPositiveText, type Test, testsOf } from './tests.ts';

const LISTS = ['allow', 'deny'] as const;

export function lintRules(scope: Scope, context: LintContext, find: Find): void {
  lintReach(scope, find);
  for (const list of LISTS) {
    scope[list].forEach((rule, index) => {
      const path = [list, index];
      const tests = testsOfRule(rule, path);
      lintConditions({ scope, rule, tests, effect: list === 'allow' ? 'grants' : 'denies' }, context, find);
      if (list === 'allow') lintOpenness(rule, tests, path, find);
    });
  }
  lintApproval(scope, context, find);
  lintAfter(scope, context, find);
  lintActorBudget(scope, find);
}

/**
 * Whoever is not counted as an actor is counted as a principal, or not at all. A rule of a connection with a client is
 * for what that client brings, which acts then; one without effect admits nobody.
 */
function lintActorBudget({ limits: { perActor, perPrincipal, live }, allow }: Scope, find: Find): void {
  const uncounted = [
    ...(perActor !== undefined && perPrincipal === null ? ['limits.perActor'] : []),
    ...(live?.perActor !== undefined && live.perPrincipal === undefined ? ['limits.live.perActor'] : []),
  ];
  if (uncounted.length === 0) return;
  allow.forEach(({ actor, connections, clients, mode }, index) => {
    if (actor !== null || mode === 'report' || (connections !== null && clients !== null)) return;
    const who = (connections ?? clients ?? []).join(' or ');
    find(
      ['allow', index],
      'actor-left-out',
      `${who} comes without an actor, whom ${uncounted.join(' and ')} does not count`,
    );
  });
}

/** Where the subjects of a rule come from; null: from anywhere. A broker token's come from where its origin did. */
function sourcesOf({ connections, clients }: Rule): readonly string[] | null {
  if (connections !== null) return connections.includes('broker') ? null : connections;
  return clients?.map((name) => `client:${name}`) ?? null;
}

const mayMeet = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  one === null || other === null || one.some((name) => other.includes(name));

/** Somebody whom the scope allows is allowed what has to come before, as far as connections and clients tell. */
function lintAfter({ allow, requires: { after } }: Scope, { documents }: LintContext, find: Find): void {
  const prior = documents.scopes.find(({ scope }) => scope === after?.scope);
  if (after === undefined || prior === undefined) return;
  const meets = allow.some((rule) => prior.allow.some((other) => mayMeet(sourcesOf(rule), sourcesOf(other))));
  if (!meets) find(['requires', 'after', 'scope'], 'after-others', `nobody whom this scope allows gets ${after.scope}`);
}

const APPROVALS_SCOPE = 'broker:approvals';

/** Who approves is somebody, and not everybody. */
function lintApproval(scope: Scope, context: LintContext, find: Find): void {
  const { approval } = scope.requires;
  if (approval === undefined) return;
  for (const list of ['from', 'breakGlass'] as const) {
    approval[list].forEach((rule, index) => {
      const path = ['requires', 'approval', list, index];
      const tests = testsOfRule(rule, path);
      lintConditions({ scope, rule, tests, effect: 'grants' }, context, find);
      lintOpenness(rule, tests, path, find);
    });
  }
  const hasApi = context.documents.scopes.some((each) => each.scope === APPROVALS_SCOPE && each.enabled);
  const names = approval.from.flatMap(({ connections }) => connections ?? []);
  const signsIn = names.some((name) => signsPeopleIn(context.connections.get(name)));
  if (hasApi || signsIn) return;
  const message =
    'nobody whom it names can sign in at a browser, and there is no scope broker:approvals for anybody else';
  find(['requires', 'approval', 'from'], 'approval-by-nobody', message);
}

/** Whether people sign in there at a browser: by SAML, or by OIDC with a client of the broker's own. */
const signsPeopleIn = (connection: Connection | undefined): boolean =>
  connection?.type === 'saml' || (connection?.type === 'oidc' && (connection.signIn ?? null) !== null);

interface RuleTests {
  readonly own: readonly Test[];
  readonly actor: readonly Test[];
}

const testsOfRule = (rule: Rule, path: FieldPath): RuleTests => ({
  own: testsOf(rule.when, [...path, 'when']),
  actor: testsOf(rule.actor?.when ?? null, [...path, 'actor', 'when']),
});

interface Looked {
  readonly scope: Scope;
  readonly rule: Rule;
  readonly tests: RuleTests;
  readonly effect: Effect;
}

function lintConditions({ scope, rule, tests, effect }: Looked, context: LintContext, find: Find): void {
  const all = [...tests.own, ...tests.actor];
  const subjects = subjectsOf(scope, rule, all, context);
  const actors = partiesOf(rule.actor?.connections ?? null, rule.actor?.clients ?? null, all, context);
  for (const test of all) {
    if (test.key.startsWith('claims.')) lintClaim(test, test.key.slice('claims.'.length), subjects, effect, find);
    if (test.key.startsWith('actor.claims.')) {
      lintClaim(test, test.key.slice('actor.claims.'.length), actors, effect, find);
    }
    if (effect === 'grants') lintLeadingStar(test, find);
    lintExpression(test, find);
    lintTime(test, context, find);
  }
  const contradictory = contradiction(all) ?? contradictionWithRequire(rule, all, context);
  if (contradictory !== null) find(contradictory.path, 'contradictory-conditions', contradictory.message);
}

/** A `deny` that names nobody is for those whom the scope would allow. */
function subjectsOf(scope: Scope, rule: Rule, tests: readonly Test[], context: LintContext): readonly Party[] {
  const named = partiesOf(rule.connections, rule.connections === null ? rule.clients : null, tests, context);
  if (rule.connections !== null || rule.clients !== null) return named;
  return scope.allow.flatMap((allowed) =>
    partiesOf(allowed.connections, allowed.connections === null ? allowed.clients : null, tests, context),
  );
}

/** Nothing is said of a rule that names somebody of whom nothing is known. */
function partiesOf(
  connections: readonly string[] | null,
  clients: readonly string[] | null,
  tests: readonly Test[],
  context: LintContext,
): readonly Party[] {
  const known = [
    ...(connections ?? []).map((name): [KnownClaims | null, readonly Test[]] => [
      context.claimsOfConnection(name),
      (context.connections.get(name)?.require ?? []).flatMap((document) => testsOf(document, [])),
    ]),
    ...(clients ?? []).map((name): [KnownClaims | null, readonly Test[]] => [context.claimsOfClient(name), []]),
  ];
  const parties = known.flatMap(([claims, require]) =>
    claims === null ? [] : [{ known: claims, beside: [...tests, ...require] }],
  );
  return parties.length === known.length ? parties : [];
}

export function lintLeadingStar(test: Test, find: Find): void {
  if (!isPattern(test)) return;
  test.values.forEach((value, index) => {
    if (!value.startsWith('*')) return;
    const isAll = /^\*+$/.test(value);
    const fix = isAll ? `write Null: { ${test.key}: "false" }` : 'begin it with what is fixed';
    const message = isAll ? `${value} is any value` : `${value} begins with a wildcard: anything may stand before it`;
    find([...test.path, index], 'leading-star', message, fix);
  });
}

export function lintExpression(test: Test, find: Find): void {
  test.values.forEach((value, index) => {
    const part = expressionIn(test, value);
    if (part === null) return;
    find([...test.path, index], 'regular-expression', `${part} in ${value} is text, and no regular expression`);
  });
}

/** Picoseconds, as instants are read. */
const SECOND = 1_000_000_000_000n;

function lintTime({ operator, key, values, path }: Test, { deployment }: LintContext, find: Find): void {
  if (key !== 'request.time' || !/^Date(Equals|LessThan|LessThanEquals)$/.test(operator)) return;
  const now = BigInt(deployment.now) * SECOND;
  const isOver = values.every((value) => (parseInstant(value) ?? now) < now);
  if (isOver) find(path, 'ended-rule', `the rule ended at ${values.join(', ')}`);
}

/** Of several connections each has to exclude the rule. */
function contradictionWithRequire(rule: Rule, tests: readonly Test[], { connections }: LintContext) {
  const required = (rule.connections ?? []).map((name) => connections.get(name)?.require ?? []);
  const found = required.map((documents) =>
    contradiction(
      tests,
      documents.flatMap((document) => testsOf(document, [])),
    ),
  );
  return found.every((each) => each !== null) ? (found[0] ?? null) : null;
}

/** A report decides nothing, so it neither takes a request from another rule nor has one taken. */
const decides = ({ mode }: Rule): boolean => mode !== 'report';

/** Each rule is compared with each one before it: with more than these, not any more. */
const MOST_COMPARED = 300;

function lintReach(scope: Scope, find: Find): void {
  if (scope.allow.length + scope.deny.length > MOST_COMPARED) return;
  const read = (list: 'allow' | 'deny') => scope[list].map((rule) => readRule(rule));
  const rules = { allow: read('allow'), deny: read('deny') };
  for (const list of LISTS) {
    rules[list].forEach((rule, index) => {
      const first = decides(rule.rule) ? coverOf(rule, { list, index }, rules) : null;
      if (first === null) return;
      const what = list === 'allow' && first.startsWith('deny') ? 'refuses' : 'matches';
      find([list, index], 'unreachable-rule', `${first} ${what} whatever this rule would match`);
    });
  }
}

interface Position {
  readonly list: 'allow' | 'deny';
  readonly index: number;
}

/** The first rule that leaves nothing to this one: an earlier one of its list, or any that denies. */
function coverOf(
  rule: ReadRule,
  { list, index }: Position,
  rules: Readonly<Record<'allow' | 'deny', readonly ReadRule[]>>,
): string | null {
  for (const other of LISTS) {
    const counted = other === list ? rules[other].slice(0, index) : other === 'deny' ? rules.deny : [];
    const at = counted.findIndex((earlier) => decides(earlier.rule) && covers(earlier, other, rule));
    if (at !== -1) return formatField([other, at]);
  }
  return null;
}

/** `claims.scopes` is a list: that every one of none is named says nothing. */
const namesScope = ({ key, quantifier }: Test): boolean =>
  key === 'claims.scope' || (key === 'claims.scopes' && quantifier === 'ForAnyValue');

function lintOpenness(rule: Rule, tests: RuleTests, path: FieldPath, find: Find): void {
  const connections = rule.connections ?? [];
  const others = connections.filter((name) => name !== 'broker');
  const isTested = tests.own.length + tests.actor.length > 0;
  if (others.length > 0 && !isTested) {
    const message = `whoever has a proof of ${others.join(' or ')} matches: the rule has no when`;
    find(path, 'rule-without-when', message);
  }
  const pinned = [...tests.own, ...tests.actor].some(
    (test) => namesScope(test) && isPositiveText(test) && !test.ifExists && !test.values.includes('*'),
  );
  if (connections.includes('broker') && !pinned) {
    const message = 'a broker token of any scope matches: the rule pins no claims.scope';
    find(path, 'unscoped-broker-token', message, 'add "ForAnyValue:StringEquals": { claims.scopes: … } to its when');
  }
}
