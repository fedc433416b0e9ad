import type { OauthTokenGrant } from '../configuration/documents.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Secrets, SecretVersion } from '../ports/secrets.ts';
import { HOST_TAG, hostTagOf } from './host-tag.ts';

/** One version of each secret that a grant needs, by name. Values are secret. */
export interface HeldSecrets {
  readonly versions: ReadonlyMap<string, SecretVersion>;
  /** Version ids in the order of the names; null: the grant needs no secret. */
  readonly id: string | null;
}

/** Names of the secrets that a grant needs: the client's own, and the key that signs its assertions. */
export function secretNames(grant: OauthTokenGrant): readonly string[] {
  switch (grant.provider) {
    case 'github-app':
      return [grant.privateKey];
    case 'jwt-bearer':
      return [grant.client?.secret ?? null, grant.signer.kind === 'secret' ? grant.signer.secret : null].filter(
        (name) => name !== null,
      );
    case 'client-credentials':
    case 'token-exchange':
      return [grant.client?.secret ?? null].filter((name) => name !== null);
  }
}

/** Which secrets, and where they may be sent. */
export interface SecretUse {
  readonly names: readonly string[];
  /** The endpoint that they are for. */
  readonly endpoint: string;
}

/** The secrets of a grant, as `readSecretsFor` has them. */
export const readHeldSecrets = (
  secrets: Secrets,
  grant: OauthTokenGrant,
  age: 'cached' | 'fresh',
  signal: AbortSignal,
): Promise<Outcome<readonly [HeldSecrets, ...HeldSecrets[]]>> =>
  readSecretsFor(secrets, { names: secretNames(grant), endpoint: grant.tokenEndpoint }, age, signal);

/**
 * Secrets in the order in which they are tried: the current versions, then (rotation overlap) the previous ones where
 * there are any. Refuses with `downstream_secret_missing`, and with `downstream_secret_host` where a secret's tag does
 * not name the host of the endpoint: it is neither sent there nor signed with. Throws `Fault('secrets')`.
 */
export async function readSecretsFor(
  secrets: Secrets,
  { names, endpoint }: SecretUse,
  age: 'cached' | 'fresh',
  signal: AbortSignal,
): Promise<Outcome<readonly [HeldSecrets, ...HeldSecrets[]]>> {
  const host = hostTagOf(endpoint);
  const current = new Map<string, SecretVersion>();
  const previous = new Map<string, SecretVersion>();
  for (const name of names) {
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
