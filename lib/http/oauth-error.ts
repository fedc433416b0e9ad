import type { Refusal } from '../outcome.ts';
import type { RefusalClass } from '../refusals/kinds.ts';
import { type HttpAnswer, secretJson } from './answer.ts';
import type { HttpRequest } from './request.ts';
import { classOf, describe, retryAfter } from './status.ts';

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

/** RFC 6749 section 5.2, with `reason` and `request_id`. */
export function oauthError(
  refusal: Refusal,
  requestId: string,
  context: OauthContext,
  headers: Record<string, string> = {},
): HttpAnswer {
  const { status, error } = oauthCode(classOf(refusal), context);
  const body = { error, error_description: describe(refusal), reason: refusal.reason, request_id: requestId };
  const all = { ...retryAfter(refusal), ...headers };
  return secretJson(STATUS_OF_REASON[refusal.reason] ?? status, requestId, body, all);
}

/** RFC 6749 section 5.2: a client that tried the Authorization header and failed is told the scheme. */
export const basicChallenge = (refusal: Refusal, request: HttpRequest): Record<string, string> =>
  classOf(refusal) !== 'client' || request.headers['authorization'] === undefined
    ? {}
    : { 'www-authenticate': 'Basic realm="token-broker"' };
