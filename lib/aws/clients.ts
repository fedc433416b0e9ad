import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from './environment-credentials.ts';
import type { Settings } from './settings.ts';

/** Longest wait for a connection, and then for an answer; a call has one retry, and its signal ends it sooner. */
const CONNECTION_TIMEOUT_MS = 500;
const ANSWER_TIMEOUT_MS = 1_000;

const options = ({ region }: Pick<Settings, 'region'>) => ({
  region,
  credentials: defaultProvider(),
  maxAttempts: 2,
  retryMode: 'standard',
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: ANSWER_TIMEOUT_MS,
    // Without it the SDK only writes a warning and goes on waiting.
    throwOnRequestTimeout: true,
    httpsAgent: { keepAlive: true, maxSockets: 128 },
    httpAgent: { keepAlive: true, maxSockets: 128 },
  },
});

/**
 * Clients for the life of the process: one connection pool each, regional endpoints, credentials of the environment. Where an endpoint is set it is set through the SDK's
 * own variables (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS, …) and nowhere else.
 */
export const dynamoDbClient = (settings: Pick<Settings, 'region'>): DynamoDBClient =>
  new DynamoDBClient(options(settings));

export const stsClient = (settings: Pick<Settings, 'region'>): STSClient => new STSClient(options(settings));

export const secretsManagerClient = (settings: Pick<Settings, 'region'>): SecretsManagerClient =>
  new SecretsManagerClient(options(settings));
