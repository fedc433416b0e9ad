import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { ParsedJwt } from '../oidc/jwt.ts';
import { publicText } from '../oidc/public-text.ts';
import type { DeclaredJwtType, Principal } from '../principal.ts';
import { type BrokerTokenContext, verifyBrokerToken } from './verify-broker-token.ts';

/** At most so many exchanges may follow one another (contract section 3). */
export const MOST_EXCHANGES = 3;

/**
 * The principal that a broker token names when it is a proof here: connection `broker`, its own `sub`. Only a token whose audience is the issuer itself is
 * one, so that a resource server cannot turn a token it was sent into another. `declared` is the caller's `subject_token_type`: an access token is no ID token.
 */
export async function brokerPrincipal(
  jwt: ParsedJwt,
  declared: DeclaredJwtType,
  context: BrokerTokenContext,
): Promise<Outcome<Principal>> {
  const verified = await verifyBrokerToken(jwt, context);
  if (!verified.ok) return verified;
  const token = verified.value;
  if (token.audience !== context.issuer) {
    return refuse('audience_mismatch', {
      detail: `A broker token is a proof here only with the audience ${context.issuer}; it has: ${publicText(token.audience)}.`,
    });
  }
  if (declared === 'id_token') return refuse('type_mismatch', { detail: 'An ID token was declared; typ is at+jwt.' });
  if (token.exchanges >= MOST_EXCHANGES) return refuse('exchange_chain_too_long');
  return accept({
    source: { kind: 'connection', name: 'broker' },
    subject: token.subject,
    name: token.subject,
    claims: { values: new Map(Object.entries(token.claims)), unavailable: new Map() },
    proof: {
      kind: 'broker',
      issuer: context.issuer,
      tokenId: token.tokenId,
      sha256: token.sha256,
      expires: token.expires,
    },
    reuse: null,
    // Who acted before is part of who this is.
    record: ['act'],
    mayAct: token.claims['may_act'],
    lineage: {
      tokenIds: [token.tokenId, ...token.parents],
      exchanges: token.exchanges,
      expires: token.expires,
      act: token.act,
    },
  });
}
