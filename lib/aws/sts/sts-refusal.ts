import { type Refusal, refuse } from '../../outcome.ts';
import type { Reason } from '../../refusals/registry.ts';

/** `role`: the broker asks as itself. `identity`: the caller's own proof goes to STS, which judges it. */
export type StsCall = 'role' | 'identity';

interface Meaning {
  readonly role: Reason;
  readonly identity: Reason;
}

const both = (reason: Reason): Meaning => ({ role: reason, identity: reason });

/**
 * AWS's error codes, without a final `Exception` (the wire has some with, some without): STS API reference, "Errors" of
 * each action and "Common errors". In an AssumeRole an expired or unknown token is the broker's own, which another try
 * may mend and the caller cannot.
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['AccessDenied', { role: 'role_refused', identity: 'identity_refused' }],
  ['ValidationError', both('role_refused')],
  ['InvalidIdentityToken', { role: 'role_refused', identity: 'identity_refused' }],
  ['IDPRejectedClaim', { role: 'role_refused', identity: 'identity_refused' }],
  ['IDPCommunicationError', { role: 'sts_unavailable', identity: 'keys_unavailable' }],
  ['ExpiredToken', { role: 'sts_unavailable', identity: 'expired' }],
  ['MalformedPolicyDocument', both('policy_refused')],
  ['PackedPolicyTooLarge', both('policy_too_large')],
  ['RegionDisabled', both('region_disabled')],
  ['InvalidClientTokenId', both('sts_unavailable')],
  ['UnrecognizedClient', both('sts_unavailable')],
  ['SignatureDoesNotMatch', both('sts_unavailable')],
  ['IncompleteSignature', both('sts_unavailable')],
  ['MissingAuthenticationToken', both('sts_unavailable')],
  ['RequestExpired', both('sts_unavailable')],
  ['RequestTimeout', both('sts_unavailable')],
]);

/** Whatever status they come with: several come with 503. */
const THROTTLES = /^(?:Throttl|RequestLimitExceeded|RequestThrottled|TooManyRequests|SlowDown)/;

/** Codes and request ids as AWS writes them; anything else a server says stays out of the log. */
const LOGGABLE = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * What a failed call of STS means to the caller: a final refusal where the role or the identity is refused (also for a
 * 4xx that is not known here), a retryable one where STS throttles, fails or cannot be reached. AWS's message names
 * ARNs and accounts: it is dropped; code, status and request id go to the log.
 */
export function stsRefusal(call: StsCall, error: unknown): { ok: false; refusal: Refusal } {
  const { code, status, requestId } = readStsError(error);
  const log = { errorCode: code, httpStatus: status, awsRequestId: requestId };
  return refuse(reasonOf(call, code, status), { log });
}

function reasonOf(call: StsCall, code: string, status: number | null): Reason {
  if (status === 429 || THROTTLES.test(code)) return 'sts_throttled';
  if (status === null || status >= 500) return 'sts_unavailable';
  const meaning = MEANINGS.get(code.replace(/Exception$/, '')) ?? MEANINGS.get(code);
  if (meaning !== undefined) return meaning[call];
  if (status < 400) return 'sts_unavailable';
  return call === 'role' ? 'role_refused' : 'identity_refused';
}

interface StsError {
  readonly code: string;
  /** HTTP status; null: no answer. */
  readonly status: number | null;
  readonly requestId: string | null;
}

function readStsError(error: unknown): StsError {
  if (!(error instanceof Error)) return { code: 'unknown', status: null, requestId: null };
  const metadata = '$metadata' in error ? error.$metadata : null;
  const status = memberOf(metadata, 'httpStatusCode');
  const code = memberOf(error, 'Code') ?? error.name;
  const requestId = memberOf(metadata, 'requestId');
  return {
    code: loggable(code) ?? 'unknown',
    status: typeof status === 'number' ? status : null,
    requestId: loggable(requestId),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

const loggable = (value: unknown): string | null => (typeof value === 'string' && LOGGABLE.test(value) ? value : null);
