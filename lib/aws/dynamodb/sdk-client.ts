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
import type { DynamoDb, DynamoDbOperations } from './client.ts';

type Commands = {
  readonly [Operation in keyof DynamoDbOperations]: (
    client: DynamoDBClient,
    input: DynamoDbOperations[Operation][0],
    options: { readonly abortSignal: AbortSignal },
  ) => Promise<DynamoDbOperations[Operation][1]>;
};

const commands: Commands = {
  GetItem: (client, input, options) => client.send(new GetItemCommand(input), options),
  BatchGetItem: (client, input, options) => client.send(new BatchGetItemCommand(input), options),
  Query: (client, input, options) => client.send(new QueryCommand(input), options),
  PutItem: (client, input, options) => client.send(new PutItemCommand(input), options),
  UpdateItem: (client, input, options) => client.send(new UpdateItemCommand(input), options),
  DeleteItem: (client, input, options) => client.send(new DeleteItemCommand(input), options),
  BatchWriteItem: (client, input, options) => client.send(new BatchWriteItemCommand(input), options),
};

/**
 * The same over the AWS SDK's client: for the command line, whose user has profiles and single sign-on, and for local
 * stacks and tests. No function has it in its bundle.
 */
export const sdkDynamoDb = (client: DynamoDBClient): DynamoDb => ({
  call: (operation, input, abortSignal) => commands[operation](client, input, { abortSignal }),
});
