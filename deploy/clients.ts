import { ACMClient } from '@aws-sdk/client-acm';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';

/** Everything that a deployment looks at before it begins. Reads only. */
export type Clients = ReturnType<typeof clientsOf>;

/** Clients of one Region with the AWS settings of this process; null: the Region of those. */
export function clientsOf(region: string | null) {
  const settings = { ...(region === null ? {} : { region }), maxAttempts: 3 };
  return {
    acm: new ACMClient(settings),
    apiGateway: new ApiGatewayV2Client(settings),
    cloudFormation: new CloudFormationClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    iam: new IAMClient(settings),
    kms: new KMSClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    route53: new Route53Client(settings),
    secretsManager: new SecretsManagerClient(settings),
    sts: new STSClient(settings),
  };
}
