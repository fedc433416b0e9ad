import { createPrivateKey } from 'node:crypto';
import type { ServiceKey, ServiceKeyRing, ServiceKeys } from '../../identity/saml/service-keys.ts';
import type { JsonObject } from '../../json.ts';
import { parseRing } from '../../keys/ring.ts';
import { Fault } from '../../outcome.ts';
import type { Secrets } from '../../ports/secrets.ts';

/** The ring of SAML keys in its secret's current version; the keys are imported once a version. */
export function samlKeys(secrets: () => Promise<Secrets>, secretName: string | null): ServiceKeys {
  let kept: { readonly versionId: string; readonly ring: ServiceKeyRing } | null = null;
  const ring = async (signal: AbortSignal): Promise<ServiceKeyRing> => {
    const secret = secretName === null ? null : await (await secrets()).read(secretName, signal);
    if (secret === null) throw new Fault('secrets', 'there is no ring of SAML keys');
    const { versionId, value } = secret.current;
    if (kept?.versionId !== versionId) kept = { versionId, ring: importRing(value) };
    return kept.ring;
  };
  return {
    ring,
    decryptionKeys: async (signal) => {
      const { current, next, previous } = await ring(signal);
      return [current, next, ...(previous === null ? [] : [previous])].map(({ privateKey }) => privateKey);
    },
  };
}

function importRing(text: string): ServiceKeyRing {
  const ring = parseRing(text);
  if (ring === null) throw new Fault('secrets', 'the ring of SAML keys was not rotated yet, or is no ring');
  const { current, next, previous } = ring;
  return {
    current: importKey(current),
    next: importKey(next),
    previous: previous === null ? null : importKey(previous),
  };
}

function importKey(jwk: JsonObject): ServiceKey {
  const chain = jwk['x5c'];
  const certificate: unknown = Array.isArray(chain) ? chain[0] : undefined;
  if (typeof certificate !== 'string') throw new Fault('secrets', 'a SAML key has no certificate');
  return { privateKey: createPrivateKey({ key: { ...jwk }, format: 'jwk' }), certificate };
}
