import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { parseStrictJson } from '../strict-json.ts';
import { claimType } from './public-text.ts';

/** The longest token that is read, in characters. */
export const MAX_TOKEN_CHARACTERS = 20_000;

/**
 * The header members that are used. The others (`jku`, `x5u`, `jwk`, `x5c`, …) are the token's own word and lead
 * nowhere.
 */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  /** Only a proof of possession is verified by a key of its own word (RFC 9449 section 4.2); nobody else reads this. */
  readonly ownWord?: { readonly jwk: JsonObject };
}

/** A compact JWS by its shape: nothing in it is believed. */
interface ParsedJws {
  readonly compact: string;
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
}

type IsOfType = (value: JsonValue | undefined) => boolean;

const isString: IsOfType = (value) => typeof value === 'string';
const isListOfStrings: IsOfType = (value) => Array.isArray(value) && value.every(isString);

/** RFC 7515 section 4.1. A member of another type is read differently by different libraries, so it is refused. */
const MEMBER_TYPES = Object.entries<IsOfType>({
  alg: isString,
  kid: isString,
  typ: isString,
  cty: isString,
  jku: isString,
  x5u: isString,
  x5t: isString,
  'x5t#S256': isString,
  jwk: isJsonObject,
  x5c: isListOfStrings,
});

/** Members that change what is signed or how it is read (RFC 7515 section 4.1.11, RFC 7516 section 4.1.3, RFC 7797). */
const REFUSED_MEMBERS = ['crit', 'zip', 'b64'] as const;

/**
 * Reads a compact JWS of at most 20,000 characters: three parts of canonical base64url (no padding, no blanks, no stray
 * bits in the last character) and a JSON header whose known members have their types. Refuses with `token_too_large`,
 * `token_malformed` or `header_not_allowed`. RFC 7515 sections 3.1, 4 and 7.1, RFC 8725 sections 2.4 and 3.
 */
export function parseJws(compact: string): Outcome<ParsedJws> {
  const { length } = compact;
  if (length > MAX_TOKEN_CHARACTERS) return refuse('token_too_large', { log: { characters: length } });
  const parts = compact.split('.', 6);
  if (parts.length !== 3) return malformed(partsOf(parts.length));
  const [header, payload, signature] = parts.map(decodeBase64url);
  if (header == null || payload == null || signature == null) {
    return malformed('a part that is not base64url: a blank, a line end, quotes or padding in it');
  }
  const members = parseStrictJson(header, { maxBytes: MAX_TOKEN_CHARACTERS });
  if (members === null) return malformed('a header that is not one JSON object');
  const read = readHeader(members);
  return read.ok ? accept({ compact, header: read.value, payload }) : read;
}

/** Told to the operator alone: of a token that nobody vouches for its form, never a part of it. */
export const malformed = (found: string) => refuse('token_malformed', { log: { found } });

function partsOf(count: number): string {
  if (count === 1) return 'no dot: an opaque token, or none';
  return count === 5
    ? 'five parts: an encrypted token'
    : `${count === 6 ? 'more than five' : count} parts in place of three`;
}

/** The bytes of canonical base64url, or null (RFC 7515 section 2, RFC 4648 section 3.5). */
export function decodeBase64url(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function readHeader(members: JsonObject): Outcome<JwsHeader> {
  const refused = REFUSED_MEMBERS.find((name) => Object.hasOwn(members, name));
  if (refused !== undefined) return refuse('header_not_allowed', { log: { found: refused } });
  for (const [name, isOfType] of MEMBER_TYPES) {
    if (!Object.hasOwn(members, name) || isOfType(members[name])) continue;
    return refuse('header_not_allowed', { log: { found: `${name} is ${claimType(members[name])}` } });
  }
  const { alg, kid, typ, jwk } = members;
  if (typeof alg !== 'string' || alg === '') return malformed('a header without alg');
  return accept({
    ...{ alg, kid: stringOrNothing(kid), typ: stringOrNothing(typ) },
    ...(isJsonObject(jwk) ? { ownWord: { jwk } } : {}),
  });
}

const stringOrNothing = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
