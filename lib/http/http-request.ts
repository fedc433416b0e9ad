import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** An HTTP API 2.0 event, read once: what the routes parse from. Nothing here is trusted but `sourceIp` and `id`. */
export interface HttpRequest {
  /** API Gateway's request id: the `request_id` of every answer, log line and record. */
  readonly id: string;
  readonly method: string;
  /** Decoded, without a final slash. */
  readonly path: string;
  readonly rawQuery: string;
  /** Lower-case names; repeated headers joined by commas, as API Gateway does. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Uint8Array;
  /** API Gateway's own reading of the socket, never a header. */
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

const USER_AGENT_LENGTH = 256;
const CONTROLS = /[^\x20-\x7e]/g;

/** Reads an event of payload format 2.0 (AWS: "Working with AWS Lambda proxy integrations for HTTP APIs"). */
export function readRequest(event: APIGatewayProxyEventV2): HttpRequest {
  const { http, requestId } = event.requestContext;
  const userAgent = event.headers['user-agent'];
  return {
    id: requestId,
    method: http.method.toUpperCase(),
    path: withoutFinalSlash(event.rawPath),
    rawQuery: event.rawQueryString,
    headers: definedOnly(event.headers),
    cookies: event.cookies ?? [],
    body: readBody(event),
    sourceIp: http.sourceIp,
    userAgent: userAgent === undefined ? null : userAgent.replace(CONTROLS, '?').slice(0, USER_AGENT_LENGTH),
  };
}

function readBody(event: APIGatewayProxyEventV2): Uint8Array {
  if (event.body === undefined || event.body === null) return new Uint8Array();
  return Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
}

function definedOnly(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(members)) if (value !== undefined) defined[name] = value;
  return defined;
}

/** One final slash of a path is ignored (contract section 3). */
const withoutFinalSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
