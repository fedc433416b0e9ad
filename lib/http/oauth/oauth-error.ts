import type { RefusalClass } from '../../refusals/kinds.ts';
import type { Reason } from '../../refusals/registry.ts';
import { classOf, describe, pendingMembers, retryAfter, statusOf } from '../describe-refusal.ts';
import { secretJson } from '../http-answer.ts';
import type { RefusalRenderer } from '../route.ts';

interface OauthCode {
  readonly status: number;
  readonly error: string;
}

/** RFC 8693 section 2.2.2 and RFC 7521 section 4.1.1 call a proof that is not good by different codes. */
type BadProof = 'invalid_request' | 'invalid_grant';

function oauthCode(refusalClass: RefusalClass, badProof: BadProof): OauthCode {
  switch (refusalClass) {
    case 'request':
      return { status: 400, error: 'invalid_request' };
    case 'proof':
    case 'expired-proof':
      return { status: 400, error: badProof };
    case 'key-proof':
      return { status: 400, error: 'invalid_dpop_proof' };
    case 'client':
      return { status: 401, error: 'invalid_client' };
    case 'unauthorized-client':
      return { status: 400, error: 'unauthorized_client' };
    case 'scope':
      return { status: 400, error: 'invalid_scope' };
    case 'pending':
      return { status: 400, error: 'authorization_pending' };
    case 'declined':
      return { status: 400, error: 'access_denied' };
    case 'target':
      return { status: 400, error: 'invalid_target' };
    case 'unsupported':
      return { status: 400, error: 'unsupported_grant_type' };
    case 'limit':
    case 'not-yet':
      return { status: 429, error: 'temporarily_unavailable' };
    case 'outage':
    case 'idp-outage':
      return { status: 503, error: 'temporarily_unavailable' };
    case 'provider-outage':
      return { status: 503, error: 'temporarily_unavailable' };
    case 'provider':
      return { status: 502, error: 'server_error' };
  }
}

/**
 * Codes of their own: RFC 8628 section 3.5 has two, RFC 9396 section 5 one, and a public client that nobody registered
 * is no bad request (RFC 6749 section 5.2), though its browser is told so at /oauth2/authorize.
 */
const CODE_OF_REASON: Readonly<Partial<Record<Reason, string>>> = {
  authorization_details_invalid: 'invalid_authorization_details',
  client_unknown: 'invalid_client',
  device_slow_down: 'slow_down',
  device_code_expired: 'expired_token',
};

/**
 * RFC 6749 section 5.2, with `reason` and `request_id`. Every 401 says the scheme (RFC 9110 section 11.6.1), also to
 * a client that tried another way.
 */
export const oauthError =
  (badProof: BadProof): RefusalRenderer =>
  (refusal, requestId, headers) => {
    const { status, error: ofClass } = oauthCode(classOf(refusal), badProof);
    const error = CODE_OF_REASON[refusal.reason] ?? ofClass;
    const body = {
      ...{ error, error_description: describe(refusal), reason: refusal.reason, request_id: requestId },
      ...pendingMembers(refusal),
    };
    const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="token-broker"' } : {};
    const all = { ...retryAfter(refusal), ...challenge, ...headers };
    return secretJson(statusOf(refusal, status), requestId, body, all);
  };
