import type { RotatingSecret } from '../../keys/rotation.ts';
import type { SecretsManager } from './client.ts';

/** A call of a rotation ends then; Secrets Manager starts the step again. */
const CALL_MS = 10_000;

const deadline = (): AbortSignal => AbortSignal.timeout(CALL_MS);

/** A secret under rotation, over AWS Secrets Manager. */
export const rotatingSecret = (client: SecretsManager): RotatingSecret => ({
  stages: async (SecretId) => {
    const { VersionIdsToStages } = await client.call('DescribeSecret', { SecretId }, deadline());
    return new Map(Object.entries(VersionIdsToStages ?? {}));
  },
  read: async (SecretId, version) => {
    try {
      const id = 'id' in version ? { VersionId: version.id } : {};
      const { SecretString } = await client.call(
        'GetSecretValue',
        { SecretId, ...id, VersionStage: version.stage },
        deadline(),
      );
      return SecretString ?? null;
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return null;
      throw cause;
    }
  },
  putPending: async (SecretId, ClientRequestToken, SecretString) => {
    const VersionStages = ['AWSPENDING'];
    await client.call('PutSecretValue', { SecretId, ClientRequestToken, SecretString, VersionStages }, deadline());
  },
  promote: async (SecretId, MoveToVersionId, from) => {
    const RemoveFromVersionId = from === null ? {} : { RemoveFromVersionId: from };
    const VersionStage = 'AWSCURRENT';
    await client.call(
      'UpdateSecretVersionStage',
      { SecretId, VersionStage, MoveToVersionId, ...RemoveFromVersionId },
      deadline(),
    );
  },
});
