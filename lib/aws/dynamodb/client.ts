import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Settings } from '../../host/settings.ts';
import { clientOptions } from '../client-options.ts';

/** Steps of the SDK that cost a sixth of a record on its way and do nothing for it: no logger is set, DynamoDB calls no function back, and nobody reads the agent. */
const NEEDLESS = ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware'];

/** A client for the life of the process, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_DYNAMODB names. */
export function dynamoDbClient(settings: Pick<Settings, 'region'>): DynamoDBClient {
  const client = new DynamoDBClient(clientOptions(settings));
  for (const step of NEEDLESS) client.middlewareStack.remove(step);
  return client;
}
