import type { Rule } from '../configuration/documents/rules.ts';
import type { Check } from './decision.ts';
import type { DecisionInput } from './lookup.ts';

/**
 * Whether an `allow` rule is about this subject and actor. `connection` is where the subject comes from; `client` alone
 * is the subject itself; both named, both hold. Without `actor` there must be none, except that a client which the rule
 * names beside the connection may present the subject's token.
 */
export function allowSelects(rule: Rule, input: DecisionInput): boolean {
  return selectsSubject(rule, input) && (rule.actor === null ? selectsNoActor(rule, input) : selectsActor(rule, input));
}

/**
 * What keeps an `allow` rule from a subject that it is for: it wants somebody who acts and there is nobody, or another;
 * or it wants nobody and there is one. null: it is for another subject, or nothing of the actor keeps it.
 */
export function missedActor(rule: Rule, input: DecisionInput): Check | null {
  if (!selectsSubject(rule, input) || allowSelects(rule, input)) return null;
  if (rule.actor === null) return { operator: 'NoActor', key: 'actor', held: false, missed: 'different' };
  return { operator: 'Actor', key: 'actor', held: false, missed: input.actor === null ? 'absent' : 'different' };
}

/**
 * Whether a `deny` rule is about this request. It errs toward matching: `client` is any client with a part in it, as
 * subject, as presenter or as actor, and without `actor` it matters not who acts.
 */
export function denySelects({ connections, clients, actor }: Rule, input: DecisionInput): boolean {
  const { source } = input.principal;
  if (connections !== null && !(source.kind === 'connection' && connections.includes(source.name))) return false;
  const present = [source.kind === 'client' ? source.name : null, input.actor?.client, ...presenters(input)];
  if (clients !== null && !present.some((name) => includes(clients, name))) return false;
  if (actor === null) return true;
  if (input.actor === null) return false;
  const { connections: actsFrom, clients: actsAs } = actor;
  if (actsFrom !== null && !includes(actsFrom, input.actor.connection)) return false;
  const acting = [input.actor.client, ...presenters(input)];
  return actsAs === null || acting.some((name) => includes(actsAs, name));
}

function selectsSubject({ connections, clients }: Rule, { principal: { source }, client }: DecisionInput): boolean {
  if (connections === null) return clients !== null && source.kind === 'client' && clients.includes(source.name);
  if (source.kind !== 'connection' || !connections.includes(source.name)) return false;
  return clients === null || includes(clients, client?.client);
}

/** A client that the rule names presents the subject's own token: one in which nobody else has acted. */
function selectsNoActor({ connections, clients }: Rule, { actor, principal }: DecisionInput): boolean {
  if (actor === null) return true;
  if (actor.via !== 'client' || connections === null || clients === null) return false;
  const acted = [actor, ...(principal.lineage?.actors ?? [])];
  return includes(clients, actor.client) && acted.every(({ client }) => client === actor.client);
}

/**
 * As for the subject: `client` alone is the actor itself, beside `connection` the client that presents the actor's
 * token.
 */
function selectsActor({ actor: selector }: Rule, { actor, client }: DecisionInput): boolean {
  if (selector === null || actor === null) return false;
  const { connections, clients } = selector;
  if (connections === null) return clients !== null && includes(clients, actor.client);
  return includes(connections, actor.connection) && (clients === null || includes(clients, client?.client));
}

/** Every client that authenticated for this request, here or on the way to the broker tokens that it brings. */
const presenters = ({ client, actor, principal }: DecisionInput): readonly (string | undefined)[] => [
  client?.client,
  ...(principal.lineage?.presenters ?? []),
  ...(actor?.lineage?.presenters ?? []),
];

const includes = (names: readonly string[], name: string | null | undefined): boolean =>
  name !== null && name !== undefined && names.includes(name);
