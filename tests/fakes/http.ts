import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { readRequest } from '../../lib/http/http-request.ts';
import type { RouteRequest } from '../../lib/http/route.ts';
import { readQuery } from '../../lib/http/secrets-in-query.ts';

export interface EventParts {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** An HTTP API event of payload format 2.0. */
export function anEvent(parts: EventParts = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/', query = '', headers = {}, body, base64 = false, parameters = {} } = parts;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers },
    pathParameters: { ...parameters },
    requestContext: {
      accountId: '111122223333',
      apiId: 'api',
      domainName: 'broker.example.com',
      domainPrefix: 'broker',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'test' },
      requestId: 'req-1',
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:09:00:00 +0000',
      timeEpoch: 1_795_251_600_000,
    },
    isBase64Encoded: base64,
    ...(body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }),
  };
}

/** A request as a route gets it: its query was readable and without secrets. */
export function aRouteRequest(parts: EventParts = {}): RouteRequest {
  const event = anEvent(parts);
  const query = readQuery(event.rawQueryString);
  if (!query.ok) throw new TypeError(`the query is refused: ${query.refusal.reason}`);
  return { ...readRequest(event), pathParameters: parts.parameters ?? {}, query: query.value };
}

/** A POST of this form. */
export const aFormPost = (form: Readonly<Record<string, string>> | string, parts: EventParts = {}): RouteRequest =>
  aRouteRequest({
    method: 'POST',
    headers: FORM,
    body: typeof form === 'string' ? form : new URLSearchParams({ ...form }).toString(),
    ...parts,
  });

/** What Lambda says of an invocation. */
export const aContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'route',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:route',
  memoryLimitInMB: '1024',
  awsRequestId: 'req-1',
  logGroupName: 'route',
  logStreamName: 'route',
  getRemainingTimeInMillis: () => 30_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
