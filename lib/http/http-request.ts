import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Outcome } from '../outcome.ts';
import { accept, refuse } from '../outcome.ts';

/** An HTTP API 2.0 event, read once: what the routes parse from. Nothing here is trusted but `sourceIp` and `id`. */
export interface HttpRequest {
  /** API Gateway's request id: the `request_id` of every answer, log line and record. */
  readonly id: string;
  readonly method: string;
  /** Without a final slash. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
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
    parameters: definedOnly(event.pathParameters ?? {}),
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
export const withoutFinalSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

const FORM = /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/** The body of a form POST as text. Refuses other content types, more than `maxBytes`, and bytes that are not UTF-8. */
export function readFormBody(request: HttpRequest, maxBytes: number): Outcome<string> {
  if (!FORM.test(request.headers['content-type'] ?? '')) return refuse('unsupported_content_type');
  if (request.headers['content-encoding'] !== undefined) return refuse('unsupported_content_type');
  if (request.body.byteLength > maxBytes) return refuse('request_too_large');
  try {
    return accept(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(request.body));
  } catch {
    return refuse('malformed_request');
  }
}
