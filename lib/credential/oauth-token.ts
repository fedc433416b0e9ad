import { createHash } from 'node:crypto';
import type { DownstreamRequest } from '../downstream/downstream-request.ts';
import type { DownstreamTokens, HandOut } from '../downstream/tokens.ts';
import { TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { END_OF_TIME } from '../time.ts';
import type { Granter, Minted } from './grant.ts';
import { downstreamRequest } from './oauth-token-request.ts';

/** Loaded when first needed: nothing else pays for what speaks to other servers. */
export type LoadDownstreamTokens = () => Promise<DownstreamTokens>;

/**
 * Grants of the type `oauth-token`: a token of somebody else's authorization server, who alone says how long it lives.
 * What is kept for the very same request is handed out without asking, as an issuance of its own; else `started` is
 * recorded and the server asked. Refused before that: `duration_out_of_range` (any duration: nothing of the broker's
 * can set it), `template_value`, `proof_type_unsupported` (a proof that cannot be forwarded). Refused after it: the
 * reasons of `lib/refusals/downstream.ts`, and `proof_ends_too_soon` for a token that would outlive the broker token
 * that asks for it.
 */
export const oauthTokenGranter = (load: LoadDownstreamTokens): Granter<'oauth-token'> => ({
  prepare: (granted, input) => {
    const request = downstreamRequest(granted, input);
    if (!request.ok) return request;
    return accept({
      planned: {
        // Only the server knows; until it says, there is no end.
        expires: END_OF_TIME,
        tokenEndpoint: request.value.grant.tokenEndpoint,
        audience: targetOf(request.value),
        downstreamScope: request.value.scope,
      },
      bound: () => ({
        tokenEndpoint: request.value.grant.tokenEndpoint,
        audience: targetOf(request.value),
        scope: request.value.scope,
        subject: request.value.subject,
      }),
      atHand: async (signal) => {
        const tokens = await load().catch(() => undefined);
        const handOut = (await tokens?.atHand(request.value, signal)) ?? null;
        return handOut === null ? null : minted(request.value, handOut);
      },
      mint: async (signal) => {
        const handOut = await (await load()).get(request.value, signal);
        return handOut.ok ? minted(request.value, handOut.value) : handOut;
      },
    });
  },
});

/** Whom the token is for. An ID-JAG's audience is the server that issues it. */
const targetOf = ({ audience, grant }: DownstreamRequest): string | null =>
  grant.provider === 'id-jag' ? (grant.resource ?? audience) : (audience ?? grant.resource);

function minted(request: DownstreamRequest, { token, cached }: HandOut): Outcome<Minted> {
  const { endsBy, grant } = request;
  if (endsBy !== null && (token.expires > endsBy || token.expiresAssumed)) {
    const detail = 'The token of the other authorization server would outlive the broker token that asks for it.';
    return refuse('proof_ends_too_soon', { detail });
  }
  const { expires, tokenType, issuedTokenType, repositories, secretVersion, idJag } = token;
  return accept({
    credential: {
      expires,
      tokenEndpoint: grant.tokenEndpoint,
      audience: targetOf(request),
      downstreamScope: token.scope ?? request.scope,
      tokenType,
      ...(issuedTokenType === null ? {} : { issuedTokenType }),
      ...(token.expiresAssumed ? { expiresAssumed: true } : {}),
      ...(repositories === null ? {} : { repositories }),
      ...(idJag === undefined ? {} : { idJag }),
      tokenSha256: createHash('sha256').update(token.token).digest('hex'),
      secretVersion,
      cached,
    },
    secret: {
      kind: 'token',
      token: token.token,
      tokenType,
      issuedTokenType: issuedTokenType ?? TOKEN_TYPE.access_token,
      expires,
      // The caller asked for this broker's scope and got it; what the other server calls it is in the record.
      scope: null,
    },
  });
}
