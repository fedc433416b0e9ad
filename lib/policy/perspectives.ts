import type { Actor, AuthenticatedClient, Principal } from '../identity/principal.ts';
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

/**
 * The request as a `deny` rule sees it: besides, as one of each that acted or authenticated before, because a chain
 * hides nobody.
 */
export function denyPerspectives(input: DecisionInput): readonly DecisionInput[] {
  const { principal, actor, client } = input;
  const before = [...(actor?.lineage?.actors ?? []), ...(principal.lineage?.actors ?? [])];
  const actors = actor === null ? [] : [...actorViews(actor), ...before.filter((each) => each !== actor)];
  const clients = [client, ...clientsBefore(input, before)];
  return perspectives(input, actors).flatMap((view) => clients.map((each) => ({ ...view, client: each })));
}

/** Those that authenticated on the way to the broker tokens, acting or not: their names are all that is left. */
function clientsBefore(
  { principal, actor, client }: DecisionInput,
  before: readonly Actor[],
): readonly AuthenticatedClient[] {
  const presenters = [...(principal.lineage?.presenters ?? []), ...(actor?.lineage?.presenters ?? [])];
  const acted = before.flatMap((each) => (each.client === null ? [] : [each.client]));
  const names = new Set([...presenters, ...acted].filter((name) => name !== client?.client));
  const claims = { values: new Map(), unavailable: new Map(), otherwise: 'claim_withheld' } as const;
  return [...names].map((name) => ({ client: name, claims, proof: principal.proof, reuse: null }));
}

function perspectives(input: DecisionInput, actors: readonly Actor[]): readonly DecisionInput[] {
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
