import { Fault } from '../../outcome.ts';
import type { Secrets, SecretVersion } from '../../ports/secrets.ts';
import { epochMilliseconds } from '../../time.ts';
import type { DescribedSecret, SecretsManager, SecretValue } from './client.ts';

/** What the port answers: the current and the previous version, or that there is no such secret. */
export type SecretVersions = Awaited<ReturnType<Secrets['read']>>;

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/**
 * Reads both versions of a secret and its tags, at once. `retiredAt` of the previous version is when the current one
 * was made, which is seconds before it took its place. A secret that waits for its deletion is as good as none. Where a
 * function may not read the tags, there are none. Throws `Fault('secrets')` for anything else that fails, without the
 * value or AWS's message.
 */
export async function readVersions(
  client: SecretsManager,
  name: string,
  abortSignal: AbortSignal,
): Promise<SecretVersions> {
  const value = (stage: Stage) =>
    orNull(
      client.call('GetSecretValue', { SecretId: name, VersionStage: stage }, abortSignal),
      'ResourceNotFoundException',
    );
  try {
    const [described, current, previous] = await Promise.allSettled([
      orNull(
        client.call('DescribeSecret', { SecretId: name }, abortSignal),
        'ResourceNotFoundException',
        'AccessDeniedException',
      ),
      value('AWSCURRENT'),
      value('AWSPREVIOUS'),
    ]);
    const description = fulfilled(described);
    if (description?.DeletedDate !== undefined) return null;
    return versions(description, fulfilled(current), fulfilled(previous));
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('secrets', 'A secret cannot be read.', { cause });
  }
}

function versions(
  description: DescribedSecret | null,
  current: SecretValue | null,
  previous: SecretValue | null,
): SecretVersions {
  if (current === null) return null;
  const tags = Object.fromEntries((description?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  const now = versionOf(current, tags);
  // A rotation between the two reads shows one version twice.
  if (previous === null || previous.VersionId === current.VersionId) return { current: now, previous: null };
  const retired = current.CreatedDate;
  const retiredAt = retired === undefined ? null : epochMilliseconds(Math.floor(retired * 1000));
  return { current: now, previous: { ...versionOf(previous, tags), retiredAt } };
}

function versionOf({ SecretString, VersionId }: SecretValue, tags: SecretVersion['tags']): SecretVersion {
  if (!SecretString || !VersionId) throw new Fault('secrets', 'A secret has no secret string.');
  return { value: SecretString, versionId: VersionId, tags };
}

/** The answer; null where AWS says that there is none, by the name of the error. */
async function orNull<T>(answer: Promise<T>, ...none: readonly string[]): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && none.includes(error.name)) return null;
    throw error;
  }
}

function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
