import type { ServerResponse } from 'node:http';
import { isForm, type RawRequest } from './signature.ts';

/** Why a request goes nowhere: a status and a code of AWS's own, and a sentence that says what would let it through. */
export interface Refused {
  readonly status: 400 | 403 | 413 | 502 | 503;
  readonly code: string;
  readonly message: string;
}

export const denied = (why: string, status: 400 | 403 = 403): Refused => ({
  status,
  code: 'AccessDenied',
  message: `token-broker sign: ${why}`,
});

/**
 * Answers as the service itself would, so that SDKs raise the error that programs know. `keep`: the rest of the body is
 * read and dropped, since a program that is cut off while it sends sees no answer; `close`: it is a stranger's.
 */
export function refuse(
  response: ServerResponse,
  request: RawRequest,
  { service, refused, connection }: { service: string; refused: Refused; connection: 'keep' | 'close' },
): void {
  const { type, body, headers = {} } = shapeOf(request, service, refused);
  response.writeHead(refused.status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(connection === 'close' ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

interface Shape {
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

function shapeOf({ headers }: RawRequest, service: string, { code, message }: Refused): Shape {
  const type = headers.get('content-type') ?? '';
  if (headers.get('smithy-protocol') === 'rpc-v2-cbor') {
    const body = Buffer.concat([Buffer.of(0xa2), ...['__type', `${code}Exception`, 'message', message].map(cborText)]);
    return { type: 'application/cbor', body, headers: { 'smithy-protocol': 'rpc-v2-cbor' } };
  }
  const error = `<Code>${code}</Code><Message>${escaped(message)}</Message>`;
  const id = '<RequestId>token-broker</RequestId>';
  if (service === 's3') return xml(`<Error>${error}${id}</Error>`);
  if (service === 'ec2') return xml(`<Response><Errors><Error>${error}</Error></Errors>${id}</Response>`);
  if (isForm(headers)) return xml(`<ErrorResponse><Error><Type>Sender</Type>${error}</Error>${id}</ErrorResponse>`);
  const body = JSON.stringify({ __type: `${code}Exception`, message, Message: message });
  const json = /^application\/x-amz-json-1\.[01]/.exec(type)?.[0] ?? 'application/json';
  return { type: json, body, headers: { 'x-amzn-errortype': `${code}Exception` } };
}

const xml = (element: string): Shape => ({
  type: 'application/xml',
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${element}`,
});

const escaped = (text: string): string => text.replace(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);

/** RFC 8949 section 3.1: a text string of at most 65,535 octets. */
function cborText(text: string): Buffer {
  const octets = Buffer.from(text, 'utf8');
  const { length } = octets;
  return Buffer.concat([length < 24 ? Buffer.of(0x60 + length) : Buffer.of(0x79, length >> 8, length & 255), octets]);
}
