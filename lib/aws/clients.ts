import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { STSClient } from '@aws-sdk/client-sts';
import { clientOptions } from './client-options.ts';
import type { Settings } from './settings.ts';

/**
 * Clients for the life of the process: one connection pool each, regional endpoints, credentials of the environment. Where an endpoint is set it is set through the SDK's
 * own variables (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS, …) and nowhere else.
 */
export function dynamoDbClient(settings: Pick<Settings, 'region'>): DynamoDBClient {
  const client = new DynamoDBClient(clientOptions(settings));
  for (const step of NEEDLESS) client.middlewareStack.remove(step);
  return client;
}

/** Steps of the SDK that cost a sixth of a record on its way and do nothing for it: no logger is set, DynamoDB calls no function back, and nobody reads the agent. */
const NEEDLESS = ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware'];

export const stsClient = (settings: Pick<Settings, 'region'>): STSClient => new STSClient(clientOptions(settings));
