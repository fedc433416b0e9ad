/** Which revocations something falls under: whose it is, who acts in it, through whom it came, and for what scope. */

import type { BrokerToken } from '../identity/broker-token/verify-broker-token.ts';
import { actorsOf, identityOf } from '../identity/principal.ts';
import type { Authenticated } from '../issuance/authenticate.ts';
import { clientsOf, scopesOf } from '../ledger/filter.ts';
import { actorsIn } from '../ledger/parties.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { type Marks, markOf } from './revocation.ts';

/** Of a request: who is there, whoever stands behind a broker token among them, and the scopes asked for. */
export function marksOfRequest(
  { principal, actor, client, through = [] }: Authenticated,
  scopes: readonly string[],
): Marks {
  const { source, subject } = principal;
  const before = [principal.lineage, actor?.lineage ?? null].filter((each) => each !== null);
  const clients = [...through, ...before.flatMap((each) => [...each.presenters, ...(each.through ?? [])])];
  return [
    ...marksOfIdentity(source.kind === 'client' ? `client:${source.name}` : `${source.name}:${subject}`),
    ...actorsOf({ principal, actor }).flatMap((each) => marksOfActor(identityOf(each))),
    ...(client === null ? [] : [markOf('client', client.client)]),
    ...clients.map((name) => markOf('client', name)),
    ...scopes.map((scope) => markOf('scope', scope)),
  ];
}

/** Of a broker token, with those of the tokens that it came of. */
export function marksOfToken(
  token: Pick<
    BrokerToken,
    'subject' | 'act' | 'clientId' | 'tokenId' | 'parents' | 'scopes' | 'presenters' | 'through' | 'scopesBefore'
  >,
): Marks {
  return [
    ...[token.tokenId, ...token.parents].map((id) => markOf('issuance', id)),
    ...marksOfIdentity(token.subject),
    ...actorsIn(token.act).flatMap(marksOfActor),
    ...[token.clientId, ...token.presenters, ...token.through].map((name) => markOf('client', name)),
    ...[...token.scopes, ...token.scopesBefore].map((scope) => markOf('scope', scope)),
  ];
}

/** Of an issuance as it was recorded. */
export function marksOfRecord(record: IssuanceRecord): Marks {
  const { connection, client, subject, actor, lineage } = record;
  const cameOf = [record.proof, ...(actor === null ? [] : [actor.proof])].filter(({ kind }) => kind === 'broker');
  return [
    ...[record.id, ...cameOf.map(({ tokenId }) => tokenId ?? ''), ...(lineage?.issuances ?? [])].map((id) =>
      markOf('issuance', id),
    ),
    ...marksOfIdentity(connection === null ? `client:${client ?? subject}` : `${connection}:${subject}`),
    ...(actor === null ? [] : marksOfActor(identityOf(actor))),
    ...[record.claims, actor?.claims ?? {}].flatMap((claims) => actorsIn(claims['act'])).flatMap(marksOfActor),
    ...clientsOf(record).map((name) => markOf('client', name)),
    ...[...scopesOf(record), ...(lineage?.scopes ?? [])].map((scope) => markOf('scope', scope)),
  ];
}

function marksOfIdentity(identity: string): Marks {
  const colon = identity.indexOf(':');
  const [source, subject] = [identity.slice(0, colon), identity.slice(colon + 1)];
  const through = source === 'client' ? markOf('client', subject) : markOf('connection', source);
  return [markOf('principal', identity), through];
}

/** Whoever is revoked as a principal is so too where it acts. */
const marksOfActor = (identity: string): Marks => [markOf('actor', identity), ...marksOfIdentity(identity)];
