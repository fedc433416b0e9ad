/** What a scope counts, and for whom: in windows of time, and what is alive at once. */
import { actorsOf, identityOf } from '../identity/principal.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { LimitCount } from '../ports/limits.ts';
import type { SlotSet } from '../ports/live-slots.ts';
import type { Authenticated } from './authenticate.ts';

type Who = Pick<Authenticated, 'principal' | 'actor'>;

/** Keyed by identities, never by labels. The order is that in which they are counted. */
export function limitCounts({ scope: { scope, limits } }: CompiledScope, who: Who): readonly LimitCount[] {
  const { perPrincipal, perActor, total } = limits;
  const counts: LimitCount[] = [];
  if (perPrincipal !== null) counts.push({ counter: `principal:${identity(scope, who)}`, ...perPrincipal });
  if (perActor !== undefined) {
    counts.push(...actors(scope, who).map((actor) => ({ counter: `actor:${actor}`, ...perActor })));
  }
  if (total !== null) counts.push({ counter: `total:${JSON.stringify([scope])}`, ...total });
  return counts;
}

/** The same identities as `limitCounts`. */
export function slotSets({ scope: { scope, limits } }: CompiledScope, who: Who): readonly SlotSet[] {
  const { perPrincipal, perActor, total } = limits.live ?? {};
  return [
    ...(perPrincipal === undefined ? [] : [{ set: `principal:${identity(scope, who)}`, slots: perPrincipal }]),
    ...(perActor === undefined ? [] : actors(scope, who).map((actor) => ({ set: `actor:${actor}`, slots: perActor }))),
    ...(total === undefined ? [] : [{ set: `total:${JSON.stringify([scope])}`, slots: total }]),
  ];
}

const FIELDS: Readonly<Record<string, string>> = { principal: 'perPrincipal', actor: 'perActor' };
const MEMBERS = { window: '', live: 'live.' };

/** The limit, as a scope's file names it, that a counter or a set of slots of these is of. */
export function limitOf(name: string, kind: 'window' | 'live'): string {
  return `${MEMBERS[kind]}${FIELDS[name.slice(0, name.indexOf(':'))] ?? 'total'}`;
}

const identity = (scope: string, { principal: { source, subject } }: Who): string =>
  JSON.stringify([scope, source.kind, source.name, subject]);

/** Everybody in the chain, each once: nobody's budget is spared by letting another act in between. */
const actors = (scope: string, who: Who): readonly string[] => [
  ...new Set(actorsOf(who).map((actor) => JSON.stringify([scope, identityOf(actor)]))),
];
