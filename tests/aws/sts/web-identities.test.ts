import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { stsWebIdentities } from '../../../lib/aws/sts/web-identities.ts';
import { overSdkSts } from '../over-sdk.ts';

const mocked = mockClient(STSClient);
const forever = new AbortController().signal;
let client: STSClient;

beforeAll(() => {
  client = new STSClient({ region: 'eu-west-1' });
});
afterAll(() => client.destroy());

const failure = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('names the account 111122223333'), { name, $metadata: { httpStatusCode } });

describe("AWS's own token (STS API reference, GetWebIdentityToken)", () => {
  it('is asked for one audience, and for two minutes', async () => {
    mocked.reset();
    mocked.on(GetWebIdentityTokenCommand).resolves({ WebIdentityToken: 'a.b.c', Expiration: new Date(0) });
    const token = await stsWebIdentities(overSdkSts(client)).token('api://AzureADTokenExchange', 'RS256', forever);
    expect(token).toEqual({ ok: true, value: 'a.b.c' });
    expect(mocked.commandCalls(GetWebIdentityTokenCommand)[0]?.args[0].input).toEqual({
      Audience: ['api://AzureADTokenExchange'],
      SigningAlgorithm: 'RS256',
      DurationSeconds: 120,
    });
  });

  it.each([
    ['OutboundWebIdentityFederationDisabledException', 403, 'web_identity_refused'],
    ['AccessDenied', 403, 'web_identity_refused'],
    ['JWTPayloadSizeExceededException', 400, 'web_identity_refused'],
    ['Throttling', 400, 'sts_throttled'],
    ['InternalFailure', 500, 'sts_unavailable'],
  ])('%s with %d is %s', async (name, status, reason) => {
    mocked.reset();
    mocked.on(GetWebIdentityTokenCommand).rejects(failure(name, status));
    const outcome = await stsWebIdentities(overSdkSts(client)).token('x', 'ES384', forever);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason } });
    expect(JSON.stringify(outcome)).not.toContain('111122223333');
  });

  it('that is missing from the answer is an outage', async () => {
    mocked.reset();
    mocked.on(GetWebIdentityTokenCommand).resolves({});
    expect(await stsWebIdentities(overSdkSts(client)).token('x', 'RS256', forever)).toMatchObject({
      refusal: { reason: 'sts_unavailable' },
    });
  });
});
