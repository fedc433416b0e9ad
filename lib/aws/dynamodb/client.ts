import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  BatchWriteItemInput,
  BatchWriteItemOutput,
  DeleteItemInput,
  DeleteItemOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  UpdateItemInput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { Settings } from '../../host/settings.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import type { ServiceOptions } from '../wire/service.ts';

/**
 * The operations that the broker uses, each with its input and its output: the Amazon DynamoDB API reference. An item's
 * JSON is the same here and on the wire, because none of its attributes is binary.
 */
export interface DynamoDbOperations {
  readonly GetItem: readonly [GetItemInput, GetItemOutput];
  readonly BatchGetItem: readonly [BatchGetItemInput, BatchGetItemOutput];
  readonly Query: readonly [QueryInput, QueryOutput];
  readonly PutItem: readonly [PutItemInput, PutItemOutput];
  readonly UpdateItem: readonly [UpdateItemInput, UpdateItemOutput];
  readonly DeleteItem: readonly [DeleteItemInput, DeleteItemOutput];
  readonly BatchWriteItem: readonly [BatchWriteItemInput, BatchWriteItemOutput];
}

export interface DynamoDb {
  /**
   * Throws an error whose `name` is DynamoDB's own, or one that says that no answer came. A request may arrive twice:
   * each write has a condition that its own first arrival meets.
   */
  call<Operation extends keyof DynamoDbOperations>(
    operation: Operation,
    input: DynamoDbOperations[Operation][0],
    signal: AbortSignal,
  ): Promise<DynamoDbOperations[Operation][1]>;
}

/**
 * A client for the life of the process, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_DYNAMODB names.
 */
export function dynamoDbClient(
  { region }: Pick<Settings, 'region'>,
  given: Pick<ServiceOptions, 'endpoint' | 'credentials'> = {},
): DynamoDb {
  const rpc = jsonRpc({ ...given, service: 'dynamodb', region, target: 'DynamoDB_20120810', version: '1.0' });
  return {
    call: async <Operation extends keyof DynamoDbOperations>(
      operation: Operation,
      input: DynamoDbOperations[Operation][0],
      signal: AbortSignal,
    ) => (await rpc(operation, input, signal)) as DynamoDbOperations[Operation][1],
  };
}

/** True for the error of a write whose condition did not hold. */
export const conditionFailed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
