import type { JsonObject } from '../../json.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { parseStrictJson } from '../strict-json.ts';
import { type JwsHeader, MAX_TOKEN_CHARACTERS, malformed, parseJws } from './jws.ts';

/**
 * A JWT by its shape. Its claims are unverified: whoever wants them believed goes through `verifyJwt` or
 * `verifySignature`.
 */
export interface ParsedJwt {
  readonly compact: string;
  readonly header: JwsHeader;
  readonly unverified: JsonObject;
}

/** Reads a signed JWT as `parseJws` does, and its claims as one strict JSON object. RFC 7519 section 7.2. */
export function parseJwt(compact: string): Outcome<ParsedJwt> {
  const jws = parseJws(compact);
  if (!jws.ok) return jws;
  const unverified = parseStrictJson(jws.value.payload, { maxBytes: MAX_TOKEN_CHARACTERS });
  if (unverified === null) return malformed('claims that are not one JSON object, each member once');
  return accept({ compact, header: jws.value.header, unverified });
}

/** The media type of a `typ`: lower case, without `application/`; an absent one is `jwt` (RFC 7515 section 4.1.9). */
export function tokenType(header: JwsHeader): string {
  if (header.typ === undefined) return 'jwt';
  const type = header.typ.toLowerCase();
  const short = type.startsWith('application/') ? type.slice('application/'.length) : type;
  return short.includes('/') ? type : short;
}

/**
 * Longest subject and token id, in UTF-8 bytes: they are parts of storage keys, of which DynamoDB takes 2,048 bytes.
 */
const MAX_NAME_BYTES = 1_024;

/** Text that names somebody or something in a record: non-empty, at most 1,024 bytes, without control characters. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_NAME_BYTES && !/\p{Cc}/u.test(value);
