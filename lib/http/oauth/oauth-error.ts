import type { Refusal } from '../../outcome.ts';
import type { RefusalClass } from '../../refusals/kinds.ts';
import { classOf, describe, retryAfter } from '../describe-refusal.ts';
import { type HttpAnswer, secretJson } from '../http-answer.ts';

/** What the request was for: RFC 8693 section 2.2.2 and RFC 7521 section 4.1.1 call a bad proof by different codes. */
export type OauthContext = 'exchange' | 'assertion' | 'code' | 'other';

interface OauthCode {
  readonly status: number;
  readonly error: string;
}

function oauthCode(refusalClass: RefusalClass, context: OauthContext): OauthCode {
  switch (refusalClass) {
    case 'request':
      return { status: 400, error: 'invalid_request' };
    case 'proof':
    case 'expired-proof':
      return {
        status: 400,
        error: context === 'assertion' || context === 'code' ? 'invalid_grant' : 'invalid_request',
      };
    case 'client':
      return { status: 401, error: 'invalid_client' };
    case 'unauthorized-client':
      return { status: 400, error: 'unauthorized_client' };
    case 'scope':
      return { status: 400, error: 'invalid_scope' };
    case 'target':
      return { status: 400, error: 'invalid_target' };
    case 'unsupported':
      return { status: 400, error: 'unsupported_grant_type' };
    case 'limit':
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

const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  request_too_large: 413,
  method_not_allowed: 405,
};

/** RFC 6749 section 5.2, with `reason` and `request_id`. Every 401 says the scheme (RFC 9110 section 11.6.1), also to a client that tried another way. */
export function oauthError(
  refusal: Refusal,
  requestId: string,
  context: OauthContext,
  headers: Record<string, string> = {},
): HttpAnswer {
  const { status, error } = oauthCode(classOf(refusal), context);
  const body = { error, error_description: describe(refusal), reason: refusal.reason, request_id: requestId };
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="token-broker"' } : {};
  const all = { ...retryAfter(refusal), ...challenge, ...headers };
  return secretJson(STATUS_OF_REASON[refusal.reason] ?? status, requestId, body, all);
}
