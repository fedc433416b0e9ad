import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { ApiGatewayV2Client, GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetHostedZoneCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';

export const ACCOUNT = '999900001111';
export const REGION = 'eu-central-1';
export const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/0a1b`;
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/0a1b`;
export const NOW = Date.parse('2026-11-25T12:00:00Z');

/** An error as the SDK throws it: its code is its name. */
export const coded = (name: string): Error => Object.assign(new Error('said by AWS'), { name });

/** The policy of examples/kms-key.yaml, as KMS gives it. */
export const KEY_POLICY = {
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Condition: {
        StringEquals: {
          'kms:ViaService': [`dynamodb.${REGION}.amazonaws.com`, `secretsmanager.${REGION}.amazonaws.com`],
        },
      },
    },
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: 'kms:CreateGrant',
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ],
};

/** An account that is ready for a first deployment: each test takes one thing out of order. */
export const aws = {
  acm: mockClient(ACMClient),
  apiGateway: mockClient(ApiGatewayV2Client),
  cloudFormation: mockClient(CloudFormationClient),
  dynamoDb: mockClient(DynamoDBClient),
  iam: mockClient(IAMClient),
  kms: mockClient(KMSClient),
  lambda: mockClient(LambdaClient),
  logs: mockClient(CloudWatchLogsClient),
  route53: mockClient(Route53Client),
  secretsManager: mockClient(SecretsManagerClient),
  sts: mockClient(STSClient),
};

export function readyAccount(): void {
  for (const mock of Object.values(aws)) mock.reset();
  aws.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:role/deployer` });
  aws.cloudFormation.on(DescribeStacksCommand).rejects(coded('ValidationError'));
  aws.cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' });
  aws.lambda.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 1_000 },
  });
  aws.acm.on(DescribeCertificateCommand).resolves({
    Certificate: { Status: 'ISSUED', DomainName: '*.example.com', NotAfter: new Date(NOW + 200 * 86_400_000) },
  });
  aws.route53
    .on(GetHostedZoneCommand)
    .resolves({ HostedZone: { Id: 'Z1', Name: 'example.com.', CallerReference: '' } });
  aws.route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets: [] });
  aws.kms.on(DescribeKeyCommand).resolves({
    KeyMetadata: { KeyId: '0a1b', KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' },
  });
  aws.kms.on(GetKeyPolicyCommand).resolves({ Policy: JSON.stringify(KEY_POLICY) });
  aws.dynamoDb.on(DescribeTableCommand).rejects(coded('ResourceNotFoundException'));
  aws.secretsManager.on(DescribeSecretCommand).rejects(coded('ResourceNotFoundException'));
  aws.logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
  aws.iam.on(GetRoleCommand).rejects(coded('NoSuchEntityException'));
  aws.iam.on(GetPolicyCommand).rejects(coded('NoSuchEntityException'));
  aws.apiGateway.on(GetDomainNameCommand).rejects(coded('NotFoundException'));
}
