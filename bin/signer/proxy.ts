import { createHash, type Hash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { basicTime } from '../../lib/aws/wire/sign-request.ts';
import type { CredentialDocument } from '../caller/credential-document.ts';
import { type Asked, actionsOf } from './actions.ts';
import type { Allowed } from './allowed.ts';
import { type Refused, refuse } from './answer.ts';
import { type Endpoints, untagged } from './endpoints.ts';
import { Hidden, withoutKeys } from './hidden.ts';
import type { Line } from './log.ts';
import {
  authorization,
  isForm,
  isSignedBy,
  type Keys,
  type RawRequest,
  type Signature,
  signatureOf,
  withoutParameters,
} from './signature.ts';

export interface Proxied {
  /** What the program signs with. Secret to the run: it keeps other processes of this machine out. */
  readonly placeholder: Keys;
  /** The session, renewed as time goes on. Secret. */
  credentials(): CredentialDocument;
  readonly endpoints: Endpoints;
  readonly allowed: Allowed;
  readonly streaming: 'allowed' | 'refused';
  log(line: Line): void;
}

export interface Proxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A body without a hash of its own is read whole before it is sent: no service but S3 takes more. */
const LONGEST_BODY = 64 * 1024 * 1024;
const ONCE = ['host', 'authorization', 'content-length', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-target'];
const OF_THE_CONNECTION = new Set([
  ...['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'proxy-connection'],
]);
const PRESIGNED = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature', 'Content-Sha256'];

/**
 * Listens on loopback, and sends on what the placeholder's keys signed, signed anew with the session's. Whatever else
 * comes is refused, and every request is a line of the log.
 */
export async function startProxy(proxied: Proxied): Promise<Proxy> {
  const server = createServer((request, response) => {
    serve(proxied, request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 0;
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** What is known of a request by the time it is answered. */
interface Known {
  readonly raw: RawRequest;
  readonly said: Signature | null;
  readonly asked: readonly Asked[] | null;
}

async function serve(proxied: Proxied, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { raw, id, problem } = rawOf(request);
  const said = problem === null ? signatureOf(raw) : null;
  const issuance = proxied.credentials()['IssuanceId'];
  const line = ({ asked }: Pick<Known, 'asked'>, rest: Pick<Line, 'host' | 'status' | 'refused'>): void =>
    proxied.log({
      ...{ service: said?.service ?? '', region: said?.region ?? '', method: raw.method },
      ...{ action: asked?.[0]?.action ?? null, resource: asked?.[0]?.resource ?? null },
      ...rest,
      issuance: typeof issuance === 'string' ? issuance : null,
    });
  const no = (refused: Refused, asked: readonly Asked[] | null = null): void => {
    line({ asked }, { host: null, status: refused.status, refused: refused.message });
    refuse(response, raw, said?.service ?? '', refused);
  };
  if (problem !== null) return no(denied(problem, 400));
  if (said === null) return no(denied('it is not signed once, by Signature Version 4'));
  const place = proxied.endpoints.of(said.service, said.region, id);
  if (place === null) return no(denied(`no service of AWS is signed for as ${said.service}`));
  const declared = payloadOf(raw, said);
  if (declared?.startsWith('STREAMING-') === true && (proxied.streaming === 'refused' || !/UNSIGNED/.test(declared)))
    return no(
      denied(`${declared} is refused${/UNSIGNED/.test(declared) ? ': --allow-streaming lets it through' : ''}`),
    );
  const isInBody = isForm(raw.headers);
  const whole = declared === null || isInBody ? await read(request) : Buffer.alloc(0);
  if (whole === null) return no({ status: 413, code: 'RequestTooLarge', message: 'the body is over 64 MiB' });
  const computed = createHash('sha256').update(whole).digest('hex');
  const payload = declared ?? computed;
  if (!isSignedBy(proxied.placeholder, said, raw, payload, Date.now()))
    return no(denied("it is not signed with this run's keys"));
  if (isInBody && /^[0-9a-f]{64}$/.test(payload) && payload !== computed) return no(denied('its body is another one'));
  const inner = { ...raw, path: untagged(raw.path).path, query: withoutPresigned(raw.query, said) };
  const asked = actionsOf(place.services, inner, isInBody ? whole.toString('utf8') : '');
  const missing = proxied.allowed.missing(asked, place.services);
  if (missing !== null) return no(denied(missing), asked);
  if (Date.parse(proxied.credentials().Expiration) <= Date.now())
    return no(
      { status: 503, code: 'ServiceUnavailable', message: 'the session has ended, and there is no other' },
      asked,
    );
  const body = declared === null || isInBody ? Readable.from(whole.length === 0 ? [] : [whole]) : request;
  const sent = { url: place.url, raw: inner, said, payload, body };
  const answered = (status: number) => line({ asked }, { host: place.url.host, status });
  await forward(sent, keysOf(proxied.credentials()), response, answered, no);
}

const denied = (why: string, status: 400 | 403 = 403): Refused => ({
  status,
  code: 'AccessDenied',
  message: `token-broker sign: ${why}`,
});

const keysOf = ({ AccessKeyId, SecretAccessKey, SessionToken }: CredentialDocument): Keys => ({
  accessKeyId: AccessKeyId,
  secretAccessKey: SecretAccessKey,
  sessionToken: SessionToken,
});

/** The request as it stands on the wire, and what of it says two things. */
function rawOf(request: IncomingMessage): { raw: RawRequest; id: string | null; problem: string | null } {
  const headers = new Map<string, string>();
  let problem: string | null = null;
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    const value = request.rawHeaders[at + 1] ?? '';
    const before = headers.get(name);
    if (before !== undefined && ONCE.includes(name)) problem = `${name} is there twice`;
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  const target = request.url ?? '';
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  if (!target.startsWith('/')) problem = 'its target is no path';
  const hosts = [`127.0.0.1:${request.socket.localPort}`, `localhost:${request.socket.localPort}`];
  if (!hosts.includes(headers.get('host') ?? '')) problem = 'it is for another host';
  if (headers.has('content-length') && headers.has('transfer-encoding')) problem = 'its length is said twice';
  if (headers.has('x-amz-security-token')) problem = 'it has a session token of its own';
  return { raw: { method: request.method ?? '', path, query, headers }, id: untagged(path).id, problem };
}

/** What the signature says of the body; null: nothing, so that its hash is of the body itself. */
function payloadOf({ headers, query }: RawRequest, { seconds, service }: Signature): string | null {
  const header = headers.get('x-amz-content-sha256');
  if (header !== undefined) return header;
  if (seconds === null) return null;
  return (
    new URLSearchParams(query).get('X-Amz-Content-Sha256') ?? (service.startsWith('s3') ? 'UNSIGNED-PAYLOAD' : null)
  );
}

const withoutPresigned = (query: string, { seconds }: Signature): string =>
  seconds === null
    ? query
    : withoutParameters(
        query,
        PRESIGNED.map((name) => `X-Amz-${name}`),
      );

async function read(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LONGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Sent {
  readonly url: URL;
  readonly raw: RawRequest;
  readonly said: Signature;
  readonly payload: string;
  readonly body: Readable;
}

async function forward(
  { url, raw, said, payload, body }: Sent,
  keys: Keys,
  response: ServerResponse,
  answered: (status: number) => void,
  no: (refused: Refused) => void,
): Promise<void> {
  const time = basicTime(Date.now());
  const path = `${url.pathname.replace(/\/$/, '')}${raw.path}`;
  const headers = new Map([...raw.headers].filter(([name]) => !OF_THE_CONNECTION.has(name)));
  if (raw.headers.has('transfer-encoding')) headers.set('transfer-encoding', 'chunked');
  headers.delete('authorization');
  for (const [name, value] of [
    ['host', url.host],
    ['x-amz-date', time],
    ['x-amz-security-token', keys.sessionToken ?? ''],
  ] as const)
    headers.set(name, value);
  if (said.service.startsWith('s3')) headers.set('x-amz-content-sha256', payload);
  const also = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const kept = said.signedHeaders.filter((name) => headers.has(name) && name !== 'transfer-encoding');
  const signedHeaders = [...new Set([...kept, ...also])].sort();
  const scope = { ...said, day: time.slice(0, 8), time, signedHeaders };
  headers.set('authorization', authorization(keys, scope, { ...raw, path, headers }, payload));
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const target = { method: raw.method, path: raw.query === '' ? path : `${path}?${raw.query}` };
  const upstream = send(url, { ...target, headers: Object.fromEntries(headers), setHost: false });
  const arrived = new Promise<IncomingMessage>((got, failed) => upstream.once('response', got).once('error', failed));
  response.once('close', () => upstream.destroy());
  // An answer may come before the body has ended, as errors do.
  const sending = pipeline(body, new Verified(payload), upstream).catch(() => upstream.destroy());
  let answer: IncomingMessage;
  try {
    answer = await arrived;
  } catch {
    await sending;
    return no({ status: 502, code: 'ServiceUnavailable', message: `token-broker sign: ${url.host} gave no answer` });
  }
  answered(answer.statusCode ?? 502);
  response.writeHead(answer.statusCode ?? 502, headersBack(answer.headers, keys));
  await pipeline(answer, new Hidden(keys), response);
}

function headersBack(headers: IncomingHttpHeaders, keys: Keys): Record<string, string | string[]> {
  const clean = (value: string | string[]) =>
    typeof value === 'string' ? withoutKeys(value, keys) : value.map((each) => withoutKeys(each, keys));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_THE_CONNECTION.has(name) ? [] : [[name, clean(value)] as const],
    ),
  );
}

/** Lets a body through but for its end, until its hash is the one that was signed. */
class Verified extends Transform {
  readonly #expected: string;
  readonly #hash: Hash = createHash('sha256');
  #last: Buffer | null = null;

  constructor(payload: string) {
    super();
    this.#expected = payload;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const before = this.#last;
    this.#last = chunk;
    done(null, before ?? undefined);
  }

  override _flush(done: TransformCallback): void {
    const isHash = /^[0-9a-f]{64}$/.test(this.#expected);
    if (isHash && this.#hash.digest('hex') !== this.#expected) done(new Error('the body is not the one signed'));
    else done(null, this.#last ?? undefined);
  }
}
