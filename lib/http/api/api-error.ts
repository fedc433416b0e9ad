import type { RefusalClass } from '../../refusals/kinds.ts';
import { credentialsError } from '../credentials/credentials-error.ts';
import { classOf } from '../describe-refusal.ts';
import type { RefusalRenderer } from '../route.ts';

/** RFC 6750 section 3.1: the classes of refusal that a bearer of a token is told by the challenge. */
const CHALLENGES: Readonly<Partial<Record<RefusalClass, string>>> = {
  proof: 'error="invalid_token"',
  'expired-proof': 'error="invalid_token"',
  scope: 'error="insufficient_scope", scope="broker:issuances:read"',
};

/**
 * Errors of the broker's own API to the bearer of a token. Who brought none is told the scheme alone (RFC 6750 section
 * 3.1).
 */
export const apiError: RefusalRenderer = (refusal, requestId, headers) => {
  const told = refusal.reason === 'proof_missing' ? undefined : CHALLENGES[classOf(refusal)];
  const challenge = told === undefined ? {} : { 'www-authenticate': `Bearer realm="token-broker", ${told}` };
  return credentialsError(refusal, requestId, { ...headers, ...challenge });
};
