import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable, Transform } from 'node:stream';
import { basicTime } from '../../lib/aws/wire/sign-request.ts';
import { denied, type Refused } from './answer.ts';
import { AnotherBody, HASH, Verified } from './body.ts';
import { isS3 } from './canonical.ts';
import { isSignedByChunks, SignedAnew } from './chunks.ts';
import { Hidden, hasKeys, withoutKeys } from './hidden.ts';
import { chunkSigner, type Keys, type RawRequest, type Scope, type Signature, signed } from './signature.ts';

/** A request that goes on. */
export interface Sent {
  readonly url: URL;
  /** Without the tag of its path, and without a signature in its query. */
  readonly raw: RawRequest;
  /** The signature that it came with, verified, and the keys that made it. */
  readonly said: Signature;
  readonly by: Keys;
  /** What is signed for its body: a hash, `UNSIGNED-PAYLOAD`, or a name of a stream. */
  readonly payload: string;
  /** A buffer was verified already. */
  readonly body: Buffer | Readable;
}

/** Headers between two neighbours (RFC 9110 section 7.6.1); none of them was signed by anybody. */
const OF_THE_CONNECTION = new Set([
  ...['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings', 'proxy-connection'],
]);
/** What comes back is searched for the keys: packed it could not be. */
const NOT_SENT = new Set([...OF_THE_CONNECTION, 'authorization', 'accept-encoding']);

/**
 * Signs a request with the session's keys, sends it, and returns its answer without them. `answered` hears the status
 * before the answer goes back. Resolves with why there is none, and whether anything was sent before. Redirects are
 * answers: they are not followed.
 */
export async function forward(
  sent: Sent,
  keys: Keys,
  response: ServerResponse,
  answered: (status: number) => void,
): Promise<Refused | null> {
  const { url, raw, body } = sent;
  const time = basicTime(Date.now());
  const path = `${url.pathname.replace(/\/$/, '')}${raw.path}`;
  const { headers, scope, signature } = signedAnew(sent, keys, time, path);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const target = { method: raw.method, path: raw.query === '' ? path : `${path}?${raw.query}` };
  const upstream = send(url, { ...target, headers: Object.fromEntries(headers), setHost: false });
  const arrived = new Promise<IncomingMessage>((got, failed) => upstream.once('response', got).on('error', failed));
  response.once('close', () => upstream.destroy());
  const broken = bodyTo(upstream, body, Buffer.isBuffer(body) ? null : checkOf(sent, { keys, scope, signature }));
  let answer: IncomingMessage;
  try {
    answer = await (broken === null ? arrived : Promise.race([arrived, broken]));
  } catch (error) {
    if (error instanceof AnotherBody) return denied(error.message);
    return { status: 502, code: 'ServiceUnavailable', message: `token-broker sign: ${url.host} gave no answer` };
  }
  answered(answer.statusCode ?? 502);
  response.writeHead(answer.statusCode ?? 502, headersBack(answer.headers, keys));
  bodyBack(answer, response, new Hidden(keys));
  return null;
}

/**
 * The headers that go on: those that came, but for the connection's, and a signature over what tells a service what to
 * do.
 */
function signedAnew({ url, raw, said, payload }: Sent, keys: Keys, time: string, path: string) {
  const headers = new Map([...raw.headers].filter(([name]) => !NOT_SENT.has(name)));
  headers
    .set('host', url.host)
    .set('x-amz-date', time)
    .set('x-amz-security-token', keys.sessionToken ?? '');
  if (isS3(said.service)) headers.set('x-amz-content-sha256', payload);
  const also = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const kept = said.signedHeaders.filter((name) => headers.has(name));
  const scope = { ...said, day: time.slice(0, 8), time, signedHeaders: [...new Set([...kept, ...also])].sort() };
  const { authorization, signature } = signed(keys, scope, { ...raw, path, headers }, payload);
  headers.set('authorization', authorization);
  if (raw.headers.has('transfer-encoding')) headers.set('transfer-encoding', 'chunked');
  return { headers, scope, signature };
}

interface Anew {
  readonly keys: Keys;
  readonly scope: Scope;
  readonly signature: string;
}

/** What looks at a body on its way; null: nothing was signed of it. */
function checkOf({ payload, said, by, raw }: Sent, { keys, scope, signature }: Anew): Transform | null {
  if (HASH.test(payload)) return new Verified(payload);
  if (!isSignedByChunks(payload)) return null;
  return new SignedAnew({
    from: chunkSigner(by, said, said.signature),
    to: chunkSigner(keys, scope, signature),
    length: Number(raw.headers.get('x-amz-decoded-content-length')),
    trailer: payload.endsWith('-TRAILER') ? 'signed' : 'none',
  });
}

/** Sends a body. Rejects where it is not the one that was signed, whose end is never sent then. null: it cannot be. */
function bodyTo(upstream: ClientRequest, body: Buffer | Readable, check: Transform | null): Promise<never> | null {
  if (Buffer.isBuffer(body)) {
    upstream.end(body);
    return null;
  }
  // Who answers early may close: what is left of the body is nobody's, and its connection may go on.
  upstream.once('close', () => {
    body.unpipe();
    body.resume();
  });
  if (check === null) {
    body.pipe(upstream);
    return null;
  }
  body.pipe(check).pipe(upstream);
  return new Promise((_, failed) => {
    check.once('error', (error) => {
      failed(error);
      upstream.destroy();
    });
  });
}

function headersBack(headers: IncomingHttpHeaders, keys: Keys): Record<string, string | string[]> {
  const named = (headers.connection ?? '').toLowerCase().split(/[\s,]+/);
  const back: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || OF_THE_CONNECTION.has(name) || named.includes(name)) continue;
    if (!hasKeys(String(value), keys)) back[name] = value;
    else
      back[name] = typeof value === 'string' ? withoutKeys(value, keys) : value.map((each) => withoutKeys(each, keys));
  }
  return back;
}

/**
 * Returns a body as fast as it is taken. Where it breaks off, so does the answer: nobody takes a part for the whole.
 */
function bodyBack(answer: IncomingMessage, response: ServerResponse, hidden: Hidden): void {
  answer.on('data', (chunk: Buffer) => {
    const clean = hidden.next(chunk);
    if (clean.length > 0 && !response.write(clean)) answer.pause();
  });
  response.on('drain', () => answer.resume());
  answer.on('end', () => response.end(hidden.end()));
  answer.on('error', () => response.destroy()).on('close', () => answer.complete || response.destroy());
}
