import { CompactSign, type CryptoKey, compactVerify, importJWK } from 'jose';
import type { JsonObject } from '../json.ts';
import { Fault } from '../outcome.ts';
import { type KeyRing, parseRing, publicJwk, publicKeys, rotateRing } from './ring.ts';
import type { Rotated } from './rotation.ts';

export interface SigningKeyRotation {
  /** A fresh private JWK with `kid`, `alg` and `use: sig`. */
  makeKey(): Promise<JsonObject>;
  /** Replaces the published key set. */
  publish(keys: readonly JsonObject[]): Promise<void>;
}

/**
 * The ring of signing keys: what was next becomes current, and was published for a whole period before. The first
 * rotation makes two keys.
 */
export const rotatedSigningKeys = ({ makeKey, publish }: SigningKeyRotation): Rotated => ({
  make: async (current) => {
    const ring = current === null ? null : parseRing(current);
    const made = await makeKey();
    const rotated: KeyRing =
      ring === null ? { next: made, current: await makeKey(), previous: null } : rotateRing(ring, made);
    return JSON.stringify(rotated);
  },
  publish: async (pending) => publish(publicKeys(readRing(pending))),
  test: async (pending) => {
    const { current } = readRing(pending);
    const text = new TextEncoder().encode('token-broker');
    const signed = await new CompactSign(text)
      .setProtectedHeader({ alg: String(current['alg']) })
      .sign(await importKey(current));
    await compactVerify(signed, await importKey(publicJwk(current)));
  },
});

function readRing(text: string): KeyRing {
  const ring = parseRing(text);
  if (ring === null) throw new Fault('secrets', 'the pending version is no ring of keys');
  return ring;
}

async function importKey(jwk: JsonObject): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, String(jwk['alg']));
  if (key instanceof Uint8Array) throw new Fault('secrets', 'a signing key is symmetric');
  return key;
}
