import type { RefusalClass } from '../../refusals/kinds.ts';
import { credentialsError } from '../credentials/credentials-error.ts';
import { classOf } from '../describe-refusal.ts';
import type { RefusalRenderer } from '../route.ts';

/** RFC 6750 section 3.1: the classes of refusal that a bearer of a token is told by the challenge. */
const challengesOf = (scope: string): Readonly<Partial<Record<RefusalClass, string>>> => ({
  proof: 'error="invalid_token"',
  'expired-proof': 'error="invalid_token"',
  scope: `error="insufficient_scope", scope="${scope}"`,
});

/**
 * Errors of the broker's own API to the bearer of a token, who needs that built-in scope. Who brought none is told the
 * scheme alone (RFC 6750 section 3.1).
 */
export function apiErrorOf(scope: string): RefusalRenderer {
  const challenges = challengesOf(scope);
  return (refusal, requestId, headers) => {
    const told = refusal.reason === 'proof_missing' ? undefined : challenges[classOf(refusal)];
    const challenge = told === undefined ? {} : { 'www-authenticate': `Bearer realm="token-broker", ${told}` };
    return credentialsError(refusal, requestId, { ...headers, ...challenge });
  };
}

export const apiError: RefusalRenderer = apiErrorOf('broker:issuances:read');
