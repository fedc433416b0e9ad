import { createHash, timingSafeEqual } from 'node:crypto';
import { accept, type Outcome } from '../../outcome.ts';
import type { SecretVersion } from '../../ports.ts';
import type { AuthenticatedClient, ClientProof } from '../principal.ts';
import { type ClientContext, clientClaims, clientRefusal, isClientName, readClient } from './registered-client.ts';

/** Read under the presented name where there is no such client, so that an unknown client costs what a known one does, at the first try and later. */
const nobodysSecret = (name: string): string => `token-broker/clients/${isClientName(name) ? name : '-'}`;
const NOBODYS_DIGEST = Buffer.alloc(32);

type SecretProof = Extract<ClientProof, { method: 'client_secret_basic' | 'client_secret_post' }>;

/**
 * Compares the secret with the current version, and with the previous one until `secretOverlap` after the rotation, both in constant time and always both.
 * The evidence names the version, so that an operator knows when the old one is idle. RFC 6749 section 2.3.1.
 */
export async function verifyClientSecret(
  proof: SecretProof,
  context: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  const client = await readClient(proof.client, context.configuration, context.signal);
  const registered = client?.authentication.method === 'secret' ? client.authentication : null;
  const stored = await context.secrets.read(registered?.secret ?? nobodysSecret(proof.client), context.signal);
  const overlap = registered?.overlap ?? 0;
  const retired = stored?.previous?.retiredAt ?? null;
  const inOverlap = retired !== null && context.now * 1000 < retired + overlap * 1000;
  const isCurrent = equals(proof.secret, stored?.current);
  const isPrevious = equals(proof.secret, stored?.previous ?? undefined);
  if (client === null || registered === null) return clientRefusal('client_unknown');
  if (stored === null) return clientRefusal('client_secret_absent');
  const version = isCurrent ? stored.current : isPrevious && inOverlap ? stored.previous : null;
  if (version === null) return clientRefusal(isPrevious ? 'client_secret_retired' : 'client_secret_wrong');
  return accept({
    client: client.client,
    claims: clientClaims(client),
    proof: {
      kind: 'client-secret',
      issuer: null,
      tokenId: null,
      sha256: null,
      secretVersion: version.versionId,
      expires: null,
    },
    reuse: null,
  });
}

/** Of digests, so that neither the length nor the place of the first difference shows in the time. */
function equals(presented: string, stored: SecretVersion | undefined): boolean {
  const digest = stored === undefined || stored.value === '' ? NOBODYS_DIGEST : sha256(stored.value);
  return timingSafeEqual(sha256(presented), digest);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
