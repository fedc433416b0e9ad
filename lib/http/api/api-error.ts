import type { Refusal } from '../../outcome.ts';
import { credentialsError } from '../credentials/credentials-error.ts';
import { classOf } from '../describe-refusal.ts';
import type { HttpAnswer } from '../http-answer.ts';

/** Errors of the broker's own API to the bearer of a token (RFC 6750 section 3.1): the challenge says which code it is. */
export function apiError(refusal: Refusal, requestId: string, headers: Record<string, string>): HttpAnswer {
  const code = { proof: 'invalid_token', 'expired-proof': 'invalid_token', scope: 'insufficient_scope' } as const;
  const refusalClass = classOf(refusal);
  if (refusal.reason === 'proof_missing') return credentialsError(refusal, requestId, headers);
  if (refusalClass !== 'proof' && refusalClass !== 'expired-proof' && refusalClass !== 'scope') {
    return credentialsError(refusal, requestId, headers);
  }
  const scope = refusalClass === 'scope' ? ', scope="broker:issuances:read"' : '';
  const challenge = `Bearer realm="token-broker", error="${code[refusalClass]}"${scope}`;
  return credentialsError(refusal, requestId, { ...headers, 'www-authenticate': challenge });
}
