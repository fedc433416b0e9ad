import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { STSClient } from '@aws-sdk/client-sts';
import { clientOptions } from './client-options.ts';
import type { Settings } from './settings.ts';

/**
 * Clients for the life of the process: one connection pool each, regional endpoints, credentials of the environment. Where an endpoint is set it is set through the SDK's
 * own variables (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS, …) and nowhere else.
 */
export const dynamoDbClient = (settings: Pick<Settings, 'region'>): DynamoDBClient =>
  new DynamoDBClient(clientOptions(settings));

export const stsClient = (settings: Pick<Settings, 'region'>): STSClient => new STSClient(clientOptions(settings));
