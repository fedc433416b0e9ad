/** Which actions a request to AWS asks for, and what is let through: nothing that hides what it asks. */
import { describe, expect, it } from '@jest/globals';
import { actionsOf } from '../../../bin/signer/actions.ts';
import { allowedBy } from '../../../bin/signer/allowed.ts';
import { serviceById, servicesSignedAs } from '../../../bin/signer/services.ts';
import type { RawRequest } from '../../../bin/signer/signature.ts';
import { type AwsService, awsServices } from '../../../lib/aws-services.ts';

const FORM = 'application/x-www-form-urlencoded';
const request = (method: string, target: string, headers: Readonly<Record<string, string>> = {}): RawRequest => {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  return { method, path, query, headers: new Map(Object.entries(headers)) };
};
const hostOf = (id: string): readonly AwsService[] => {
  const service = serviceById(id);
  return servicesSignedAs(service?.signs ?? '').filter(({ prefix }) => prefix === service?.prefix);
};
const at = { region: 'eu-central-1', account: '111122223333' };
const asked = (id: string, raw: RawRequest, body = '') =>
  actionsOf(hostOf(id), { ...at, request: raw, body: Buffer.from(body) });
/** What is missing for it; null: it goes. */
const missing = (allow: readonly string[], id: string, raw: RawRequest, body = '') =>
  allowedBy(allow).missing(asked(id, raw, body), hostOf(id));
const called = (...texts: Parameters<typeof asked>) => asked(...texts)?.map(({ action }) => action);

const GIVERS = ['S3', 'S3_CONTROL', 'STS', 'IAM', 'COGNITO_IDENTITY', 'LAKEFORMATION', 'DEADLINE', 'EKS_AUTH'];

it('an --allow may name whatever an operation asks for', () => {
  const named = awsServices.flatMap(({ iam, calls }) =>
    calls.split('\n').flatMap((line) => {
      const [name = '', actions] = line.replace(/ .*/, '').split('>');
      const asks = actions?.split(',') ?? (name.startsWith('~') || name === '' ? [] : [name]);
      return asks.map((action) => (action.includes(':') ? action : `${iam}:${action}`));
    }),
  );
  expect(named.length).toBeGreaterThan(15_000);
  expect(() => allowedBy(named)).not.toThrow();
});

it.each([
  ['s3:GetObjects', "--allow 's3:GetObjects': s3 has no such action; did you mean GetObject?"],
  ['s3:Fetch*', "--allow 's3:Fetch*': s3 has no such action"],
  ['s4:Get*', "--allow 's4:Get*': AWS has no actions of s4; did you mean s3?"],
  ['s3:GetObjects on *', "--allow 's3:GetObjects': s3 has no such action; did you mean GetObject?"],
])('an --allow that lets nothing through is a mistake: %s', (text, message) => {
  expect(() => allowedBy([text])).toThrow(message);
});

it.each(['*', 's3:*', 's3:getobject', 's3:Get*', 'S3Express:CreateSession'.toLowerCase(), 'sts:AssumeRole'])(
  'an --allow that lets something through is taken: %s',
  (text) => {
    expect(() => allowedBy([text])).not.toThrow();
  },
);

it.each([...GIVERS, 'DATAZONE', 'LIGHTSAIL', 'GAMELIFT', 'CODEPIPELINE'])('every operation of %s is told', (id) => {
  const untold = (serviceById(id)?.calls.split('\n') ?? []).filter((line) => {
    const [whole = '', method, uri = ''] = line.split(' ');
    const [name = ''] = whole.split('>');
    if (method === undefined)
      return asked(id, request('POST', '/', { 'content-type': FORM }), `Action=${name}`) === null;
    const [path = '', ...choosing] = uri.replaceAll('**', 'a/b').replaceAll('*', 'x').split('?');
    const query = choosing.map((each) => (each.includes('=') ? each : `${each}=1`)).join('&');
    const headers = id === 'S3' && name.includes('Copy') ? { 'x-amz-copy-source': '/b/k' } : {};
    return asked(id, request(method, query === '' ? path : `${path}?${query}`, headers)) === null;
  });
  // Of directory buckets alone, which have hosts of their own.
  expect(untold.map((line) => line.split(' ')[0])).toEqual(id === 'S3' ? ['~RenameObject'] : []);
});

describe('a request to S3', () => {
  it.each<[string, RawRequest, readonly string[]]>([
    ['aws s3 ls', request('GET', '/'), ['s3:ListAllMyBuckets']],
    ['a listing', request('GET', '/b?list-type=2'), ['s3:ListBucket']],
    ['a session for a directory bucket', request('GET', '/b?session'), ['s3express:CreateSession']],
    ['a version', request('GET', '/b/k?versionId=1'), ['s3:GetObjectVersion']],
    ['an upload', request('PUT', '/b/k'), ['s3:PutObject']],
    [
      'an upload for everybody',
      request('PUT', '/b/k', { 'x-amz-acl': 'public-read' }),
      ['s3:PutObject', 's3:PutObjectAcl'],
    ],
    ['a grant', request('PUT', '/b/k', { 'x-amz-grant-read': 'id=x' }), ['s3:PutObject', 's3:PutObjectAcl']],
    ['a public bucket', request('PUT', '/b', { 'x-amz-acl': 'public-read' }), ['s3:CreateBucket', 's3:PutBucketAcl']],
    [
      'a bucket of other owners',
      request('PUT', '/b', { 'x-amz-object-ownership': 'ObjectWriter' }),
      ['s3:CreateBucket', 's3:PutBucketOwnershipControls'],
    ],
    [
      'a bucket with locks',
      request('PUT', '/b', { 'x-amz-bucket-object-lock-enabled': 'true' }),
      ['s3:CreateBucket', 's3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'],
    ],
    ['an ACL itself', request('PUT', '/b/k?acl', { 'x-amz-acl': 'private' }), ['s3:PutObjectAcl']],
    ['tags', request('PUT', '/b/k', { 'x-amz-tagging': 'a=b' }), ['s3:PutObject', 's3:PutObjectTagging']],
    [
      'a way round a lock',
      request('DELETE', '/b/k', { 'x-amz-bypass-governance-retention': 'true' }),
      ['s3:DeleteObject', 's3:BypassGovernanceRetention'],
    ],
    ['a copy', request('PUT', '/b/k', { 'x-amz-copy-source': '/c/d' }), ['s3:PutObject', 's3:GetObject']],
  ])('asks for what it does: %s', (_, raw, expected) => {
    expect(called('S3', raw)).toEqual(expected);
  });

  it.each(['acl', 'tagging', 'bypass-governance-retention', 'object-lock-legal-hold', 'grant-full-control'])(
    'asks by x-amz-%s in its query for what it would ask in a header',
    (name) => {
      const inHeader = called('S3', request('PUT', '/b/k', { [`x-amz-${name}`]: 'x' }));
      expect(called('S3', request('PUT', `/b/k?X-Amz-${name}=x`))).toEqual(inHeader);
      expect(inHeader).toHaveLength(2);
    },
  );

  it('reads what its query names as the source of a copy, and there is one source', () => {
    expect(asked('S3', request('PUT', '/b/k?x-amz-copy-source=%2Fc%2Fd'))?.[1]).toEqual({
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::c/d',
    });
    expect(asked('S3', request('PUT', '/b/k?x-amz-copy-source=c/d', { 'x-amz-copy-source': 'b/k' }))).toBeNull();
  });

  it('stores bodies of any type, and is told by none', () => {
    expect(called('S3', request('PUT', '/b/k', { 'content-type': FORM }), 'a;b&Action=x')).toEqual(['s3:PutObject']);
  });

  it('is not told where some part its query by semicolons', () => {
    expect(asked('S3', request('GET', '/b/k?a;acl'))).toBeNull();
  });

  it('is listed under what docs and examples allow', () => {
    expect(missing(['s3:Get*', 's3:List*'], 'S3', request('GET', '/'))).toBeNull();
    const toAll = request('PUT', '/b/k', { 'x-amz-acl': 'public-read' });
    expect(missing(['s3:PutObject'], 'S3', toAll)).toContain('s3:PutObjectAcl');
  });
});

describe('an action that only some readers would find is not known', () => {
  const CBOR = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
  const DELETE = '/service/GraniteServiceVersion20100801/operation/DeleteAlarms';
  const LENGTH = { 'content-length': '9' };

  it.each<[string, string, RawRequest]>([
    ['a name in the path behind a prefix', 'CLOUDWATCH', request('POST', `/x${DELETE}?Action=ListMetrics`, CBOR)],
    [
      'a name in the path, encoded',
      'CLOUDWATCH',
      request('POST', `/service/G/operation/%44eleteAlarms?Action=ListMetrics`),
    ],
    ['a name in the path with a slash', 'CLOUDWATCH', request('POST', `${DELETE}/?Action=ListMetrics`)],
    ['a protocol without its path', 'CLOUDWATCH', request('POST', '/?Action=ListMetrics', CBOR)],
    ['a body of no type beside a name in the query', 'STS', request('POST', '/?Action=GetCallerIdentity', LENGTH)],
    [
      'a body in parts beside a name in the query',
      'STS',
      request('POST', '/?Action=GetCallerIdentity', {
        'transfer-encoding': 'chunked',
        'content-type': 'multipart/form-data',
      }),
    ],
    [
      'a target in the query beside another',
      'DYNAMODB',
      request('POST', '/?X-Amz-Target=DynamoDB_20120810.DeleteItem', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }),
    ],
    ['a name of a route, encoded', 'WICKR', request('GET', '/networks/n/bots/%63ount')],
    ['a hyphen of a route, encoded', 'QUICKSIGHT', request('POST', '/v1/accounts/a/knowledge-bases/batch%2ddelete')],
    [
      'one that its query alone tells from another',
      'LAMBDA',
      request('GET', '/2018-10-31/layers?find=LayerVersion&Arn=a'),
    ],
    [
      'one that its query alone tells, with a value',
      'CLOUDFRONT',
      request('POST', '/2020-05-31/distribution?WithTags'),
    ],
  ])('%s', (_, id, raw) => {
    expect(asked(id, raw)).toBeNull();
  });
});

describe('a call whose answer holds keys', () => {
  const form = (type = FORM) => request('POST', '/', { 'content-type': type });
  const ROLE = 'Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/x';

  it.each<[string, string, RawRequest, string]>([
    ['as it is', 'STS', form(), ROLE],
    ['by a type in other letters', 'STS', form('Application/X-WWW-Form-URLencoded; charset=utf-8'), ROLE],
    ['by its action twice', 'STS', form(), `${ROLE}&Action=AssumeRole`],
    [
      'by an action in the URL beside another',
      'STS',
      request('POST', '/?Action=GetCallerIdentity', { 'content-type': FORM }),
      ROLE,
    ],
    ['by no type', 'STS', request('POST', '/'), ROLE],
    ['by a name that there is not', 'STS', form(), 'Action=assumerole'],
    ['of S3, with its parameter twice', 'S3', request('GET', '/b?session&session'), ''],
    ['of S3', 'S3', request('GET', '/b?session'), ''],
    ['of another service', 'LAKEFORMATION', request('POST', '/GetTemporaryGlueTableCredentials'), ''],
    ['that IAM has no action of', 'LAKEFORMATION', request('POST', '/GetTemporaryDataLocationCredentials'), ''],
    ['of a job', 'CODEPIPELINE', request('POST', '/', { 'x-amz-target': 'CodePipeline_20150709.GetJobDetails' }), ''],
    ['of an approval', 'SSM', request('POST', '/', { 'x-amz-target': 'AmazonSSM.GetAccessToken' }), ''],
  ])('is refused without its name in --allow: %s', (_, id, raw, body) => {
    expect(missing([], id, raw, body)).not.toBeNull();
    expect(missing(['*'], id, raw, body)).not.toBeNull();
  });

  it('is not taken for one of a service that gives none, whose calls may have the same name', () => {
    const untold = request('DELETE', '/assistants/a');
    expect(asked('QCONNECT', untold)).toBeNull();
    expect(missing([], 'QCONNECT', untold)).toBeNull();
  });

  it('is let through by its name, written out', () => {
    expect(missing(['sts:AssumeRole'], 'STS', form(), ROLE)).toBeNull();
    expect(missing([], 'STS', form(), 'Action=GetCallerIdentity')).toBeNull();
  });
});

describe('the resources of a request', () => {
  const json = (target: string, input: unknown) =>
    ['POST', '/', { 'x-amz-target': target }, typeof input === 'string' ? input : JSON.stringify(input)] as const;
  const form = (body: string) => ['POST', '/', { 'content-type': FORM }, body] as const;
  const on = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
  type Sent = readonly [string, string, Readonly<Record<string, string>>, string];
  const TABLE = 'DynamoDB_20120810';
  const KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const SECRET = on('secretsmanager', 'secret:prod/db');

  it.each<[string, string, Sent, readonly string[]]>([
    ['a table', 'DYNAMODB', json(`${TABLE}.GetItem`, { TableName: 't' }), [on('dynamodb', 'table/t')]],
    [
      'an index',
      'DYNAMODB',
      json(`${TABLE}.Query`, { TableName: 't', IndexName: 'i' }),
      [on('dynamodb', 'table/t/index/i')],
    ],
    [
      'a table by its ARN',
      'DYNAMODB',
      json(`${TABLE}.GetItem`, { TableName: on('dynamodb', 'table/t') }),
      [on('dynamodb', 'table/t')],
    ],
    [
      'tables',
      'DYNAMODB',
      json(`${TABLE}.BatchGetItem`, { RequestItems: { t: {}, u: {} } }),
      [on('dynamodb', 'table/t'), on('dynamodb', 'table/u')],
    ],
    [
      'tables of a transaction',
      'DYNAMODB',
      json(`${TABLE}.TransactGetItems`, { TransactItems: [{ Get: { TableName: 't' } }] }),
      [on('dynamodb', 'table/t')],
    ],
    [
      'a queue',
      'SQS',
      json('AmazonSQS.SendMessageBatch', { QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/444455556666/q' }),
      ['arn:aws:sqs:eu-central-1:444455556666:q'],
    ],
    ['a queue by its name', 'SQS', json('AmazonSQS.GetQueueUrl', { QueueName: 'q.fifo' }), [on('sqs', 'q.fifo')]],
    ['a function', 'LAMBDA', ['POST', '/2015-03-31/functions/f/invocations', {}, '{}'], [on('lambda', 'function:f')]],
    [
      'an alias of a function',
      'LAMBDA',
      ['POST', '/2015-03-31/functions/f/invocations?Qualifier=live', {}, ''],
      [on('lambda', 'function:f:live')],
    ],
    [
      'a function by its ARN',
      'LAMBDA',
      ['GET', '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A444455556666%3Afunction%3Af%3A7', {}, ''],
      ['arn:aws:lambda:us-east-1:444455556666:function:f:7'],
    ],
    [
      'a secret',
      'SECRETS_MANAGER',
      json('secretsmanager.GetSecretValue', { SecretId: 'prod/db' }),
      [`${SECRET}-??????`],
    ],
    [
      'a secret by what may be an ARN or the begin of one',
      'SECRETS_MANAGER',
      json('secretsmanager.GetSecretValue', { SecretId: `${SECRET}-secret` }),
      [`${SECRET}-secret`, `${SECRET}-secret-??????`],
    ],
    ['a parameter', 'SSM', json('AmazonSSM.GetParameter', { Name: '/prod/db:3' }), [on('ssm', 'parameter/prod/db')]],
    [
      'parameters',
      'SSM',
      json('AmazonSSM.GetParameters', { Names: ['a', '/b'] }),
      [on('ssm', 'parameter/a'), on('ssm', 'parameter/b')],
    ],
    ['a key', 'KMS', json('TrentService.Decrypt', { KeyId: KEY }), [on('kms', `key/${KEY}`)]],
    ['a topic', 'SNS', form(`Action=PublishBatch&TopicArn=${on('sns', 't')}`), [on('sns', 't')]],
  ])('are told for certain: %s', (_, id, [method, target, headers, body], expected) => {
    expect(asked(id, request(method, target, headers), body)?.map(({ resource }) => resource)).toEqual(expected);
  });

  it.each<[string, string, Sent]>([
    ['a name twice', 'DYNAMODB', json(`${TABLE}.GetItem`, '{"TableName":"a","TableName":"b"}')],
    ['a name twice, escaped', 'DYNAMODB', json(`${TABLE}.GetItem`, '{"TableName":"a","Table\\u004eame":"b"}')],
    ['a name twice, in other letters', 'DYNAMODB', json(`${TABLE}.GetItem`, '{"TableName":"a","tablename":"b"}')],
    ['no JSON', 'DYNAMODB', json(`${TABLE}.GetItem`, '{TableName:a}')],
    ['a name that is none', 'DYNAMODB', json(`${TABLE}.GetItem`, { TableName: 'a/index/b' })],
    ['an ARN of another service', 'DYNAMODB', json(`${TABLE}.GetItem`, { TableName: on('sqs', 'table/t') })],
    [
      'one of several without a name',
      'DYNAMODB',
      json(`${TABLE}.TransactGetItems`, { TransactItems: [{ Get: {} }, { Get: { TableName: 't' } }] }),
    ],
    ['an alias of a key', 'KMS', json('TrentService.Decrypt', { KeyId: 'alias/a' })],
    ['two qualifiers', 'LAMBDA', ['GET', '/2015-03-31/functions/f%3A1?Qualifier=2', {}, '']],
    ['a function that is another when it is decoded', 'LAMBDA', ['GET', '/2015-03-31/functions/f%2Fpolicy', {}, '']],
    ['a topic and a target', 'SNS', form(`Action=Publish&TopicArn=${on('sns', 't')}&TopicArn=${on('sns', 'u')}`)],
    [
      'a packed body',
      'DYNAMODB',
      ['POST', '/', { 'x-amz-target': `${TABLE}.GetItem`, 'content-encoding': 'gzip' }, '{"TableName":"t"}'],
    ],
  ])('are not, and no ARN allows it: %s', (_, id, [method, target, headers, body]) => {
    const raw = request(method, target, headers);
    expect(asked(id, raw, body)?.map(({ resource }) => resource)).toEqual(['*']);
    expect(missing([`${serviceById(id)?.iam}:* on arn:*`], id, raw, body)).not.toBeNull();
  });

  it.each([
    ['DYNAMODB', `${TABLE}.ExecuteStatement`, { Statement: 'SELECT * FROM "other"' }],
    ['DYNAMODB', `${TABLE}.PutResourcePolicy`, { ResourceArn: on('dynamodb', 'table/other') }],
    ['DYNAMODB', `${TABLE}.RestoreTableToPointInTime`, { SourceTableName: 'other', TargetTableName: 'copy' }],
    ['DYNAMODB', `${TABLE}.ExportTableToPointInTime`, { TableArn: on('dynamodb', 'table/other') }],
    ['SQS', 'AmazonSQS.StartMessageMoveTask', { SourceArn: on('sqs', 'other') }],
    ['SECRETS_MANAGER', 'secretsmanager.BatchGetSecretValue', { SecretIdList: ['other'] }],
    ['SSM', 'AmazonSSM.GetParametersByPath', { Path: '/' }],
    ['KMS', 'TrentService.ReEncrypt', { DestinationKeyId: 'other' }],
    ['KMS', 'TrentService.RetireGrant', { GrantToken: 'of another key' }],
    ['KMS', 'TrentService.UpdateAlias', { AliasName: 'alias/other', TargetKeyId: 'other' }],
  ])('are not told by members that the operation does not read: of %s, %s', (id, target, input) => {
    const allowed = {
      ...{ TableName: 't', QueueUrl: 'https://sqs/111122223333/q', QueueName: 'q', SecretId: 's', Name: 'p' },
      ...{ Names: ['p'], KeyId: on('kms', 'key/12345678-1234-1234-1234-123456789012'), RequestItems: { t: {} } },
    };
    const [method, path, headers, body] = json(target, { ...input, ...allowed });
    const found = asked(id, request(method, path, headers), body)?.map(({ resource }) => resource);
    expect(found === undefined || found.every((each) => each === '*')).toBe(true);
  });

  it('are not told by parameters that the action does not read', () => {
    const other = encodeURIComponent(on('sns', 'other:1'));
    const form = `Action=Unsubscribe&SubscriptionArn=${other}&TopicArn=${encodeURIComponent(on('sns', 'allowed'))}`;
    const raw = request('POST', '/', { 'content-type': FORM });
    expect(asked('SNS', raw, form)).toEqual([{ action: 'sns:Unsubscribe', resource: '*' }]);
  });

  it('are of the partition that the Region is in, and unknown without an account', () => {
    const raw = request('GET', '/b/k');
    const china = actionsOf(hostOf('S3'), { request: raw, body: null, region: 'cn-north-1', account: null });
    expect(china).toEqual([{ action: 's3:GetObject', resource: 'arn:aws-cn:s3:::b/k' }]);
    const [method, target, headers, body] = json(`${TABLE}.GetItem`, { TableName: 't' });
    const asking = { request: request(method, target, headers), body: Buffer.from(body), ...at, account: null };
    expect(actionsOf(hostOf('DYNAMODB'), asking)).toEqual([{ action: 'dynamodb:GetItem', resource: '*' }]);
  });

  it('ask for the actions of other names that an operation needs', () => {
    const names = (id: string, [method, target, headers, body]: Sent) =>
      called(id, request(method, target, headers), body);
    expect(names('LAMBDA', ['POST', '/2015-03-31/functions/f/invocations', {}, ''])).toEqual(['lambda:InvokeFunction']);
    expect(names('BEDROCK_RUNTIME', ['POST', '/model/m/converse', {}, ''])).toEqual(['bedrock:InvokeModel']);
    expect(names('KMS', json('TrentService.ReEncrypt', {}))).toEqual(['kms:ReEncryptFrom', 'kms:ReEncryptTo']);
  });
});
