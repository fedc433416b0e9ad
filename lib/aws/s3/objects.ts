import { createHash, hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { NewObject, Objects, StoredObject } from '../../archive/objects.ts';
import { systemClock } from '../../host/clock.ts';
import { systemRandom } from '../../host/random.ts';
import { Fault } from '../../outcome.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../time.ts';
import { AwsError, NoAnswer, retryOf } from '../wire/aws-error.ts';
import { endpointOf } from '../wire/endpoint.ts';
import { environmentCredentials } from '../wire/environment-credentials.ts';
import { canonicalQuery, requestSigner, uriEncoded } from '../wire/sign-request.ts';

export interface S3Options {
  readonly region: string;
  readonly bucket: string;
  readonly credentials?: Provider<AwsCredentialIdentity>;
  /** Until when what is locked may not be deleted, and in which mode; absent: nothing is locked. */
  readonly lock?: {
    readonly until: (now: EpochMilliseconds) => EpochMilliseconds;
    readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  };
}

interface Call {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Not encoded yet; empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Amazon S3 API reference, "Common error responses": what is an answer, and no failure. */
const NOT_FOUND = 404;
const CONDITION_FAILED = 412;
/** Two conditional writes at once: the other one won (S3 user guide, "Conditional writes"). */
const CONFLICT = 409;

const TRIES = 5;
/** Longest pause before each further try, doubled each time, chosen at random up to it. */
const PAUSE_MS = { soon: 50, later: 200 } as const;
const ANSWER_MS = 10_000;
/** Metadata that says for which size of the log an object was written. */
const LOG_SIZE = 'x-amz-meta-log-size';

/**
 * An S3 bucket as the archive's store, at the Region's endpoint or the one of AWS_ENDPOINT_URL_S3. Every write carries
 * its SHA-256, which S3 compares. What may pass is tried five times. `conflict` may be this very write's own first
 * arrival.
 */
export function s3Objects(options: S3Options): Objects {
  const call = caller(options);
  return {
    get: async (key, signal) => {
      const answer = await call({ method: 'GET', key }, [NOT_FOUND], signal);
      return answer.status === NOT_FOUND ? null : storedObject(answer);
    },
    put: async (key, object, signal) => {
      const headers = headersOf(object, options);
      const answer = await call(
        { method: 'PUT', key, headers, body: object.body },
        [CONDITION_FAILED, CONFLICT],
        signal,
      );
      return answer.status === 200 ? 'written' : 'conflict';
    },
    list: (prefix, signal) => listKeys(call, prefix, signal),
    remove: async (key, signal) => {
      await call({ method: 'DELETE', key }, [204, NOT_FOUND], signal);
    },
  };
}

function storedObject({ headers, body }: Answer): StoredObject {
  const etag = headers.get('etag');
  if (etag === null) throw new Fault('archive', 'the store says no ETag');
  const logSize = headers.get(LOG_SIZE);
  return { body, etag, logSize: logSize === null ? null : Number(logSize) };
}

function headersOf({ body, type, condition, keep, logSize }: NewObject, { lock }: S3Options): Record<string, string> {
  const now = epochMilliseconds(systemClock.now());
  return {
    'content-type': type,
    'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
    // Without it S3 takes nothing under a lock (PutObject, "Content-MD5").
    'content-md5': createHash('md5').update(body).digest('base64'),
    ...(condition === 'absent' ? { 'if-none-match': '*' } : {}),
    ...(typeof condition === 'object' ? { 'if-match': condition.etag } : {}),
    ...(logSize === undefined ? {} : { [LOG_SIZE]: String(logSize) }),
    ...(keep === 'locked' && lock !== undefined
      ? {
          'x-amz-object-lock-mode': lock.mode,
          'x-amz-object-lock-retain-until-date': new Date(lock.until(now)).toISOString(),
        }
      : {}),
  };
}

const KEYS = /<Contents>.*?<Key>([^<]*)<\/Key>.*?<\/Contents>/gs;
const NEXT = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/;

/** Keys of this project have none of XML's own characters. ListObjectsV2 brings a thousand at a time. */
async function listKeys(call: Caller, prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  const keys: string[] = [];
  let more: string | undefined;
  do {
    const query = { 'list-type': '2', prefix, ...(more === undefined ? {} : { 'continuation-token': more }) };
    const { body } = await call({ method: 'GET', key: '', query }, [], signal);
    const text = Buffer.from(body).toString('utf8');
    for (const [, key = ''] of text.matchAll(KEYS)) keys.push(key);
    more = NEXT.exec(text)?.[1];
  } while (more !== undefined);
  return keys;
}

type Caller = (call: Call, answers: readonly number[], signal: AbortSignal) => Promise<Answer>;

function caller({ region, bucket, credentials = environmentCredentials }: S3Options): Caller {
  const base = bucketUrl(region, bucket);
  const sign = requestSigner('s3', region);
  const once = async ({ method, key, query = {}, headers, body }: Call, signal: AbortSignal): Promise<Answer> => {
    const path = `${base.pathname.replace(/\/$/, '')}/${key.split('/').map(uriEncoded).join('/')}`;
    const target = { method, host: base.host, path, query: canonicalQuery(query) };
    // Of S3's own: what a body without one hashes to is said too.
    const hashed = { ...headers, 'x-amz-content-sha256': hash('sha256', body ?? '', 'hex') };
    const signed = sign({ ...target, headers: hashed, body: body ?? '' }, await credentials(), systemClock.now());
    const { host: _, ...sent } = signed;
    const url = new URL(target.query === '' ? path : `${path}?${target.query}`, base);
    return send(url, { method, headers: sent, ...(body === undefined ? {} : { body }) }, signal);
  };
  return async (call, answers, signal) => {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        const answer = await once(call, signal);
        if (answer.status === 200 || answers.includes(answer.status)) return answer;
        throw errorOf(answer);
      } catch (cause) {
        signal.throwIfAborted();
        const retry = retryOf(cause);
        if (left === 0 || retry === 'never') throw new Fault('archive', `the archive's store failed`, { cause });
        await pause(jitter(PAUSE_MS[retry] * 2 ** (TRIES - 1 - left)), undefined, { signal });
      }
    }
  };
}

/** By path where an endpoint is set, as local ones want it; else by host, as AWS advises. */
function bucketUrl(region: string, bucket: string): URL {
  const endpoint = endpointOf('s3', region);
  const url = new URL(endpoint);
  if (url.hostname.startsWith('s3')) url.hostname = `${bucket}.${url.hostname}`;
  else url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`;
  return url;
}

async function send(
  url: URL,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: Uint8Array },
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const { body, ...rest } = init;
    const sent = body === undefined ? rest : { ...rest, body: new Uint8Array(body) };
    const response = await fetch(url, { ...sent, redirect: 'manual', signal: until });
    return {
      status: response.status,
      headers: response.headers,
      body: new Uint8Array(await response.arrayBuffer()),
    };
  } catch (cause) {
    throw new NoAnswer(cause);
  }
}

function errorOf({ status, headers, body }: Answer): AwsError {
  const code = /<Code>([^<]*)<\/Code>/.exec(Buffer.from(body).toString('utf8'))?.[1] ?? 'Unknown';
  return new AwsError(code, status, headers.get('x-amz-request-id') ?? undefined);
}

const jitter = (mostMs: number): number => ((systemRandom.bytes(1)[0] ?? 0) / 255) * mostMs;
