import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { HttpRequest } from '../http-request.ts';

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-?8"?[ \t]*)?$/i;

/**
 * The bytes of a JSON body (RFC 8259), unread. Refuses another content type and any content encoding but `identity`
 * (unsupported_content_type), and more than `maxBytes` (request_too_large).
 */
export function readJsonBody(request: HttpRequest, { maxBytes }: { readonly maxBytes: number }): Outcome<Uint8Array> {
  const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
  if (!JSON_TYPE.test(type)) return unsupported('The content type must be application/json, in UTF-8.');
  // `identity` is none (RFC 9110 section 8.4.1).
  if (!/^(?:identity)?$/i.test(encoding))
    return unsupported('A body with a Content-Encoding is not read: send it uncompressed.');
  return request.body.byteLength > maxBytes ? refuse('request_too_large') : accept(request.body);
}

const unsupported = (detail: string) => refuse('unsupported_content_type', { detail });
