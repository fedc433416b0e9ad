/** The clients of the functions over the AWS SDK's, whose answers tests make up. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetWebIdentityTokenCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import type { DynamoDb, DynamoDbOperations } from '../../lib/aws/dynamodb/client.ts';
import type { SecretsManager, SecretsManagerOperations } from '../../lib/aws/secrets-manager/client.ts';
import type { Sts, StsActions } from '../../lib/aws/sts/client.ts';

/** Instants as the JSON protocol has them: seconds. */
function onTheWire(output: object): object {
  const members = Object.entries(output).map(([name, value]) => [
    name,
    value instanceof Date ? value.getTime() / 1000 : value,
  ]);
  return Object.fromEntries(members);
}

type Sent<Operations extends object> = {
  readonly [Name in keyof Operations]: (input: never, options: { abortSignal: AbortSignal }) => Promise<object>;
};

/** One that waits for its answer, however long it takes: no request is made twice. */
export function overSdkDynamoDb(client: DynamoDBClient): DynamoDb {
  const sent: Sent<DynamoDbOperations> = {
    GetItem: (input, options) => client.send(new GetItemCommand(input), options),
    BatchGetItem: (input, options) => client.send(new BatchGetItemCommand(input), options),
    Query: (input, options) => client.send(new QueryCommand(input), options),
    PutItem: (input, options) => client.send(new PutItemCommand(input), options),
    UpdateItem: (input, options) => client.send(new UpdateItemCommand(input), options),
    DeleteItem: (input, options) => client.send(new DeleteItemCommand(input), options),
    BatchWriteItem: (input, options) => client.send(new BatchWriteItemCommand(input), options),
  };
  return { call: async (operation, input, abortSignal) => sent[operation](input as never, { abortSignal }) };
}

export function overSdkSecretsManager(client: SecretsManagerClient): SecretsManager {
  const sent: Sent<SecretsManagerOperations> = {
    DescribeSecret: (input, options) => client.send(new DescribeSecretCommand(input), options),
    GetSecretValue: (input, options) => client.send(new GetSecretValueCommand(input), options),
    PutSecretValue: (input, options) => client.send(new PutSecretValueCommand(input), options),
    UpdateSecretVersionStage: (input, options) => client.send(new UpdateSecretVersionStageCommand(input), options),
  };
  return {
    call: async (operation, input, abortSignal) => onTheWire(await sent[operation](input as never, { abortSignal })),
  };
}

export function overSdkSts(client: STSClient): Sts {
  const sent: Sent<StsActions> = {
    AssumeRole: (input, options) => client.send(new AssumeRoleCommand(input), options),
    AssumeRoleWithWebIdentity: (input, options) => client.send(new AssumeRoleWithWebIdentityCommand(input), options),
    AssumeRoleWithSAML: (input, options) => client.send(new AssumeRoleWithSAMLCommand(input), options),
    GetWebIdentityToken: (input, options) => client.send(new GetWebIdentityTokenCommand(input), options),
  };
  return {
    call: async (action, input, abortSignal) => {
      const output: unknown = await sent[action](input as never, { abortSignal });
      return { text: (...path) => textOf(path.reduce(memberOf, output)) };
    },
  };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** As the query protocol's XML has it. */
function textOf(value: unknown): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return value === undefined || value === null ? null : String(value);
}
