import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { HttpRequest } from '../http-request.ts';

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/**
 * The bytes of a JSON body (RFC 8259), unread. Refuses another content type and any content encoding
 * (unsupported_content_type), and more than `maxBytes` (request_too_large).
 */
export function readJsonBody(request: HttpRequest, { maxBytes }: { readonly maxBytes: number }): Outcome<Uint8Array> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) return refuse('unsupported_content_type');
  if (request.headers['content-encoding'] !== undefined) return refuse('unsupported_content_type');
  return request.body.byteLength > maxBytes ? refuse('request_too_large') : accept(request.body);
}
