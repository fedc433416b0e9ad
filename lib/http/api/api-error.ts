import type { RefusalClass } from '../../refusals/kinds.ts';
import { credentialsError } from '../credentials/credentials-error.ts';
import { classOf } from '../describe-refusal.ts';
import type { RefusalRenderer } from '../route.ts';

/** RFC 6750 section 3.1: the classes of refusal that a bearer of a token is told by the challenge. */
const challengesOf = (scope: string): Readonly<Partial<Record<RefusalClass, string>>> => ({
  proof: 'error="invalid_token"',
  'expired-proof': 'error="invalid_token"',
  // RFC 9449 section 7.1.
  'key-proof': 'error="invalid_dpop_proof"',
  scope: `error="insufficient_scope", scope="${scope}"`,
});

/**
 * Errors of the broker's own API to the bearer of a token, who needs that built-in scope. Who brought none is told the
 * scheme (RFC 6750 section 3.1) and where to read which server gives tokens for it (RFC 9728).
 */
export function apiErrorOf(issuer: string, scope: string): RefusalRenderer {
  const challenges = challengesOf(scope);
  return (refusal, requestId, headers) => {
    const answer = credentialsError(refusal, requestId, headers);
    const told = refusal.reason === 'proof_missing' ? undefined : challenges[classOf(refusal)];
    if (told === undefined && answer.statusCode !== 401) return answer;
    const scheme = classOf(refusal) === 'key-proof' ? 'DPoP' : 'Bearer';
    const parts = ['realm="token-broker"', ...(told === undefined ? [] : [told]), resourceMetadata(issuer)];
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': `${scheme} ${parts.join(', ')}` } };
  };
}

/** RFC 9728 section 5.1. */
const resourceMetadata = (issuer: string): string =>
  `resource_metadata="${issuer}/.well-known/oauth-protected-resource"`;

export const apiError = (issuer: string): RefusalRenderer => apiErrorOf(issuer, 'broker:issuances:read');
