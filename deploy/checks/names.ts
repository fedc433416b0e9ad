import { type ApiGatewayV2Client, GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2';
import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Deployment, type NamedResource, namedResources } from '../deployment.ts';
import { exists, type Finding, fail, fine } from '../finding.ts';

export interface NameClients {
  readonly dynamoDb: DynamoDBClient;
  readonly secretsManager: SecretsManagerClient;
  readonly logs: CloudWatchLogsClient;
  readonly iam: IAMClient;
  readonly apiGateway: ApiGatewayV2Client;
}

const PATH = '/token-broker-functions/';

/** Whether a name is taken, by the type of what the template would make under it. */
const taken = (clients: NameClients, of: Deployment): Readonly<Record<string, (name: string) => Promise<boolean>>> => ({
  'AWS::DynamoDB::Table': (name) =>
    exists(() => clients.dynamoDb.send(new DescribeTableCommand({ TableName: name })), ['ResourceNotFoundException']),
  // One that is scheduled for deletion is still there, and its name with it.
  'AWS::SecretsManager::Secret': (name) =>
    exists(
      () => clients.secretsManager.send(new DescribeSecretCommand({ SecretId: name })),
      ['ResourceNotFoundException'],
    ),
  'AWS::Logs::LogGroup': async (name) => {
    const { logGroups = [] } = await clients.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    return logGroups.some(({ logGroupName }) => logGroupName === name);
  },
  'AWS::IAM::Role': (name) =>
    exists(() => clients.iam.send(new GetRoleCommand({ RoleName: name })), ['NoSuchEntityException', 'NoSuchEntity']),
  'AWS::IAM::ManagedPolicy': (name) => {
    const arn = `arn:${of.partition}:iam::${of.account}:policy${PATH}${name}`;
    return exists(
      () => clients.iam.send(new GetPolicyCommand({ PolicyArn: arn })),
      ['NoSuchEntityException', 'NoSuchEntity'],
    );
  },
  'AWS::ApiGatewayV2::DomainName': (name) =>
    exists(() => clients.apiGateway.send(new GetDomainNameCommand({ DomainName: name })), ['NotFoundException']),
});

const said = ({ type, name }: NamedResource): string => `${type.split('::').slice(1).join(' ')} ${name}`;

/** A first deployment fails half-way where a name is taken: by what an earlier one left, or by another deployment. */
export async function checkNames(clients: NameClients, of: Deployment): Promise<readonly Finding[]> {
  if (of.kind === 'update') return [];
  const looks = taken(clients, of);
  const found: NamedResource[] = [];
  for (const resource of namedResources(of)) {
    if (await looks[resource.type]?.(resource.name)) found.push(resource);
  }
  if (found.length === 0) return [fine('Every name that the template takes is free.')];
  const fix = 'Remove it (docs/deploy.md, "The first deployment failed"), or choose another --prefix.';
  return found.map((resource) => fail(`${said(resource)} exists already.`, fix));
}
