import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { SelectedRoute } from './routes.ts';
import { ACCOUNT } from './template.ts';

const API_ID = 'local';

/** Joined by commas, as HTTP APIs do with repeated headers and query values. */
const joined = (entries: Iterable<readonly [string, string]>): Record<string, string> => {
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries([...values].map(([name, each]) => [name, each.join(',')]));
};

function* headerPairs(request: IncomingMessage): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    yield [request.rawHeaders[index]?.toLowerCase() ?? '', request.rawHeaders[index + 1] ?? ''];
  }
}

/** Hop-by-hop headers end at the gateway; cookies travel in a member of their own. */
const NOT_PASSED_ON = new Set(['connection', 'cookie', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** IPv4 as such where the socket is IPv6 (`::ffff:127.0.0.1`). */
export const sourceIp = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:(?=[0-9.]+$)/, '');

function passedHeaders(request: IncomingMessage, bodyBytes: number): Record<string, string> {
  const headers = joined([...headerPairs(request)].filter(([name]) => !NOT_PASSED_ON.has(name)));
  const forwarded = headers['x-forwarded-for'];
  return {
    ...headers,
    ...(bodyBytes > 0 ? { 'content-length': String(bodyBytes) } : {}),
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'x-forwarded-for': forwarded === undefined ? sourceIp(request) : `${forwarded}, ${sourceIp(request)}`,
    'x-forwarded-port': String(request.socket.localPort ?? 0),
    'x-forwarded-proto': 'http',
  };
}

const cookiesOf = (request: IncomingMessage): readonly string[] =>
  [...headerPairs(request)]
    .filter(([name]) => name === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');

/** Types whose bodies HTTP APIs hand over as text. All others are base64: forms too, and bodies that name no type. */
const TEXT_TYPE = /^(?:text\/[^;]*|application\/(?:json|xml|javascript))\s*(?:;|$)/i;

const bodyOf = (type: string | undefined, body: Buffer): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> => {
  if (body.length === 0) return { isBase64Encoded: false };
  return TEXT_TYPE.test(type ?? '')
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21/Nov/2026:09:00:00 +0000`. */
const commonLogTime = (time: Date): string =>
  `${String(time.getUTCDate()).padStart(2, '0')}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time
    .toISOString()
    .slice(11, 19)} +0000`;

export interface Target {
  /** Decoded, as HTTP APIs give it in `rawPath`. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
}

/** Splits a request target, or null where its path cannot be decoded. HTTP APIs end `rawPath` at a decoded `?`. */
export function readTarget(url: string): Target | null {
  const question = url.indexOf('?');
  const sent = question === -1 ? url : url.slice(0, question);
  try {
    const [path = ''] = decodeURIComponent(sent).split('?');
    return path.startsWith('/') ? { path, query: question === -1 ? '' : url.slice(question + 1) } : null;
  } catch {
    return null;
  }
}

function contextOf(request: IncomingMessage, target: Target, routeKey: string, now: Date) {
  const host = request.headers.host ?? '';
  return {
    accountId: ACCOUNT,
    apiId: API_ID,
    domainName: host,
    domainPrefix: host.split(/[.:]/)[0] ?? '',
    http: {
      method: request.method ?? 'GET',
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: `${randomBytes(11).toString('base64url')}=`,
    routeKey,
    stage: '$default',
    time: commonLogTime(now),
    timeEpoch: now.getTime(),
  };
}

/** The event that an HTTP API of payload format 2.0 gives a function for this request. */
export function toEvent(
  request: IncomingMessage,
  target: Target,
  body: Buffer,
  { routeKey, pathParameters }: SelectedRoute,
  now: Date,
): APIGatewayProxyEventV2 {
  const query = joined(new URLSearchParams(target.query));
  const cookies = cookiesOf(request);
  return {
    version: '2.0',
    routeKey,
    rawPath: target.path,
    rawQueryString: target.query,
    ...(cookies.length > 0 ? { cookies: [...cookies] } : {}),
    headers: passedHeaders(request, body.length),
    ...(target.query === '' ? {} : { queryStringParameters: query }),
    requestContext: contextOf(request, target, routeKey, now),
    ...(pathParameters === null ? {} : { pathParameters: { ...pathParameters } }),
    ...bodyOf(request.headers['content-type'], body),
  };
}
