import type {
  DescribeSecretRequest,
  GetSecretValueRequest,
  PutSecretValueRequest,
  Tag,
  UpdateSecretVersionStageRequest,
} from '@aws-sdk/client-secrets-manager';
import type { Settings } from '../../host/settings.ts';
import { jsonRpc } from '../wire/json-rpc.ts';

/** A day as the wire has it. */
type EpochSecondsOnTheWire = number;

export interface DescribedSecret {
  readonly DeletedDate?: EpochSecondsOnTheWire;
  readonly Tags?: readonly Tag[];
  readonly VersionIdsToStages?: Readonly<Record<string, string[]>>;
}

export interface SecretValue {
  readonly SecretString?: string;
  readonly VersionId?: string;
  readonly CreatedDate?: EpochSecondsOnTheWire;
}

/**
 * The operations that the broker uses, each with its input and what it reads of the output: AWS Secrets Manager API
 * reference.
 */
export interface SecretsManagerOperations {
  readonly DescribeSecret: readonly [DescribeSecretRequest, DescribedSecret];
  readonly GetSecretValue: readonly [GetSecretValueRequest, SecretValue];
  readonly PutSecretValue: readonly [PutSecretValueRequest & { readonly ClientRequestToken: string }, object];
  readonly UpdateSecretVersionStage: readonly [UpdateSecretVersionStageRequest, object];
}

export interface SecretsManager {
  /**
   * Throws an error whose `name` is the service's own, or one that says that no answer came. A request may arrive
   * twice.
   */
  call<Operation extends keyof SecretsManagerOperations>(
    operation: Operation,
    input: SecretsManagerOperations[Operation][0],
    signal: AbortSignal,
  ): Promise<SecretsManagerOperations[Operation][1]>;
}

/**
 * A client for the life of the process, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_SECRETS_MANAGER
 * names.
 */
export function secretsManagerClient({ region }: Pick<Settings, 'region'>): SecretsManager {
  const rpc = jsonRpc({ service: 'secretsmanager', target: 'secretsmanager', version: '1.1', region });
  return {
    call: async <Operation extends keyof SecretsManagerOperations>(
      operation: Operation,
      input: SecretsManagerOperations[Operation][0],
      signal: AbortSignal,
    ) => (await rpc(operation, input, signal)) as SecretsManagerOperations[Operation][1],
  };
}
