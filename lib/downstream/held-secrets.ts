import type { OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Secrets, SecretVersion } from '../ports/secrets.ts';
import type { StepGrant } from './downstream-request.ts';
import { HOST_TAG, hostTagOf } from './host-tag.ts';

/** One version of each secret that a grant needs, by name. Values are secret. */
export interface HeldSecrets {
  readonly versions: ReadonlyMap<string, SecretVersion>;
  /** Version ids in the order of the names; null: the grant needs no secret. */
  readonly id: string | null;
}

/** A secret, and the endpoint that it is for: it is sent nowhere else. */
export interface SecretUse {
  readonly name: string;
  readonly endpoint: string;
}

/** The secrets that a grant needs: the client's own at each server, and the key that signs its assertions. */
export function secretUses(grant: OauthTokenGrant | StepGrant): readonly SecretUse[] {
  const here = (...names: readonly (string | null | undefined)[]) =>
    names.flatMap((name) => (typeof name === 'string' ? [{ name, endpoint: grant.tokenEndpoint }] : []));
  switch (grant.provider) {
    case 'github-app':
      return here(grant.privateKey);
    case 'jwt-bearer':
      return here(grant.client?.secret, grant.signer.kind === 'secret' ? grant.signer.secret : null);
    case 'client-credentials':
    case 'token-exchange':
    case 'redemption':
      return here(grant.client?.secret);
    case 'id-jag': {
      const { client, tokenEndpoint: endpoint } = grant.identityProvider;
      return [...(client.secret === null ? [] : [{ name: client.secret, endpoint }]), ...here(grant.client.secret)];
    }
  }
}

/** The secrets of a grant, as `readSecretsFor` has them. */
export const readHeldSecrets = (
  secrets: Secrets,
  grant: OauthTokenGrant | StepGrant,
  age: 'cached' | 'fresh',
  signal: AbortSignal,
): Promise<Outcome<readonly [HeldSecrets, ...HeldSecrets[]]>> =>
  readSecretsFor(secrets, secretUses(grant), age, signal);

/**
 * Secrets in the order in which they are tried: the current versions, then (rotation overlap) the previous ones where
 * there are any. Refuses with `downstream_secret_missing`, and with `downstream_secret_host` where a secret's tag does
 * not name the host of its endpoint: it is neither sent there nor signed with. Throws `Fault('secrets')`.
 */
export async function readSecretsFor(
  secrets: Secrets,
  uses: readonly SecretUse[],
  age: 'cached' | 'fresh',
  signal: AbortSignal,
): Promise<Outcome<readonly [HeldSecrets, ...HeldSecrets[]]>> {
  const current = new Map<string, SecretVersion>();
  const previous = new Map<string, SecretVersion>();
  for (const { name, endpoint } of uses) {
    const host = hostTagOf(endpoint);
    const read = await secrets.read(name, signal, age);
    if (read === null) return refuse('downstream_secret_missing', { log: { secret: name, host } });
    if (read.current.tags[HOST_TAG]?.toLowerCase() !== host) {
      return refuse('downstream_secret_host', { log: { secret: name, host } });
    }
    current.set(name, read.current);
    previous.set(name, read.previous ?? read.current);
  }
  const [now, before] = [held(current), held(previous)];
  return accept(before.id === now.id ? [now] : [now, before]);
}

const held = (versions: ReadonlyMap<string, SecretVersion>): HeldSecrets => ({
  versions,
  id: versions.size === 0 ? null : [...versions.values()].map(({ versionId }) => versionId).join(' '),
});
