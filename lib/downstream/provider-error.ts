import type { JsonObject } from '../json.ts';
import { type Refusal, refuse } from '../outcome.ts';
import type { Reason } from '../refusals/registry.ts';
import { type Seconds, seconds } from '../time.ts';

/** An answer with its body read as strict JSON; null: it is none. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: JsonObject | null;
}

/**
 * IANA "OAuth Extensions Error" and RFC 6749 section 5.2: what a caller may be told. Anything else a server says stays
 * in the log.
 */
const REGISTERED: ReadonlySet<string> = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  ...['invalid_scope', 'access_denied', 'server_error', 'temporarily_unavailable', 'invalid_target'],
  ...['unsupported_token_type', 'invalid_token', 'insufficient_scope', 'slow_down', 'interaction_required'],
  ...['login_required', 'consent_required', 'account_selection_required', 'insufficient_user_authentication'],
  ...['invalid_dpop_proof', 'use_dpop_nonce', 'invalid_authorization_details', 'request_not_supported'],
]);

/** The client is not known, or what it sent is wrong: also as Slack and Salesforce call it. */
const CLIENT_ERRORS: ReadonlySet<string> = new Set([
  ...['invalid_client', 'invalid_client_id', 'invalid_client_credentials', 'bad_client_secret'],
]);
const THROTTLE_ERRORS: ReadonlySet<string> = new Set(['slow_down', 'rate_limited', 'ratelimited']);

const LOGGABLE = /^[A-Za-z0-9_.:/-]{1,64}$/;
const LONGEST_WAIT = 3_600;

/**
 * What an error of the server means. `invalid_client` and 401 are `provider_client_refused`, so that another version of
 * the secret is tried; so is `invalid_grant` where `signed` says that the grant itself was signed with a secret key.
 * 429 is `provider_throttled`, 5xx and `temporarily_unavailable` are an outage, anything else `provider_refused`. The
 * caller hears a registered code and no more; the log has any code that is one word.
 */
export function providerError(
  answer: ReadAnswer,
  host: string,
  signed: 'by-key' | 'not',
): { ok: false; refusal: Refusal } {
  const code = errorCode(answer.json);
  const log = { host, httpStatus: answer.status, providerError: code };
  const reason = reasonOf(answer, code, signed);
  const detail =
    code !== null && REGISTERED.has(code) ? { detail: `The authorization server of this scope answered ${code}.` } : {};
  if (reason !== 'provider_throttled' && reason !== 'provider_unavailable') return refuse(reason, { ...detail, log });
  const wait = retryAfterOf(answer.headers);
  return refuse(reason, { ...detail, log, ...(wait === null ? {} : { retryAfter: wait }) });
}

function reasonOf({ status, headers }: ReadAnswer, code: string | null, signed: 'by-key' | 'not'): Reason {
  if (status === 429 || (code !== null && THROTTLE_ERRORS.has(code))) return 'provider_throttled';
  if (status === 403 && headers['x-ratelimit-remaining'] === '0') return 'provider_throttled';
  if (status >= 500 || code === 'temporarily_unavailable') return 'provider_unavailable';
  if (code === null ? status === 401 : CLIENT_ERRORS.has(code)) return 'provider_client_refused';
  if (status === 401 && code !== null && !REGISTERED.has(code)) return 'provider_client_refused';
  return signed === 'by-key' && code === 'invalid_grant' ? 'provider_client_refused' : 'provider_refused';
}

/** `error` (RFC 6749 section 5.2), if it is one word; null: there is none. */
function errorCode(json: JsonObject | null): string | null {
  const error = json?.['error'];
  return typeof error === 'string' && LOGGABLE.test(error) ? error : null;
}

/** `Retry-After` in seconds, at most an hour (RFC 9110 section 10.2.3); a date or nonsense counts as none. */
function retryAfterOf(headers: Readonly<Record<string, string>>): Seconds | null {
  const text = headers['retry-after'] ?? '';
  return /^[0-9]{1,9}$/.test(text) ? seconds(Math.min(Number(text), LONGEST_WAIT)) : null;
}
