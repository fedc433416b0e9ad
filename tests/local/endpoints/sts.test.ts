import { createHash } from 'node:crypto';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify, UnsecuredJWT } from 'jose';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { startSts } from '../../../local/endpoints/sts.ts';

let endpoint: Endpoint;
let client: STSClient;

const clientWith = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): STSClient =>
  new STSClient({ region: 'us-east-1', endpoint: endpoint.url, credentials, maxAttempts: 1 });

beforeAll(async () => {
  endpoint = await startSts(0);
  client = clientWith({ accessKeyId: 'LOCALLOCALLOCALLOCAL', secretAccessKey: 'local' });
});

afterAll(async () => {
  client.destroy();
  await endpoint.stop();
});

const valid: AssumeRoleCommandInput = {
  RoleArn: 'arn:aws:iam::111122223333:role/token-broker/demo',
  RoleSessionName: 'iss_1',
  ExternalId: 'local',
  Tags: [{ Key: 'token-broker:scope', Value: 'demo' }],
  TransitiveTagKeys: ['token-broker:scope'],
  SourceIdentity: 'github-x',
  Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
};

const role = (name: string) => ({ RoleArn: `arn:aws:iam::111122223333:role/token-broker/${name}` });
const tags = (count: number, length = 1) =>
  Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'x'.repeat(length) }));
/** 64 characters that do not compress well, the same in every run. */
const noise = (seed: number): string => createHash('sha256').update(`${seed}`).digest('hex');

describe('AssumeRole', () => {
  it('opens a session of the role, whose credentials name it', async () => {
    const { Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity } = await client.send(
      new AssumeRoleCommand(valid),
    );
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/demo/iss_1');
    expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{16}:iss_1$/);
    expect(SourceIdentity).toBe('github-x');
    expect(PackedPolicySize).toBeGreaterThan(0);
    const lasts = (Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(lasts).toBeGreaterThan(3_590_000);
    expect(lasts).toBeLessThanOrEqual(3_600_000);
    const session = clientWith({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
    });
    const chained = new AssumeRoleCommand({ ...valid, DurationSeconds: 3601 });
    await expect(session.send(chained)).rejects.toMatchObject({ name: 'ValidationError' });
    session.destroy();
  });

  it.each<[string, Partial<AssumeRoleCommandInput>, string, number]>([
    ['a session name with a slash', { RoleSessionName: 'a/b' }, 'ValidationError', 400],
    ['a session name of 65 characters', { RoleSessionName: 'a'.repeat(65) }, 'ValidationError', 400],
    ['a source identity of one character', { SourceIdentity: 'a' }, 'ValidationError', 400],
    ['an external id with a blank', { ExternalId: 'a b' }, 'ValidationError', 400],
    ['what is no role', { RoleArn: 'arn:aws:iam::111122223333:user/somebody' }, 'ValidationError', 400],
    ['899 seconds', { DurationSeconds: 899 }, 'ValidationError', 400],
    ['43,201 seconds', { DurationSeconds: 43_201 }, 'ValidationError', 400],
    ['51 tags', { Tags: tags(51) }, 'ValidationError', 400],
    ['a tag value with a comma', { Tags: [{ Key: 'k', Value: 'a,b' }], TransitiveTagKeys: [] }, 'ValidationError', 400],
    [
      'tag keys that differ in case only',
      {
        Tags: [
          { Key: 'k', Value: '1' },
          { Key: 'K', Value: '2' },
        ],
      },
      'InvalidParameterValue',
      400,
    ],
    ['a transitive key without its tag', { TransitiveTagKeys: ['other'] }, 'InvalidParameterValue', 400],
    ['a policy that is no JSON', { Policy: '{' }, 'MalformedPolicyDocumentException', 400],
    ['a policy without statements', { Policy: '{"Version":"2012-10-17"}' }, 'MalformedPolicyDocumentException', 400],
    [
      'a policy with a principal',
      { Policy: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}' },
      'MalformedPolicyDocumentException',
      400,
    ],
    [
      'a policy of 2,049 characters',
      { Policy: `${valid.Policy}${' '.repeat(2049 - (valid.Policy?.length ?? 0))}` },
      'ValidationError',
      400,
    ],
    [
      'tags that do not fit',
      {
        Tags: Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: noise(index) })),
        TransitiveTagKeys: [],
      },
      'PackedPolicyTooLargeException',
      400,
    ],
    ['deny-trust', role('deny-trust'), 'AccessDenied', 403],
    ['throttle', role('throttle'), 'Throttling', 400],
    ['unavailable', role('unavailable'), 'ServiceUnavailable', 503],
    ['region-disabled', role('region-disabled'), 'RegionDisabledException', 403],
  ])('refuses %s', async (_, deviation, name, status) => {
    await expect(client.send(new AssumeRoleCommand({ ...valid, ...deviation }))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });

  it('refuses a request that is not signed', async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: valid.RoleArn ?? '',
      RoleSessionName: 'ab',
    });
    const response = await fetch(endpoint.url, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ]);
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  const token = (exp: number) =>
    new UnsecuredJWT({ exp }).setIssuer('https://idp.example.com').setSubject('who').setAudience('sts').encode();
  const ask = (WebIdentityToken: string, deviation = {}) =>
    client.send(
      new AssumeRoleWithWebIdentityCommand({ ...role('web'), RoleSessionName: 'web', WebIdentityToken, ...deviation }),
    );
  const soon = () => Math.floor(Date.now() / 1000) + 60;

  it('opens a session and says whose token it was', async () => {
    expect(await ask(token(soon()))).toMatchObject({
      SubjectFromWebIdentityToken: 'who',
      Provider: 'idp.example.com',
      Audience: 'sts',
      AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/web/web' },
    });
  });

  it.each([
    ['what is no token', () => ask('abcd'), 'InvalidIdentityTokenException'],
    ['an expired one', () => ask(token(soon() - 61)), 'ExpiredTokenException'],
    ['idp-unreachable', () => ask(token(soon()), role('idp-unreachable')), 'IDPCommunicationErrorException'],
    ['refuse-identity', () => ask(token(soon()), role('refuse-identity')), 'InvalidIdentityTokenException'],
  ])('refuses %s', async (_, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });
});

describe('AssumeRoleWithSAML', () => {
  const ask = (xml: string) =>
    client.send(
      new AssumeRoleWithSAMLCommand({
        ...role('saml'),
        PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/okta',
        SAMLAssertion: Buffer.from(xml).toString('base64'),
      }),
    );
  const assertion = `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>https://idp</Issuer><Subject><NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">me@x</NameID><SubjectConfirmation><SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject></Assertion></p:Response>`;

  it('opens a session and says whose assertion it was', async () => {
    expect(await ask(assertion)).toMatchObject({
      Subject: 'me@x',
      SubjectType: 'persistent',
      Issuer: 'https://idp',
      Audience: 'https://signin.aws.amazon.com/saml',
      NameQualifier: expect.stringMatching(/^[A-Za-z0-9+/]{27}=$/),
    });
  });

  it('refuses what is no assertion', async () => {
    await expect(ask('<nothing/>')).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' });
  });
});

describe('GetWebIdentityToken', () => {
  it.each(['RS256', 'ES384'] as const)('gives a %s token that its own key set verifies', async (SigningAlgorithm) => {
    const { WebIdentityToken = '' } = await client.send(
      new GetWebIdentityTokenCommand({
        Audience: ['https://broker.example.com'],
        SigningAlgorithm,
        DurationSeconds: 60,
      }),
    );
    const { issuer, jwks_uri } = Object(await (await fetch(`${endpoint.url}/.well-known/openid-configuration`)).json());
    const { payload } = await jwtVerify(WebIdentityToken, createRemoteJWKSet(new URL(jwks_uri)), { issuer });
    expect(payload).toMatchObject({
      aud: ['https://broker.example.com'],
      sub: 'arn:aws:iam::000000000000:role/token-broker-local',
    });
  });
});

it('answers an action that it does not serve as AWS does', async () => {
  const response = await fetch(`${endpoint.url}/?Action=Nothing&Version=2011-06-15`);
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('<Code>InvalidAction</Code>'),
  ]);
});
