import { isJsonObject, type JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { decodeBase64url } from '../oidc/jws.ts';
import { parseStrictJson } from '../strict-json.ts';

/** A request as its sender describes it, decoded and of the right shape; not yet believed. */
export interface DescribedRequest {
  readonly url: string;
  readonly body: string;
  /** Lower-case name -> value. */
  readonly headers: ReadonlyMap<string, string>;
}

const LONGEST_ENVELOPE = 16_384;
const MOST_HEADERS = 24;
// RFC 9110 section 5.1, lower-cased.
const HEADER_NAME = /^[a-z0-9-]{1,64}$/;
/** Printable ASCII that neither begins nor ends with a blank: nothing in it can end a header line or be folded away. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,8190}[\x21-\x7e])?$/;

/**
 * Reads an aws-iam proof: base64url (padding optional) of a JSON object with exactly `url`, `body` and `headers`, at
 * most 16,384 characters. Header names are one where only their case differs, and none may be given twice; a value is a
 * string, or a list of one string. Refuses anything else with `signed_request_malformed`. Contract section 3.
 */
export function parseEnvelope(envelope: string): Outcome<DescribedRequest> {
  const found = 'not base64url of one JSON object with url, body and headers, each header once';
  const malformed = refuse('signed_request_malformed', { log: { found } });
  if (envelope.length > LONGEST_ENVELOPE) return malformed;
  const bytes = decodeBase64url(envelope.replace(/={1,2}$/, ''));
  const document = bytes === null ? null : parseStrictJson(bytes, { maxBytes: LONGEST_ENVELOPE });
  if (document === null || Object.keys(document).length !== 3) return malformed;
  const { url, body, headers } = document;
  if (typeof url !== 'string' || typeof body !== 'string' || !isJsonObject(headers)) return malformed;
  const read = readHeaders(headers);
  return read === null ? malformed : accept({ url, body, headers: read });
}

function readHeaders(headers: JsonObject): ReadonlyMap<string, string> | null {
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) return null;
  const read = new Map<string, string>();
  for (const [given, values] of entries) {
    const name = given.toLowerCase();
    const value = Array.isArray(values) && values.length === 1 ? values[0] : values;
    if (!HEADER_NAME.test(name) || read.has(name)) return null;
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) return null;
    read.set(name, value);
  }
  return read;
}
