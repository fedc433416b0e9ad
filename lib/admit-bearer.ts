import { type BrokerToken, verifyBrokerToken } from './identity/broker-token/verify-broker-token.ts';
import { parseJwt } from './identity/oidc/jwt.ts';
import { type Outcome, refuse } from './outcome.ts';
import type { Clock, OwnKeys, Revocations } from './ports.ts';
import { toEpochSeconds } from './time.ts';

/** What it takes to know the bearer of a broker token: nothing that can mint or write. */
export interface BearerPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
}

/** Admits the bearer of a broker token for this broker itself with that scope (RFC 6750, RFC 9068 section 4). */
export async function admitBearer(
  ports: BearerPorts,
  token: string,
  scope: string,
  signal: AbortSignal,
): Promise<Outcome<BrokerToken>> {
  const jwt = parseJwt(token);
  if (!jwt.ok) return jwt;
  const now = toEpochSeconds(ports.clock.now());
  const verified = await verifyBrokerToken(jwt.value, { ...ports, now, signal });
  if (!verified.ok) return verified;
  if (verified.value.audience !== ports.issuer) return refuse('audience_mismatch');
  return verified.value.scopes.includes(scope) ? verified : refuse('insufficient_scope');
}
