import { isJsonObject, type JsonObject } from '../json.ts';

/**
 * This broker's signing keys as their secret holds them: private JWKs (RFC 7517), each with `kid` and `alg`. A rotation
 * promotes `next` and makes a new one, so that a key is published a full period before it signs, and one after;
 * verifiers may cache for that long.
 */
export interface KeyRing {
  readonly next: JsonObject;
  readonly current: JsonObject;
  /** null: the first period. */
  readonly previous: JsonObject | null;
}

export const rotateRing = (ring: KeyRing, made: JsonObject): KeyRing => ({
  next: made,
  current: ring.next,
  previous: ring.current,
});

/** Reads the secret string; null where it is no ring (also: not yet). */
export function parseRing(text: string): KeyRing | null {
  const value = parseJson(text);
  if (!isJsonObject(value)) return null;
  const { next, current, previous } = value;
  if (!isPrivateJwk(next) || !isPrivateJwk(current)) return null;
  if (previous === null) return { next, current, previous };
  return isPrivateJwk(previous) ? { next, current, previous } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isPrivateJwk = (value: unknown): value is JsonObject =>
  isJsonObject(value) &&
  typeof value['kty'] === 'string' &&
  typeof value['kid'] === 'string' &&
  typeof value['alg'] === 'string' &&
  typeof value['d'] === 'string';

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use', 'x5c'];

/** The public half: named members only, so that whatever else a private key has stays where it is. */
export function publicJwk(key: JsonObject): JsonObject {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((member) => {
      const value = key[member];
      return value === undefined ? [] : [[member, value] as const];
    }),
  );
}

/** What is published: next, current and previous. */
export const publicKeys = ({ next, current, previous }: KeyRing): readonly JsonObject[] =>
  [current, next, previous].filter((key) => key !== null).map(publicJwk);
