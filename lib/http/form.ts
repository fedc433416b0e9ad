import { accept, type Outcome, refuse } from '../outcome.ts';
import type { HttpRequest } from './http-request.ts';
import { givenOnce, Parameters } from './parameters.ts';

/** An empty parameter is none (RFC 9110 section 5.6.6). */
const FORM = /^application\/x-www-form-urlencoded(?:(?:[ \t]*;)+[ \t]*charset="?utf-?8"?)?(?:[ \t]*;)*[ \t]*$/i;

interface FormBounds {
  readonly maxBytes: number;
  /** Names that may come more than once; all others are refused then. */
  readonly repeatable?: readonly string[];
}

/**
 * Reads the form of a POST. Refuses, in this order, another content type and any content encoding
 * (unsupported_content_type), more than `maxBytes` (request_too_large), bytes that are not UTF-8 and what
 * `Parameters.parse` refuses (malformed_request), and a parameter given twice (parameter_repeated).
 */
export function readForm(request: HttpRequest, { maxBytes, repeatable = [] }: FormBounds): Outcome<Parameters> {
  const unsupported = unsupportedDetail(request.headers);
  if (unsupported !== null) return refuse('unsupported_content_type', unsupported);
  if (request.body.byteLength > maxBytes) return refuse('request_too_large');
  const text = utf8(request.body);
  const form = text.ok ? Parameters.parse(text.value) : text;
  return form.ok ? givenOnce(form.value, repeatable) : form;
}

/** null: it is a form as it is read here. What the registry says is of another type. */
function unsupportedDetail(headers: HttpRequest['headers']): { readonly detail?: string } | null {
  const type = headers['content-type'] ?? '';
  if (!FORM.test(type))
    return isFormOtherwise(type) ? { detail: 'The content type of a form takes no parameter but charset=utf-8.' } : {};
  // `identity` is none (RFC 9110 section 8.4.1).
  if (/^(?:identity)?$/i.test(headers['content-encoding'] ?? '')) return null;
  return { detail: 'A form with a Content-Encoding is not read: send it uncompressed.' };
}

const isFormOtherwise = (type: string): boolean => /^application\/x-www-form-urlencoded[ \t]*;/i.test(type);

function utf8(bytes: Uint8Array): Outcome<string> {
  try {
    return accept(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return refuse('malformed_request', { detail: 'The form is not UTF-8.' });
  }
}
