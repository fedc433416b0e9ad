/** Keys of others, and this broker's own. Types only. */
import type { JsonObject } from '../json.ts';
import type { Outcome } from '../outcome.ts';

/**
 * One source of keys. Caches are keyed by `source` (the key-set URL, or the issuer whose discovery names it) and kid.
 */
export interface KeySource {
  readonly issuer: string;
  readonly jwksUri: string | null;
}

export interface KeySets {
  /**
   * The public JWKs of the source that may have signed under `kid` (undefined: the token names none; then all).
   * Refetches for an unknown kid at most once per 30 s for each source. An empty list: no such key. `tried`: the keys
   * that were found for a token without kid, and verify nothing; an empty list then: there are no newer ones. Refuses
   * with `keys_unavailable` where no copy younger than 24 h can be had, with `key_not_known_yet` where the key may be
   * newer than the copy and the source may not be asked yet, with `key_unusable` where it is there and is none.
   */
  find(
    source: KeySource,
    kid: string | undefined,
    signal: AbortSignal,
    tried?: readonly JsonObject[],
  ): Promise<Outcome<readonly JsonObject[]>>;
}

/** Of the broker's own tokens (RFC 7518 section 3.1, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/** Signs with this broker's current private key. */
export interface TokenSigner {
  /**
   * A compact JWS of the claims (RFC 7515), `typ` as given, `alg` and `kid` those of the current key. Throws
   * `Fault('secrets')`.
   */
  sign(type: string, claims: JsonObject, signal: AbortSignal): Promise<string>;
}

/** This broker's own public keys as published: next, current and previous. */
export interface OwnKeys {
  /** Those named `kid`; read again for an unknown one. Throws `Fault('key-sets')`. */
  find(kid: string | undefined, signal: AbortSignal): Promise<readonly JsonObject[]>;
  /** All of them, for the key-set document. */
  all(signal: AbortSignal): Promise<readonly JsonObject[]>;
}
