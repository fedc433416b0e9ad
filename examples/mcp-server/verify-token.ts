/** The MCP server's own look at what it is sent (RFC 9068 section 4): it takes tokens for itself, and no others. */
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';

/** What the server reads of a broker token. `cnf`: it is bound to a key (RFC 9449). */
const Claims = z.object({
  aud: z.string(),
  exp: z.number(),
  client_id: z.string(),
  scope: z.string(),
  home: z.string().optional(),
  cnf: z.unknown().optional(),
});

/** STS makes no session of less than 15 minutes, and the broker none that outlives the token. */
const LEAST_SECONDS = 15 * 60 + 30;

/** Takes tokens that the broker `issuer` signed for `resource`; keys are fetched once and kept. */
export function tokenVerifier(issuer: string, resource: string, now: () => Date): OAuthTokenVerifier {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
  const options = { issuer, audience: resource, typ: 'at+jwt', algorithms: ['ES256'] };
  return {
    async verifyAccessToken(token): Promise<AuthInfo> {
      const { payload } = await jwtVerify(token, keys, options).catch(invalid);
      const claims = Claims.safeParse(payload);
      if (!claims.success || claims.data.aud !== resource) throw new InvalidTokenError('Not a token for this server');
      const { exp, client_id: clientId, scope, home, cnf } = claims.data;
      // Nothing without a proof of its key, and the broker would ask for one that this server cannot make.
      if (cnf !== undefined) throw new InvalidTokenError('The token is bound to a key');
      if (exp - now().getTime() / 1000 < LEAST_SECONDS) throw new InvalidTokenError('The token ends too soon');
      return {
        token,
        clientId,
        scopes: scope.split(' '),
        expiresAt: exp,
        resource: new URL(resource),
        extra: { home },
      };
    },
  };
}

/** What the token is to blame for is 401 with a challenge; that keys could not be had is the server's own 500. */
function invalid(error: unknown): never {
  if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
  throw new InvalidTokenError(error instanceof errors.JWTExpired ? 'The token has expired' : 'The token is not good');
}
