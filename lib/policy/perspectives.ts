import type { Actor, Principal } from '../identity/principal.ts';
import type { DecisionInput } from './lookup.ts';

/** The connection that every broker token comes from, whoever its origin is. */
const BROKER = 'broker';

/**
 * The request as an `allow` rule may see it. One that brings a broker token is seen as the origin's own, and as the
 * token's: a rule that names the one does not see the other's claims.
 */
export function allowPerspectives(input: DecisionInput): readonly DecisionInput[] {
  return perspectives(input, input.actor === null ? [] : actorViews(input.actor));
}

/** The request as a `deny` rule sees it: besides, as one of each that acted before, because a chain hides nobody. */
export function denyPerspectives(input: DecisionInput): readonly DecisionInput[] {
  const { principal, actor } = input;
  if (actor === null) return perspectives(input, []);
  const before = [...(actor.lineage?.actors ?? []), ...(principal.lineage?.actors ?? [])];
  return perspectives(input, [...actorViews(actor), ...before.filter((each) => each !== actor)]);
}

function perspectives(input: DecisionInput, actors: readonly Actor[]): readonly DecisionInput[] {
  const { lineage } = input.principal;
  if (lineage === null && actors.length < 2) return [input];
  const principals = subjectViews(input.principal);
  if (actors.length === 0) return principals.map((principal) => ({ ...input, principal }));
  return principals.flatMap((principal) => actors.map((actor) => ({ ...input, principal, actor })));
}

function subjectViews(principal: Principal): readonly Principal[] {
  const { lineage } = principal;
  if (lineage === null) return [principal];
  const { subject, claims } = lineage.token;
  return [principal, { ...principal, source: { kind: 'connection', name: BROKER }, subject, claims }];
}

/** An actor by `actor_token`, that being a broker token, too is its origin and the token. */
export function actorViews(actor: Actor): readonly Actor[] {
  const { lineage } = actor;
  if (lineage === null) return [actor];
  const { subject, claims } = lineage.token;
  return [actor, { ...actor, connection: BROKER, client: null, subject, claims, lineage: null }];
}
