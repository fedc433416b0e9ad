import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Fetcher, FetchResult } from '../../ports/documents.ts';
import { type CallerIdentity, parseCallerIdentity } from './caller-identity.ts';
import type { SignedRequest } from './signed-request.ts';

const MAX_ANSWER_BYTES = 16_384;
const TIMEOUT_MS = 1_000;
const XML = /^(?:text|application)\/xml(?:; ?charset=utf-8)?$/i;
const ERROR_CODE = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/;
/** Another try may succeed: STS API reference, "Common errors". */
const TRANSIENT = /^(?:Throttl|RequestLimitExceeded|RequestThrottled|ServiceUnavailable|InternalFailure|SlowDown)/;

/**
 * Sends the signed request to STS once, follows no redirect, and reads who signed it. STS's word that the signature
 * does not hold is `signature_invalid`, that the credentials have expired `expired`; a caller that is neither role nor
 * user `caller_identity_unsupported`; whatever else is not a whole answer of GetCallerIdentity is
 * `caller_identity_unavailable`.
 */
export async function askWhoSigned(
  request: SignedRequest,
  fetcher: Fetcher,
  signal: AbortSignal,
): Promise<Outcome<CallerIdentity>> {
  const answer = await fetcher.fetch(
    {
      url: request.target.url,
      method: 'POST',
      headers: { ...request.headers, host: request.target.host },
      body: request.body,
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs: TIMEOUT_MS,
      redirects: 'none',
      // The host is one of AWS's own; where a VPC has an endpoint for STS, its address is private.
      publicAddressOnly: false,
    },
    signal,
  );
  if (!answer.ok) return refuse('caller_identity_unavailable', { log: { problem: answer.problem } });
  return readAnswer(answer);
}

function readAnswer({ status, headers, body }: Extract<FetchResult, { ok: true }>): Outcome<CallerIdentity> {
  const text = Buffer.from(body).toString('utf8');
  if (status !== 200) return readError(status, ERROR_CODE.exec(text)?.[1] ?? null);
  const type = headers['content-type'];
  if (type === undefined || !XML.test(type)) return unusable(status, 'content-type');
  const identity = parseCallerIdentity(text);
  if (identity === null) return unusable(status, 'answer');
  return identity === 'unsupported' ? refuse('caller_identity_unsupported') : accept(identity);
}

/** Only STS's own error, by its code, is its word on the signature: a proxy's 403 is not. */
function readError(httpStatus: number, errorCode: string | null): Outcome<never> {
  const log = { httpStatus, errorCode };
  const refused = httpStatus === 400 || httpStatus === 403;
  if (!refused || errorCode === null || TRANSIENT.test(errorCode))
    return refuse('caller_identity_unavailable', { log });
  return refuse(/^ExpiredToken/.test(errorCode) ? 'expired' : 'signature_invalid', { log });
}

const unusable = (httpStatus: number, problem: string): Outcome<never> =>
  refuse('caller_identity_unavailable', { log: { httpStatus, problem } });
