import { AssumeRoleCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { stsSessions } from '../../../lib/aws/sts/sessions.ts';
import { stsRefusal } from '../../../lib/aws/sts/sts-refusal.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { overSdkSts } from '../over-sdk.ts';
import { assumeRole, ROLE } from './sts-fixtures.ts';

const NOW = Date.parse('2026-11-21T09:00:00Z');
const clock = { now: () => epochMilliseconds(NOW) };
const forever = new AbortController().signal;

const awsError = (name: string, status: number, code?: string) =>
  Object.assign(
    new STSServiceException({
      name,
      message: `arn:aws:iam::111122223333:role/secret-name is not authorized`,
      $fault: 'client',
      $metadata: { httpStatusCode: status, requestId: 'r-1' },
    }),
    code === undefined ? {} : { Code: code },
  );

describe('an error of AWS STS', () => {
  it.each<[string, number, string, string]>([
    ['AccessDenied', 403, 'role_refused', 'identity_refused'],
    ['AccessDeniedException', 403, 'role_refused', 'identity_refused'],
    ['ValidationError', 400, 'role_refused', 'role_refused'],
    ['InvalidIdentityTokenException', 400, 'role_refused', 'identity_refused'],
    ['IDPRejectedClaimException', 403, 'role_refused', 'identity_refused'],
    ['IDPCommunicationErrorException', 400, 'sts_unavailable', 'keys_unavailable'],
    ['ExpiredTokenException', 400, 'sts_unavailable', 'expired'],
    ['ExpiredToken', 403, 'sts_unavailable', 'expired'],
    ['MalformedPolicyDocumentException', 400, 'policy_refused', 'policy_refused'],
    ['PackedPolicyTooLargeException', 400, 'policy_too_large', 'policy_too_large'],
    ['RegionDisabledException', 403, 'region_disabled', 'region_disabled'],
    ['InvalidClientTokenId', 403, 'sts_unavailable', 'sts_unavailable'],
    ['SignatureDoesNotMatch', 403, 'sts_unavailable', 'sts_unavailable'],
    ['RequestExpired', 400, 'sts_unavailable', 'sts_unavailable'],
    ['Throttling', 400, 'sts_throttled', 'sts_throttled'],
    ['ThrottlingException', 400, 'sts_throttled', 'sts_throttled'],
    ['RequestLimitExceeded', 503, 'sts_throttled', 'sts_throttled'],
    ['TooManyRequestsException', 429, 'sts_throttled', 'sts_throttled'],
    ['SomethingNew', 429, 'sts_throttled', 'sts_throttled'],
    ['InternalFailure', 500, 'sts_unavailable', 'sts_unavailable'],
    ['ServiceUnavailable', 503, 'sts_unavailable', 'sts_unavailable'],
    ['AccessDenied', 500, 'sts_unavailable', 'sts_unavailable'],
    ['SomethingNew', 400, 'role_refused', 'identity_refused'],
    ['SomethingNew', 404, 'role_refused', 'identity_refused'],
    ['SomethingNew', 302, 'sts_unavailable', 'sts_unavailable'],
  ])('%s with %i is %s of a role and %s of an identity', (name, status, role, identity) => {
    expect(stsRefusal('role', awsError(name, status)).refusal.reason).toBe(role);
    expect(stsRefusal('identity', awsError(name, status)).refusal.reason).toBe(identity);
  });

  it.each([
    ['no connection', Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })],
    ['a timeout', Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
    ['the end of the request', Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ['no credentials', new Error('none')],
    ['something that is no error', 'text'],
    ['nothing', undefined],
  ])('that is %s is retryable', (_name, error) => {
    expect(stsRefusal('role', error).refusal.reason).toBe('sts_unavailable');
  });

  it("keeps AWS's words, which name roles and accounts, from everyone", () => {
    const { refusal } = stsRefusal('role', awsError('AccessDenied', 403));
    expect(refusal).toEqual({
      reason: 'role_refused',
      log: { errorCode: 'AccessDenied', httpStatus: 403, awsRequestId: 'r-1' },
    });
  });

  it('is logged by a code, never by what a server writes in its place', () => {
    const { refusal } = stsRefusal('role', awsError('x', 400, 'AKIA secret\n'));
    expect(refusal.log).toMatchObject({ errorCode: 'unknown' });
  });
});

describe('an answer of AWS STS', () => {
  const aws = mockClient(STSClient);
  beforeEach(() => {
    aws.reset();
  });
  afterEach(() => {
    aws.reset();
  });

  const whole = {
    Credentials: {
      AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: new Date(NOW + 3_600_000),
    },
    AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/deploy-web/x', AssumedRoleId: 'AROA:x' },
  };
  const ask = (answer: object) => {
    aws.on(AssumeRoleCommand).resolves(answer);
    return stsSessions(overSdkSts(new STSClient({ region: 'eu-west-1' })), clock).assumeRole(assumeRole, forever);
  };

  it('is a session', async () => {
    expect(await ask(whole)).toEqual({
      ok: true,
      value: {
        credentials: {
          accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'secret',
          sessionToken: 'token',
          expires: NOW / 1000 + 3600,
        },
        assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/deploy-web/x',
        assumedRoleId: 'AROA:x',
        packedPolicySize: null,
        sourceIdentity: null,
      },
    });
  });

  it('ends in the whole second that it falls in, never later', async () => {
    const answer = await ask({ ...whole, Credentials: { ...whole.Credentials, Expiration: new Date(NOW + 1_999) } });
    expect(answer).toMatchObject({ value: { credentials: { expires: NOW / 1000 + 1 } } });
  });

  it.each<[string, object]>([
    ['is empty', {}],
    ['has no credentials', { ...whole, Credentials: undefined }],
    ['has no key', { ...whole, Credentials: { ...whole.Credentials, AccessKeyId: undefined } }],
    ['has an empty secret', { ...whole, Credentials: { ...whole.Credentials, SecretAccessKey: '' } }],
    ['has no token', { ...whole, Credentials: { ...whole.Credentials, SessionToken: undefined } }],
    ['has no end', { ...whole, Credentials: { ...whole.Credentials, Expiration: undefined } }],
    ['ends on a day that is none', { ...whole, Credentials: { ...whole.Credentials, Expiration: new Date('x') } }],
    ['ends now', { ...whole, Credentials: { ...whole.Credentials, Expiration: new Date(NOW) } }],
    ['has ended', { ...whole, Credentials: { ...whole.Credentials, Expiration: new Date(NOW - 1_000) } }],
    [
      'ends later than was asked for',
      { ...whole, Credentials: { ...whole.Credentials, Expiration: new Date(NOW + 3_900_001) } },
    ],
    ['names nobody', { ...whole, AssumedRoleUser: undefined }],
  ])('that %s is no session', async (_name, answer) => {
    expect(await ask(answer)).toMatchObject({ ok: false, refusal: { reason: 'sts_unavailable' } });
  });

  it('comes to exactly what was asked for', async () => {
    await ask(whole);
    expect(aws.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toEqual({
      RoleArn: ROLE,
      RoleSessionName: 'iss_0000000000000000000000000A',
      DurationSeconds: 3600,
      ExternalId: 'external',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      Tags: [{ Key: 'token-broker:scope', Value: 'deploy-web' }],
      TransitiveTagKeys: ['token-broker:scope'],
      SourceIdentity: 'github.abc',
    });
  });

  it('is asked for without policies and source identity where there are none', async () => {
    aws.on(AssumeRoleCommand).resolves(whole);
    const bare = { ...assumeRole, policy: null, policyArns: [], sourceIdentity: null };
    await stsSessions(overSdkSts(new STSClient({ region: 'eu-west-1' })), clock).assumeRole(bare, forever);
    const input = aws.commandCalls(AssumeRoleCommand)[0]?.args[0].input ?? {};
    expect(Object.keys(input).filter((name) => /Polic|SourceIdentity/.test(name))).toEqual([]);
  });
});
