import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { RotatingSecret } from '../../keys/rotation.ts';

/** A secret under rotation, over AWS Secrets Manager. */
export const rotatingSecret = (client: SecretsManagerClient): RotatingSecret => ({
  stages: async (SecretId) => {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    return new Map(Object.entries(VersionIdsToStages ?? {}));
  },
  read: async (SecretId, version) => {
    try {
      const id = 'id' in version ? { VersionId: version.id } : {};
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId, ...id, VersionStage: version.stage }),
      );
      return SecretString ?? null;
    } catch (cause) {
      if (cause instanceof ResourceNotFoundException) return null;
      throw cause;
    }
  },
  putPending: async (SecretId, ClientRequestToken, SecretString) => {
    const VersionStages = ['AWSPENDING'];
    await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }));
  },
  promote: async (SecretId, MoveToVersionId, from) => {
    const RemoveFromVersionId = from === null ? {} : { RemoveFromVersionId: from };
    const VersionStage = 'AWSCURRENT';
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage, MoveToVersionId, ...RemoveFromVersionId }),
    );
  },
});
