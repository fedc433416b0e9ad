import type { RefusalClass } from '../../refusals/kinds.ts';
import type { AuthorizationRequest } from '../../sign-in/sign-ins.ts';
import { classOf, describe } from '../describe-refusal.ts';
import { commonHeaders, type HttpAnswer } from '../http-answer.ts';
import type { RefusalRenderer } from '../route.ts';

/** A redirect URI that is trusted, how answers go there, and the state that goes back with each. */
type Callback = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state'>;

/** Sends the browser on, without telling the next place where it was. */
export const redirectTo = (
  location: string,
  requestId: string,
  status: 302 | 303,
  cookies: readonly string[] = [],
): HttpAnswer => ({
  statusCode: status,
  headers: {
    ...commonHeaders(requestId),
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  },
  ...(cookies.length === 0 ? {} : { cookies: [...cookies] }),
});

/** The code goes to the program (RFC 6749 section 4.1.2, with `iss` of RFC 9207). 303: the form's POST ends here. */
export const codeRedirect = (
  callback: Callback,
  answer: readonly (readonly [name: string, value: string])[],
  issuer: string,
  requestId: string,
  cookies: readonly string[] = [],
): HttpAnswer => redirectTo(withParameters(callback, answer, issuer), requestId, 303, cookies);

/**
 * A refusal goes to the program (RFC 6749 section 4.1.2.1), with the broker's own `reason` and `request_id` beside it.
 */
export const errorRedirect =
  (callback: Callback, issuer: string): RefusalRenderer =>
  (refusal, requestId) => {
    const parameters = [
      ['error', refusal.reason === 'sign_in_declined' ? 'access_denied' : codeOf(classOf(refusal))],
      ['error_description', describe(refusal)],
      ['reason', refusal.reason],
      ['request_id', requestId],
    ] as const;
    return redirectTo(withParameters(callback, parameters, issuer), requestId, 303);
  };

function codeOf(refusalClass: RefusalClass): string {
  switch (refusalClass) {
    case 'request':
      return 'invalid_request';
    // RFC 8707 section 2.
    case 'target':
      return 'invalid_target';
    case 'pending':
    case 'declined':
    case 'proof':
    case 'key-proof':
    case 'expired-proof':
      return 'access_denied';
    case 'client':
    case 'unauthorized-client':
      return 'unauthorized_client';
    case 'unsupported':
      return 'unsupported_response_type';
    case 'scope':
      return 'invalid_scope';
    case 'limit':
    case 'outage':
    case 'idp-outage':
    case 'not-yet':
    case 'provider-outage':
      return 'temporarily_unavailable';
    case 'provider':
      return 'server_error';
  }
}

/** Added to whatever query the redirect URI has (RFC 6749 section 3.1.2); its own part stays as it was registered. */
function withParameters(
  { redirectUri, responseMode, state }: Callback,
  parameters: readonly (readonly [string, string])[],
  issuer: string,
): string {
  const all = [...parameters, ...(state === null ? [] : [['state', state] as const]), ['iss', issuer] as const];
  const query = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  if (responseMode === 'fragment') return `${redirectUri}#${query}`;
  if (!redirectUri.includes('?')) return `${redirectUri}?${query}`;
  return `${redirectUri}${/[?&]$/.test(redirectUri) ? '' : '&'}${query}`;
}
