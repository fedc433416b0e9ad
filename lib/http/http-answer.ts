import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type HttpAnswer = APIGatewayProxyStructuredResultV2 & { readonly statusCode: number };

/** What every answer has. */
export const commonHeaders = (requestId: string) => ({
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=63072000',
  'x-request-id': requestId,
});

/** A JSON answer that no cache keeps: tokens, credentials, errors, records. */
export const secretJson = (
  statusCode: number,
  requestId: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  statusCode,
  headers: {
    ...commonHeaders(requestId),
    'content-type': 'application/json',
    'cache-control': 'no-store',
    pragma: 'no-cache',
    ...headers,
  },
  body: JSON.stringify(body),
});

/** A JSON answer that is the same for everybody and may be kept for `maxAgeSeconds`. */
export const publicJson = (requestId: string, body: unknown, maxAgeSeconds: number): HttpAnswer => ({
  statusCode: 200,
  headers: {
    ...commonHeaders(requestId),
    'content-type': 'application/json',
    'cache-control': maxAgeSeconds === 0 ? 'no-store' : `public, max-age=${maxAgeSeconds}`,
    'access-control-allow-origin': '*',
  },
  body: JSON.stringify(body),
});

/** A text that needs no browser's guess at what it is. */
export const plainText = (
  requestId: string,
  body: string,
  cacheControl: 'no-store' | 'public, max-age=300',
): HttpAnswer => ({
  statusCode: 200,
  headers: {
    ...commonHeaders(requestId),
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': cacheControl,
  },
  body,
});

/** An XML answer of the STS query protocol. */
export const xml = (
  statusCode: number,
  requestId: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  statusCode,
  headers: {
    ...commonHeaders(requestId),
    'content-type': 'text/xml',
    'cache-control': 'no-store',
    'x-amzn-requestid': requestId,
    ...headers,
  },
  body,
});

/** An answer without a body, for example 200 to a revocation. */
export const empty = (
  statusCode: number,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  statusCode,
  headers: { ...commonHeaders(requestId), 'cache-control': 'no-store', ...headers },
});
