import type { KeyObject } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import type { BrokerTokenContext } from '../../../lib/identity/broker-token/verify-broker-token.ts';
import { type ParsedJwt, parseJwt } from '../../../lib/identity/oidc/jwt.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { memoryRevocations } from '../../aws/dynamodb/memory-state.ts';
import { NOW_SECONDS } from '../../fakes/world.ts';

export const ISSUER = 'https://broker.example.com';
export const ID = 'iss_01KAJ0000000000000000000ZZ';

/** What a token says that is a proof here: what it came of, and who its origin is. */
export const LINEAGE = { parents: [], exchanges: 0, principal: 'The bot', issuer: null };

/** What this broker signs for `client:nightly-bot`, with these claims in place of its own; undefined takes one away. */
export async function brokerToken(
  key: CryptoKey | KeyObject,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const all = {
    ...{ iss: ISSUER, sub: 'client:nightly-bot', aud: ISSUER, client_id: 'nightly-bot', scope: 'chain', jti: ID },
    ...{ iat: NOW_SECONDS, nbf: NOW_SECONDS, exp: NOW_SECONDS + 600, token_broker: LINEAGE },
    ...claims,
  };
  const defined = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(defined).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header }).sign(key);
}

export function parsed(text: string): ParsedJwt {
  const jwt = parseJwt(text);
  if (!jwt.ok) throw new TypeError('the token does not parse');
  return jwt.value;
}

export const contextOf = (keys: readonly JsonObject[], more: Partial<BrokerTokenContext> = {}): BrokerTokenContext => ({
  issuer: ISSUER,
  ownKeys: {
    all: async () => keys,
    find: async (kid) => keys.filter((key) => kid === undefined || key['kid'] === kid),
  },
  revocations: memoryRevocations(),
  now: NOW_SECONDS,
  signal: new AbortController().signal,
  ...more,
});
