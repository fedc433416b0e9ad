import { type BrokerToken, verifyBrokerToken } from './identity/broker-token/verify-broker-token.ts';
import { type ClientPorts, readClient } from './identity/client/registered-client.ts';
import { verifyClient } from './identity/client/verify-client.ts';
import { parseJwt } from './identity/oidc/jwt.ts';
import type { AuthenticatedClient, ClientProof } from './identity/principal.ts';
import { claimOnce } from './issuance/single-use.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Configurations } from './ports/configuration.ts';
import type { OwnKeys } from './ports/keys.ts';
import type { Replays } from './ports/replays.ts';
import type { Revocations } from './ports/revocations.ts';
import { isSameResource } from './resource-indicator.ts';
import { toEpochSeconds } from './time.ts';

/** What introspection and revocation ask of the world. Neither reads the ledger nor can mint. */
export interface TokenStatusPorts extends ClientPorts {
  readonly configurations: Configurations;
  readonly replays: Replays;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
}

/** A question about a token, by a client that authenticates. */
export interface TokenQuestion {
  readonly client: ClientProof;
  readonly token: string;
  readonly requestId: string;
  readonly sourceIp: string;
}

/**
 * What a token is worth to this client (RFC 7662 section 2): the token, or null where it is not active or not the
 * client's business. A client may ask about tokens issued to it, about those that were sent to it as an audience, and
 * about those for the audiences in `introspects`.
 */
export async function introspect(
  ports: TokenStatusPorts,
  request: TokenQuestion,
  signal: AbortSignal,
): Promise<Outcome<BrokerToken | null>> {
  const caller = await authenticateCaller(ports, request, signal);
  if (!caller.ok) return caller;
  const found = await readToken(ports, request.token, signal);
  if (!found.ok) return accept(null);
  const { client, introspects } = caller.value;
  const { clientId, audience } = found.value;
  const isFor = [...introspects, ...(client.audiences ?? [])].some((each) => isSameResource(each, audience));
  return accept(clientId === client.client || isFor ? found.value : null);
}

/**
 * Revokes a token of this client's (RFC 7009 section 2), and with it every broker token that came of it. A token that
 * is none, is over or is revoked already needs nothing; one that was issued to another client is refused.
 */
export async function revoke(
  ports: TokenStatusPorts,
  request: TokenQuestion,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const caller = await authenticateCaller(ports, request, signal);
  if (!caller.ok) return caller;
  const found = await readToken(ports, request.token, signal);
  if (!found.ok) return accept(null);
  if (found.value.clientId !== caller.value.client.client) return refuse('token_of_another_client');
  await ports.revocations.revoke(found.value.tokenId, found.value.expires, signal);
  return accept(null);
}

interface Caller {
  readonly client: AuthenticatedClient;
  readonly introspects: readonly string[];
}

async function authenticateCaller(
  ports: TokenStatusPorts,
  { client: proof, requestId, sourceIp }: TokenQuestion,
  signal: AbortSignal,
): Promise<Outcome<Caller>> {
  const configuration = await ports.configurations.current(signal);
  const now = toEpochSeconds(ports.clock.now());
  const client = await verifyClient(proof, 'refuse', { ...ports, configuration, sourceIp, now, signal });
  if (!client.ok) return client;
  const claimed = await claimOnce(ports.replays, client.value.reuse, requestId, signal);
  if (!claimed) return refuse('client_assertion_replayed');
  const registered = await readClient(client.value.client, configuration, signal);
  return accept({ client: client.value, introspects: registered?.introspects ?? [] });
}

async function readToken(ports: TokenStatusPorts, token: string, signal: AbortSignal): Promise<Outcome<BrokerToken>> {
  const jwt = parseJwt(token);
  if (!jwt.ok) return jwt;
  const { issuer, ownKeys, revocations } = ports;
  const now = toEpochSeconds(ports.clock.now());
  return verifyBrokerToken(jwt.value, { issuer, ownKeys, revocations, now, signal });
}
