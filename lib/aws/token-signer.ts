import { type CryptoKey, importJWK, SignJWT } from 'jose';
import type { JsonObject } from '../json.ts';
import { parseRing } from '../keys/ring.ts';
import { Fault } from '../outcome.ts';
import type { Secrets, TokenSigner } from '../ports.ts';

interface SigningKey {
  readonly versionId: string;
  readonly kid: string;
  readonly alg: string;
  readonly key: CryptoKey;
}

/** Signs with the `current` key of the ring in the secret's current version; the imported key is kept as long as the version is. */
export function tokenSigner(secrets: () => Promise<Secrets>, secretName: string | null): TokenSigner {
  let kept: SigningKey | null = null;
  return {
    sign: async (type, claims, signal) => {
      kept = await currentKey(await secrets(), secretName, kept, signal);
      const { alg, kid, key } = kept;
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: type }).sign(key);
    },
  };
}

async function currentKey(
  secrets: Secrets,
  secretName: string | null,
  kept: SigningKey | null,
  signal: AbortSignal,
): Promise<SigningKey> {
  const secret = secretName === null ? null : await secrets.read(secretName, signal);
  if (secret === null) throw new Fault('secrets', 'there is no ring of signing keys');
  const { versionId, value } = secret.current;
  if (kept?.versionId === versionId) return kept;
  const ring = parseRing(value);
  if (ring === null) throw new Fault('secrets', 'the ring of signing keys was not rotated yet, or is no ring');
  return importSigningKey(ring.current, versionId);
}

async function importSigningKey(jwk: JsonObject, versionId: string): Promise<SigningKey> {
  const { kid, alg } = jwk;
  const key = await importJWK({ ...jwk }, String(alg));
  if (typeof kid !== 'string' || typeof alg !== 'string' || key instanceof Uint8Array) {
    throw new Fault('secrets', 'the current signing key is unusable');
  }
  return { versionId, kid, alg, key };
}
