import { createHash } from 'node:crypto';
import { type Actor, type Claims, issuerOf, type Principal } from '../identity/principal.ts';
import type { ApprovalNeed } from '../issuance/approval-need.ts';
import type { Authenticated } from '../issuance/authenticate.ts';
import type { JsonValue } from '../json.ts';
import type { PartyRecord } from '../ledger/record.ts';

/** Everybody who has a part in a request. */
export interface Parties {
  readonly subject: PartyRecord;
  readonly actors: readonly PartyRecord[];
  readonly clients: readonly string[];
  readonly persons: readonly string[];
  /** Connections of those of whom a claim that names a person is withheld. */
  readonly withheld: readonly string[];
}

export const partyOf = ({ source, subject, name }: Pick<Principal, 'source' | 'subject' | 'name'>): PartyRecord => ({
  connection: source.kind === 'connection' ? source.name : null,
  client: source.kind === 'client' ? source.name : null,
  subject,
  principal: name,
});

const actorParty = ({ connection, client, subject, name }: Actor): PartyRecord => ({
  ...{ connection, client, subject },
  principal: name,
});

/**
 * The subject, everybody who acts or acted before, and every client on the way. `personClaims` name one person at every
 * connection: their values are kept as digests. Only of those that a scope names itself does it count that they are
 * withheld.
 */
export function partiesOf(
  { principal, actor, client }: Authenticated,
  { personClaims, namedClaims }: Pick<ApprovalNeed, 'personClaims' | 'namedClaims'>,
): Parties {
  const before = [...(actor?.lineage?.actors ?? []), ...(principal.lineage?.actors ?? [])];
  const actors = [...(actor === null ? [] : [actor]), ...before.filter((each) => each !== actor)];
  const presenters = [...(principal.lineage?.presenters ?? []), ...(actor?.lineage?.presenters ?? [])];
  const subject = partyOf(principal);
  const parties = [subject, ...actors.map(actorParty)];
  const clients = [client?.client, ...presenters, ...parties.map((party) => party.client)];
  const people: readonly (readonly [Claims, string | null])[] = [
    [principal.claims, subject.connection],
    ...actors.map((each) => [each.claims, each.connection] as const),
  ];
  const names = [
    ...providersName(subject, issuerOf(principal)),
    // Of whom `act` names nobody knows the issuer.
    ...actors.flatMap((each) => (each.via === 'act' ? [] : providersName(actorParty(each), issuerOf(each)))),
  ];
  return {
    subject,
    actors: actors.map(actorParty),
    clients: [...new Set(clients.filter((name) => typeof name === 'string'))],
    persons: [...new Set([...people.flatMap(([claims]) => personDigests(claims, personClaims)), ...names])],
    withheld: [
      ...new Set(people.flatMap(([claims, at]) => (at !== null && isWithheld(claims, namedClaims) ? [at] : []))),
    ],
  };
}

/** A name without what tells no two people apart: the case of letters, the forms that Unicode has, outer blanks. */
export const foldedName = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** Of folded values. */
export const personDigests = ({ values }: Claims, names: readonly string[]): readonly string[] =>
  names.flatMap((name) => textsOf(values.get(name)).map((text) => digest(`${name}\0${foldedName(text)}`)));

/**
 * The digest of one name of one identity provider, which is one person at whichever of its connections. None of a
 * client, nor where nobody knows the issuer.
 */
export const providersName = ({ connection, subject }: PartyRecord, issuer: string | null): readonly string[] =>
  connection === null || issuer === null ? [] : [digest(JSON.stringify([issuer, foldedName(subject)]))];

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  [value ?? []].flat().flatMap((each) => (typeof each === 'string' || typeof each === 'number' ? [String(each)] : []));

const isWithheld = ({ values, unavailable, otherwise }: Claims, names: readonly string[]): boolean =>
  names.some((name) => !values.has(name) && (otherwise !== undefined || unavailable.has(name)));
