import { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { clientsOf } from '../../deploy/clients.ts';
import { type Deployment, namedResources, parameterValues, readDocument } from '../../deploy/deployment.ts';
import { preflight } from '../../deploy/preflight.ts';
import { ACCOUNT, aws, CERTIFICATE, coded, KEY, KEY_POLICY, NOW, REGION, readyAccount } from './account.ts';

const template = readDocument('.');
const given = {
  DomainName: 'broker.example.com',
  CertificateArn: CERTIFICATE,
  HostedZoneId: 'Z1',
  KmsKeyArn: KEY,
  AlarmTopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:alarms`,
};
const deployment = (more: Readonly<Record<string, string>> = {}, kind: Deployment['kind'] = 'create'): Deployment => ({
  account: ACCOUNT,
  region: REGION,
  partition: 'aws',
  stackName: 'token-broker',
  kind,
  parameters: parameterValues(template, { ...given, ...more }),
  template,
});

async function wrong(more: Readonly<Record<string, string>> = {}, kind?: Deployment['kind']) {
  const findings = await preflight(clientsOf(REGION), deployment(more, kind), NOW);
  return findings.filter(({ level }) => level !== 'ok');
}

beforeEach(readyAccount);

describe('the preflight of a first deployment', () => {
  it('finds nothing wrong with an account that is ready', async () => {
    expect(await wrong()).toEqual([]);
    expect(await wrong({ MintConcurrency: '200', WarmCredentials: '50' })).toEqual([]);
  });

  it('says what to do of everything that it finds', async () => {
    aws.lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: {} });
    aws.acm.on(DescribeCertificateCommand).rejects(coded('ResourceNotFoundException'));
    for (const { fix } of await wrong({ AlarmTopicArn: '' })) expect(fix).toMatch(/.{10}/);
  });

  const account = (all: number, unreserved: number) =>
    aws.lambda.on(GetAccountSettingsCommand).resolves({
      AccountLimit: { ConcurrentExecutions: all, UnreservedConcurrentExecutions: unreserved },
    });
  const certificate = (more: object) =>
    aws.acm.on(DescribeCertificateCommand).resolves({
      Certificate: { Status: 'ISSUED', DomainName: 'broker.example.com', NotAfter: new Date(NOW + 1e11), ...more },
    });
  const key = (more: object) =>
    aws.kms.on(DescribeKeyCommand).resolves({
      KeyMetadata: {
        KeyId: '0',
        KeyState: 'Enabled',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyUsage: 'ENCRYPT_DECRYPT',
        ...more,
      },
    });
  const keyPolicy = (policy: unknown) => aws.kms.on(GetKeyPolicyCommand).resolves({ Policy: JSON.stringify(policy) });
  const [use, grant] = KEY_POLICY.Statement;

  it.each<[string, 'error' | 'warning', () => unknown, Readonly<Record<string, string>>]>([
    ['a new account: ten functions at once', 'warning', () => account(10, 10), {}],
    ['no room for the reservations', 'error', () => account(400, 400), { MintConcurrency: '200' }],
    ['a new account and a reservation', 'error', () => account(10, 10), { MintConcurrency: '1' }],
    ['more warm than there may be', 'error', () => null, { MintConcurrency: '5', WarmCredentials: '10' }],
    [
      'a certificate of another Region',
      'error',
      () => null,
      { CertificateArn: CERTIFICATE.replace(REGION, 'us-east-1') },
    ],
    ['no certificate', 'error', () => null, { CertificateArn: '' }],
    [
      'a certificate that is not there',
      'error',
      () => aws.acm.on(DescribeCertificateCommand).rejects(coded('ResourceNotFoundException')),
      {},
    ],
    ['a certificate that waits for its validation', 'error', () => certificate({ Status: 'PENDING_VALIDATION' }), {}],
    ['a certificate for another name', 'error', () => certificate({ DomainName: 'other.example.com' }), {}],
    ['a wildcard two labels above', 'error', () => certificate({ DomainName: '*.com' }), {}],
    ['a certificate that ends soon', 'warning', () => certificate({ NotAfter: new Date(NOW + 86_400_000) }), {}],
    [
      'a hosted zone of another name',
      'error',
      () =>
        aws.route53
          .on(GetHostedZoneCommand)
          .resolves({ HostedZone: { Id: 'Z1', Name: 'ample.com.', CallerReference: '' } }),
      {},
    ],
    [
      'a private zone',
      'error',
      () =>
        aws.route53.on(GetHostedZoneCommand).resolves({
          HostedZone: { Id: 'Z1', Name: 'example.com.', CallerReference: '', Config: { PrivateZone: true } },
        }),
      {},
    ],
    [
      'a hosted zone that is not there',
      'error',
      () => aws.route53.on(GetHostedZoneCommand).rejects(coded('NoSuchHostedZone')),
      {},
    ],
    [
      'a record of the name',
      'error',
      () =>
        aws.route53
          .on(ListResourceRecordSetsCommand)
          .resolves({ ResourceRecordSets: [{ Name: 'broker.example.com.', Type: 'CNAME' }] }),
      {},
    ],
    ['no hosted zone', 'warning', () => null, { HostedZoneId: '' }],
    ['a key of another Region', 'error', () => null, { KmsKeyArn: KEY.replace(REGION, 'us-east-1') }],
    ['a key that is not there', 'error', () => aws.kms.on(DescribeKeyCommand).rejects(coded('NotFoundException')), {}],
    ['a disabled key', 'error', () => key({ KeyState: 'Disabled' }), {}],
    ['an asymmetric key', 'error', () => key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }), {}],
    [
      'a key for one of the two services',
      'error',
      () =>
        keyPolicy({
          Statement: [
            { ...use, Condition: { StringEquals: { 'kms:ViaService': `dynamodb.${REGION}.amazonaws.com` } } },
            grant,
          ],
        }),
      {},
    ],
    ['a key that nobody may give grants of', 'error', () => keyPolicy({ Statement: [use] }), {}],
    [
      'a key of another account',
      'error',
      () => keyPolicy({ Statement: [{ ...use, Principal: { AWS: 'arn:aws:iam::111122223333:root' } }, grant] }),
      {},
    ],
    [
      'a key with a condition that is not understood',
      'error',
      () =>
        keyPolicy({ Statement: [{ ...use, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }, grant] }),
      {},
    ],
    [
      'an alarm topic of another Region',
      'error',
      () => null,
      { AlarmTopicArn: `arn:aws:sns:us-east-1:${ACCOUNT}:alarms` },
    ],
    ['no alarm topic', 'warning', () => null, { AlarmTopicArn: '' }],
    [
      'a table of a name',
      'error',
      () => aws.dynamoDb.on(DescribeTableCommand, { TableName: 'token-broker-ledger' }).resolves({}),
      {},
    ],
    [
      'a secret of a name, also one that is being deleted',
      'error',
      () =>
        aws.secretsManager
          .on(DescribeSecretCommand, { SecretId: 'token-broker/saml-keys' })
          .resolves({ DeletedDate: new Date() }),
      {},
    ],
    [
      'a log group of a name',
      'error',
      () =>
        aws.logs
          .on(DescribeLogGroupsCommand, { logGroupNamePrefix: '/token-broker/token-broker/sts' })
          .resolves({ logGroups: [{ logGroupName: '/token-broker/token-broker/sts' }] }),
      {},
    ],
    [
      'a role of a name',
      'error',
      () => aws.iam.on(GetRoleCommand, { RoleName: `token-broker-${REGION}-token` }).resolves({}),
      {},
    ],
    [
      'a policy of a name',
      'error',
      () =>
        aws.iam
          .on(GetPolicyCommand, {
            PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/token-broker-functions/token-broker-${REGION}-auditors`,
          })
          .resolves({}),
      {},
    ],
    ['an API that has the name', 'error', () => aws.apiGateway.on(GetDomainNameCommand).resolves({}), {}],
  ])('finds %s', async (_, level, disorder, more) => {
    disorder();
    expect((await wrong(more)).map((finding) => finding.level)).toEqual([level]);
  });

  it('takes the key policy that AWS gives a new key: the account may do all', async () => {
    keyPolicy({
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' }],
    });
    expect(await wrong()).toEqual([]);
  });

  it('takes a log group whose name only begins like ours for another', async () => {
    aws.logs
      .on(DescribeLogGroupsCommand)
      .resolves({ logGroups: [{ logGroupName: '/token-broker/token-broker/sts-old' }] });
    expect(await wrong()).toEqual([]);
  });

  it('says what it was not allowed to look at, and goes on', async () => {
    aws.lambda.on(GetAccountSettingsCommand).rejects(coded('AccessDeniedException'));
    const findings = await wrong();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ level: 'warning', says: expect.stringContaining('AccessDeniedException') });
  });

  it('looks at every name that the template gives itself', () => {
    const names = namedResources(deployment()).map(({ type }) => type);
    const named = Object.values(template.Resources).filter(({ Type }) => names.includes(Type));
    expect(names).toHaveLength(named.length);
    expect(new Set(names).size).toBe(6);
    expect(namedResources(deployment({ DomainName: '' })).map(({ type }) => type)).not.toContain(
      'AWS::ApiGatewayV2::DomainName',
    );
  });
});

describe('the preflight of an upgrade', () => {
  it('takes its own names for no obstacle, nor its own records and reservations', async () => {
    aws.dynamoDb.on(DescribeTableCommand).resolves({});
    aws.route53
      .on(ListResourceRecordSetsCommand)
      .resolves({ ResourceRecordSets: [{ Name: 'broker.example.com.', Type: 'A' }] });
    aws.lambda
      .on(GetAccountSettingsCommand)
      .resolves({ AccountLimit: { ConcurrentExecutions: 700, UnreservedConcurrentExecutions: 100 } });
    expect(await wrong({ MintConcurrency: '200' }, 'update')).toEqual([]);
  });
});
