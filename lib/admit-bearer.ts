import { type BrokerToken, verifyBrokerToken } from './identity/broker-token/verify-broker-token.ts';
import { parseJwt } from './identity/oidc/jwt.ts';
import type { DpopProof, ProvenKey } from './identity/principal.ts';
import { claimOnce } from './issuance/single-use.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Clock } from './ports/host.ts';
import type { OwnKeys } from './ports/keys.ts';
import type { Replays } from './ports/replays.ts';
import type { Revocations } from './ports/revocations.ts';
import { type EpochSeconds, toEpochSeconds } from './time.ts';

/**
 * What it takes to know the bearer of a broker token: nothing that can mint, or write anything but that a key was
 * proven.
 */
export interface BearerPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly replays: Pick<Replays, 'claim'>;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
}

/** A broker token as it came to the broker's own API. Secret. */
export interface PresentedBearer {
  /** Of the request that it came with. */
  readonly requestId: string;
  readonly token: string;
  /** It came as a token that is bound to a key. */
  readonly key?: 'required';
  readonly dpop?: DpopProof;
}

/**
 * Admits the bearer of a broker token for this broker itself with that scope (RFC 6750, RFC 9068 section 4); of a token
 * that is bound to a key only whoever has the key (RFC 9449 section 7), by a proof that is good once (section 11.1): it
 * is claimed where all the rest holds. Throws `Fault('replays')` where that cannot be said.
 */
export async function admitBearer(
  ports: BearerPorts,
  bearer: PresentedBearer,
  scope: string,
  signal: AbortSignal,
): Promise<Outcome<BrokerToken>> {
  const jwt = parseJwt(bearer.token);
  if (!jwt.ok) return jwt;
  const now = toEpochSeconds(ports.clock.now());
  const verified = await verifyBrokerToken(jwt.value, { ...ports, now, signal });
  if (!verified.ok) return verified;
  if (verified.value.audience !== ports.issuer) return refuse('audience_mismatch');
  const key = await checkKey(ports.issuer, bearer, verified.value.boundTo, now);
  if (!key.ok) return key;
  if (!verified.value.scopes.includes(scope)) return refuse('insufficient_scope');
  if (key.value === null) return verified;
  const claimed = await claimOnce(ports.replays, key.value.reuse, bearer.requestId, signal);
  return claimed ? verified : refuse('dpop_proof_replayed');
}

async function checkKey(
  issuer: string,
  { key, dpop }: PresentedBearer,
  boundTo: string | null,
  now: EpochSeconds,
): Promise<Outcome<ProvenKey | null>> {
  if (boundTo === null) return key === undefined ? accept(null) : refuse('dpop_key_mismatch');
  if (dpop === undefined) return refuse('dpop_proof_missing');
  // On the way of no request with a plain token.
  const { verifyDpop } = await import('./identity/dpop/verify-dpop.ts');
  const proven = await verifyDpop(dpop, issuer, now);
  if (!proven.ok) return proven;
  return proven.value.thumbprint === boundTo ? proven : refuse('dpop_key_mismatch');
}
