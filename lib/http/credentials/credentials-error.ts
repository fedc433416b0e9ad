import type { RefusalClass } from '../../refusals/kinds.ts';
import { classOf, describe, pendingMembers, retryAfter, statusOf } from '../describe-refusal.ts';
import { secretJson } from '../http-answer.ts';
import type { RefusalRenderer } from '../route.ts';

interface CredentialsCode {
  readonly status: number;
  readonly error: string;
  readonly code: string;
}

/**
 * The status and codes of `/v1/credentials`: 401 for a proof that names nobody, 403 for what is not allowed (contract
 * section 3).
 */
function credentialsCode(refusalClass: RefusalClass): CredentialsCode {
  switch (refusalClass) {
    case 'request':
    case 'unsupported':
      return { status: 400, error: 'invalid_request', code: 'InvalidRequest' };
    case 'proof':
      return { status: 401, error: 'invalid_token', code: 'InvalidIdentityToken' };
    case 'expired-proof':
      return { status: 401, error: 'invalid_token', code: 'ExpiredTokenException' };
    case 'key-proof':
      return { status: 401, error: 'invalid_dpop_proof', code: 'InvalidIdentityToken' };
    case 'client':
      return { status: 401, error: 'invalid_client', code: 'InvalidClient' };
    case 'unauthorized-client':
      return { status: 403, error: 'unauthorized_client', code: 'AccessDenied' };
    case 'scope':
      return { status: 403, error: 'invalid_scope', code: 'AccessDenied' };
    case 'pending':
      return { status: 403, error: 'authorization_pending', code: 'AccessDenied' };
    case 'declined':
      return { status: 403, error: 'access_denied', code: 'AccessDenied' };
    case 'target':
      return { status: 403, error: 'invalid_target', code: 'AccessDenied' };
    case 'limit':
      return { status: 429, error: 'temporarily_unavailable', code: 'Throttling' };
    case 'not-yet':
      return { status: 429, error: 'temporarily_unavailable', code: 'IDPCommunicationError' };
    case 'outage':
      return { status: 503, error: 'temporarily_unavailable', code: 'ServiceUnavailable' };
    case 'idp-outage':
      return { status: 503, error: 'temporarily_unavailable', code: 'IDPCommunicationError' };
    case 'provider-outage':
      return { status: 503, error: 'temporarily_unavailable', code: 'ServiceUnavailable' };
    case 'provider':
      return { status: 502, error: 'temporarily_unavailable', code: 'ServiceUnavailable' };
  }
}

const SCHEMES: Readonly<Partial<Record<RefusalClass, string>>> = { client: 'Basic', 'key-proof': 'DPoP' };

/**
 * One body that every SDK reads some of: `Code`/`Message` (JavaScript), `code`/`message` (Go), the whole body (boto).
 */
export const credentialsError: RefusalRenderer = (refusal, requestId, headers) => {
  const { status, error, code } = credentialsCode(classOf(refusal));
  const message = describe(refusal);
  // RFC 6749 section 5.2: a client that tried Basic is told Basic.
  const scheme = SCHEMES[classOf(refusal)] ?? 'Bearer';
  const challenge: Record<string, string> =
    status === 401 ? { 'www-authenticate': `${scheme} realm="token-broker"` } : {};
  return secretJson(
    refusal.reason === 'unsupported_content_type' ? 415 : statusOf(refusal, status),
    requestId,
    {
      // RFC 6750 section 3.1.
      error: refusal.reason === 'insufficient_scope' ? refusal.reason : error,
      error_description: message,
      reason: refusal.reason,
      code,
      message,
      Code: code,
      Message: message,
      request_id: requestId,
      ...pendingMembers(refusal),
    },
    { ...challenge, ...retryAfter(refusal), ...headers },
  );
};
