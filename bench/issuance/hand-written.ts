/**
 * The script that the broker is measured against: what somebody would write for one role and one repository. It
 * verifies the token with jose, writes what it is about to do, assumes the role and writes what came of it, with the
 * same SDK clients and settings. No configuration, no policy, no log.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { clientOptions } from './client-options.ts';

const { IDP = '', ISSUER = '', LEDGER_TABLE = '', AWS_REGION = '', EXTERNAL_ID = '' } = process.env;
const dynamoDb = new DynamoDBClient(clientOptions({ region: AWS_REGION }));
const sts = new STSClient(clientOptions({ region: AWS_REGION }));
const keys = createRemoteJWKSet(new URL(`${IDP}/jwks`));

const write = (id: string, record: object): Promise<unknown> =>
  dynamoDb.send(
    new PutItemCommand({
      TableName: LEDGER_TABLE,
      Item: {
        pk: { S: id.slice(0, 8) },
        sk: { S: id },
        record: { S: JSON.stringify(record) },
        expires: { N: '1800000000' },
      },
    }),
  );

export const handler = async (event: APIGatewayProxyEventV2) => {
  const token = (event.headers['authorization'] ?? '').replace(/^Bearer /, '');
  const { payload } = await jwtVerify(token, keys, { issuer: IDP, audience: ISSUER, algorithms: ['RS256'] });
  if (payload['repository_id'] !== '1296269' || payload['ref'] !== 'refs/heads/main') return { statusCode: 403 };
  const id = randomUUID();
  const { sub, repository, sha, run_id } = payload;
  const record = { id, time: new Date().toISOString(), sub, repository, sha, run_id, requestId: event.requestContext };
  await write(id, { ...record, outcome: 'started' });
  const role = new AssumeRoleCommand({
    RoleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
    RoleSessionName: id,
    DurationSeconds: 3600,
    ExternalId: EXTERNAL_ID,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'ecs:UpdateService',
          Resource: 'arn:aws:ecs:eu-west-1:111122223333:service/web/*',
        },
        { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::acme-web/${repository}/*` },
      ],
    }),
    Tags: [
      { Key: 'repository', Value: String(repository) },
      { Key: 'commit', Value: String(sha) },
    ],
  });
  const { Credentials: credentials } = await sts.send(role);
  await write(id, { ...record, outcome: 'issued', accessKeyId: credentials?.AccessKeyId });
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({
      Version: 1,
      AccessKeyId: credentials?.AccessKeyId,
      SecretAccessKey: credentials?.SecretAccessKey,
      SessionToken: credentials?.SessionToken,
      Expiration: credentials?.Expiration?.toISOString(),
    }),
  };
};
