import { verifyBrokerToken } from './identity/broker-token/verify-broker-token.ts';
import { parseJwt } from './identity/oidc/jwt.ts';
import type { JsonObject } from './json.ts';
import { parseSearch, type SearchParameter } from './ledger/filter.ts';
import { toJson } from './ledger/json.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Clock, LedgerQueries, OwnKeys, Revocations } from './ports.ts';
import { toEpochSeconds } from './time.ts';

/** The built-in scope whose tokens read the ledger (contract section 2). */
const READ_SCOPE = 'broker:issuances:read';

/** What the operators' API asks of the world: it can neither mint nor write. */
export interface ReadLedgerPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
  readonly queries: LedgerQueries;
}

/**
 * Admits the bearer of a broker token for this broker itself with the scope `broker:issuances:read` (RFC 6750, RFC 9068
 * section 4).
 */
export async function admitReader(ports: ReadLedgerPorts, token: string, signal: AbortSignal): Promise<Outcome<null>> {
  const jwt = parseJwt(token);
  if (!jwt.ok) return jwt;
  const now = toEpochSeconds(ports.clock.now());
  const verified = await verifyBrokerToken(jwt.value, { ...ports, now, signal });
  if (!verified.ok) return verified;
  if (verified.value.audience !== ports.issuer) return refuse('audience_mismatch');
  return verified.value.scopes.includes(READ_SCOPE) ? accept(null) : refuse('insufficient_scope');
}

/** One page of the ledger, newest first. */
export async function listIssuances(
  { queries }: ReadLedgerPorts,
  parameters: Readonly<Partial<Record<SearchParameter, string>>>,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const search = parseSearch(parameters);
  if (!search.ok) return search;
  const { filter, limit, cursor } = search.value;
  const page = await queries.list(filter, limit, cursor, signal);
  if (!page.ok) return page;
  return accept({ issuances: page.value.issuances.map(toJson), next: page.value.next });
}

/** One record, by its id. */
export async function showIssuance(
  { queries }: ReadLedgerPorts,
  id: string,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const record = await queries.get(id, signal);
  return record === null ? refuse('issuance_unknown') : accept(toJson(record));
}
