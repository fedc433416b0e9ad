/**
 * The id of an issuance: `iss_` and 26 characters of Crockford's base32, 48 bits of milliseconds and 80 further bits
 * (the layout of a ULID). Ids sort by time as text, and each is a valid RoleSessionName (30 of `[\w+=,.@-]`, AWS STS
 * allows 64) and RFC 7519 `jti`.
 */
import type { Random } from '../ports/host.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';

/** In ASCII order, so that text sorts as the number does; without I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX = 'iss_';
const TIME_CHARACTERS = 10;
const TAIL_CHARACTERS = 16;
const TAIL_BYTES = 10;

/** The last millisecond that an id can name: 2^48 - 1, in the year 10889. */
const LAST_MILLISECOND = 2 ** 48 - 1;

/** Ten characters hold 50 bits, so the first is at most 7 where the time has 48. */
const PATTERN = /^iss_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A new id for an issuance that happens at `time` (milliseconds, 0 to 2^48 - 1). Throws `RangeError` outside that. */
export function issuanceId(time: EpochMilliseconds, random: Random): string {
  return composeId(time, random.bytes(TAIL_BYTES));
}

/** The id with this time and these 80 bits (exactly ten bytes). Throws `RangeError` for anything else. */
export function composeId(time: EpochMilliseconds, tail: Uint8Array): string {
  if (tail.length !== TAIL_BYTES) throw new RangeError('an issuance id has exactly 80 bits beside its time');
  let value = 0n;
  for (const byte of tail) value = (value << 8n) | BigInt(byte);
  return `${PREFIX}${encodeTime(time)}${encode(value, TAIL_CHARACTERS)}`;
}

/** The least id-like text at `time`: a lower bound for a range of ids. */
export const firstIdAt = (time: EpochMilliseconds): string =>
  `${PREFIX}${encodeTime(time)}${'0'.repeat(TAIL_CHARACTERS)}`;

/** The greatest id-like text at `time`: an upper bound for a range of ids. */
export const lastIdAt = (time: EpochMilliseconds): string =>
  `${PREFIX}${encodeTime(time)}${'Z'.repeat(TAIL_CHARACTERS)}`;

/** `id` moved to another time, its other 80 bits kept. */
export const idMovedTo = (id: string, time: EpochMilliseconds): string =>
  `${PREFIX}${encodeTime(time)}${id.slice(-TAIL_CHARACTERS)}`;

export interface IssuanceIdParts {
  readonly time: EpochMilliseconds;
  /** 0 to 31: evenly spread, the same for ever for one id. Storage derives its shards from it. */
  readonly spread: number;
}

/**
 * Reads an id. null for anything that `composeId` cannot have made: other lengths, lower case, I, L, O, U, times beyond
 * 48 bits.
 */
export function parseIssuanceId(text: string): IssuanceIdParts | null {
  if (!PATTERN.test(text)) return null;
  let time = 0;
  for (const character of text.slice(PREFIX.length, PREFIX.length + TIME_CHARACTERS)) {
    time = time * 32 + ALPHABET.indexOf(character);
  }
  return { time: epochMilliseconds(time), spread: ALPHABET.indexOf(text.slice(-1)) };
}

function encodeTime(time: EpochMilliseconds): string {
  if (!Number.isInteger(time) || time < 0 || time > LAST_MILLISECOND) {
    throw new RangeError('the time of an issuance id is a whole number of milliseconds below 2^48');
  }
  return encode(BigInt(time), TIME_CHARACTERS);
}

function encode(value: bigint, characters: number): string {
  let text = '';
  for (let rest = value, left = characters; left > 0; left -= 1, rest >>= 5n)
    text = `${ALPHABET[Number(rest & 31n)]}${text}`;
  return text;
}
