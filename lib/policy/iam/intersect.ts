import type { JsonObject } from '../../json.ts';
import type { Named, PolicyDocument, Statement } from './document.ts';
import { Effort, Inexpressible } from './inexpressible.ts';
import { coversByPattern, intersectResources, intersectTokens, withoutCovered } from './intersect-patterns.ts';
import { joinConditions } from './join-conditions.ts';
import { covers, overlaps, type Tokens } from './pattern.ts';
import { overlapsResource, type ResourcePattern, withAnyVariable } from './resource.ts';
import { writeStatement } from './write.ts';

/** What one intersection may look at: policies of 2 KB need a hundredth of it, and all of it takes some 50 ms. */
const MOST_STEPS = 500_000;

const NOTHING: JsonObject = { Effect: 'Deny', Action: '*', Resource: '*' };

/**
 * One policy that allows exactly what both allow. Allow statements meet pairwise (actions, resources, conditions),
 * every Deny of either stands; where nothing is left it denies everything. Smaller by construction: a pair's statement
 * names what is in both, or it throws `Inexpressible`, as where `NotAction` takes a part out of an action pattern.
 */
export function intersectPolicies(a: PolicyDocument, b: PolicyDocument): JsonObject {
  const effort = new Effort(MOST_STEPS);
  const of = (document: PolicyDocument, effect: Statement['effect']) =>
    document.statements.filter((statement) => statement.effect === effect);
  const others = of(b, 'Allow');
  const met = of(a, 'Allow').flatMap((one) => others.flatMap((other) => intersectStatements(one, other, effort)));
  const allowed = distinct(met.map(writeStatement));
  if (allowed.length === 0) return { Version: '2012-10-17', Statement: [NOTHING] };
  const denied = distinct([...of(a, 'Deny'), ...of(b, 'Deny')].map(writeStatement));
  return { Version: '2012-10-17', Statement: [...allowed, ...denied] };
}

const distinct = (statements: readonly JsonObject[]): readonly JsonObject[] => [
  ...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values(),
];

/** None where they have nothing in common. */
function intersectStatements(a: Statement, b: Statement, effort: Effort): readonly Statement[] {
  const actions = intersectNamed(a.actions, b.actions, actionSets, effort);
  const resources = actions === null ? null : intersectNamed(a.resources, b.resources, resourceSets, effort);
  if (actions === null || resources === null) return [];
  const conditions = joinConditions(a.conditions, b.conditions, effort);
  return conditions === null ? [] : [{ effect: 'Allow', actions, resources, conditions }];
}

/** How patterns of one kind are as sets. */
interface Sets<T> {
  meet(a: T, b: T, effort: Effort): readonly T[];
  covers(wide: T, narrow: T): boolean;
  overlap(a: T, b: T): boolean;
  size(pattern: T): number;
}

const actionSets: Sets<Tokens> = {
  meet: (a, b, effort) => intersectTokens(a, b, 'folded', effort),
  covers: (wide, narrow) => covers(wide, narrow, 'folded'),
  overlap: (a, b) => overlaps(a, b, 'folded'),
  size: (tokens) => tokens.length,
};
const resourceSets: Sets<ResourcePattern> = {
  meet: intersectResources,
  covers: coversByPattern,
  overlap: (a, b) => overlapsResource(withAnyVariable(a), withAnyVariable(b)),
  size: (pattern) => (pattern.kind === 'any' ? 1 : pattern.parts.reduce((sum, part) => sum + part.length, 0)),
};

/** null where nothing is named by both. */
function intersectNamed<T>(a: Named<T>, b: Named<T>, sets: Sets<T>, effort: Effort): Named<T> | null {
  if (a.kind === 'except' && b.kind === 'except') return { ...a, patterns: [...a.patterns, ...b.patterns] };
  if (a.kind === 'only' && b.kind === 'only') {
    const met = a.patterns.flatMap((one) => b.patterns.flatMap((other) => sets.meet(one, other, effort)));
    return only(met, sets, effort);
  }
  const [named, taken] = a.kind === 'only' ? [a, b] : [b, a];
  return only(
    named.patterns.filter((pattern) => !isTaken(pattern, taken.patterns, sets, effort)),
    sets,
    effort,
  );
}

function only<T>(patterns: readonly T[], sets: Sets<T>, effort: Effort): Named<T> | null {
  effort.spend(patterns.reduce((sum, pattern) => sum + sets.size(pattern), 0) * patterns.length);
  const left = withoutCovered(patterns, sets.covers);
  return left.length === 0 ? null : { kind: 'only', patterns: left };
}

/** Whether all of a pattern is taken out. Where only a part is, no pattern says what is left. */
function isTaken<T>(pattern: T, taken: readonly T[], sets: Sets<T>, effort: Effort): boolean {
  for (const other of taken) {
    effort.spend(sets.size(pattern) * sets.size(other));
    if (sets.covers(other, pattern)) return true;
  }
  if (taken.some((other) => sets.overlap(other, pattern))) {
    throw new Inexpressible('one policy takes out a part of what the other names');
  }
  return false;
}
