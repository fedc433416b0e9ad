import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stsClient } from '../../../lib/aws/sts/client.ts';
import { stsSessions } from '../../../lib/aws/sts/sessions.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { assumeRole, EXPIRES, errorXml, type Reply, saml, sessionXml, stsServer, webIdentity } from './sts-fixtures.ts';

const NAMES = [
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
];
const forever = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];
let before: Record<string, string | undefined> = {};

beforeEach(() => {
  before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAIOSFODNN7EXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  process.env['AWS_SESSION_TOKEN'] = 'broker-session';
});
afterEach(async () => {
  for (const name of NAMES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** The real client and a real server, found through the SDK's own setting. */
async function sts(replies: Reply[], setting = 'AWS_ENDPOINT_URL_STS') {
  const server = await stsServer(replies);
  open.push(server);
  process.env[setting] = server.url;
  const client = stsClient({ region: 'eu-west-1' });
  return { sessions: stsSessions(client, systemClock), received: server.received };
}

describe('over HTTP', () => {
  it('AssumeRole is signed as the broker, for the Region, and its XML is read', async () => {
    const { sessions, received } = await sts([
      { body: sessionXml('AssumeRole', undefined, '<SourceIdentity>github.abc</SourceIdentity>') },
    ]);
    expect(await sessions.assumeRole(assumeRole, forever)).toEqual({
      ok: true,
      value: {
        credentials: {
          accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'secret/+key',
          sessionToken: 'session&token',
          expires: Date.parse(EXPIRES) / 1000,
        },
        assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/deploy-web/iss_1',
        assumedRoleId: 'AROAEXAMPLEEXAMPLE12:iss_1',
        packedPolicySize: 12,
        sourceIdentity: 'github.abc',
      },
    });
    expect(received[0]?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-west-1\/sts\/aws4_request/,
    );
    expect(received[0]?.headers['x-amz-security-token']).toBe('broker-session');
    expect(received[0]?.form.get('Tags.member.1.Key')).toBe('token-broker:scope');
    expect(received[0]?.form.get('ExternalId')).toBe('external');
  });

  it('is found through AWS_ENDPOINT_URL too', async () => {
    const { sessions, received } = await sts([{ body: sessionXml('AssumeRole') }], 'AWS_ENDPOINT_URL');
    expect(await sessions.assumeRole(assumeRole, forever)).toMatchObject({ ok: true });
    expect(received).toHaveLength(1);
  });

  it('federated calls carry no signature and need no credentials', async () => {
    for (const name of NAMES.slice(2)) delete process.env[name];
    const { sessions, received } = await sts([
      { body: sessionXml('AssumeRoleWithWebIdentity') },
      { body: sessionXml('AssumeRoleWithSAML') },
    ]);
    expect(await sessions.assumeRoleWithWebIdentity(webIdentity, forever)).toMatchObject({ ok: true });
    expect(await sessions.assumeRoleWithSaml(saml, forever)).toMatchObject({ ok: true });
    expect(received.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
    expect(received.map(({ form }) => form.get('WebIdentityToken') ?? form.get('SAMLAssertion'))).toEqual([
      webIdentity.token,
      saml.assertion,
    ]);
  });

  it.each([
    ['AccessDenied', 403, 'role_refused', 1],
    ['MalformedPolicyDocument', 400, 'policy_refused', 1],
    ['PackedPolicyTooLarge', 400, 'policy_too_large', 1],
    ['RegionDisabledException', 403, 'region_disabled', 1],
    ['ValidationError', 400, 'role_refused', 1],
    ['Throttling', 400, 'sts_throttled', 2],
    ['InternalFailure', 500, 'sts_unavailable', 2],
  ])('%s with %i is %s after %i tries', async (code, status, reason, tries) => {
    const { sessions, received } = await sts([{ status, body: errorXml(code) }]);
    const outcome = await sessions.assumeRole(assumeRole, forever);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason } });
    expect(JSON.stringify(outcome)).not.toMatch(/arn:|111122223333/);
    expect(received).toHaveLength(tries);
  });

  it.each([
    ['InvalidIdentityToken', 400, 'identity_refused'],
    ['IDPRejectedClaim', 403, 'identity_refused'],
    ['AccessDenied', 403, 'identity_refused'],
    ['ExpiredTokenException', 400, 'expired'],
    ['IDPCommunicationError', 400, 'keys_unavailable'],
  ])('%s with %i of a federated call is %s', async (code, status, reason) => {
    const { sessions } = await sts([{ status, body: errorXml(code) }]);
    const outcome = await sessions.assumeRoleWithWebIdentity(webIdentity, forever);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('a failure that passes is tried once more', async () => {
    const { sessions } = await sts([
      { status: 503, body: errorXml('ServiceUnavailable') },
      { body: sessionXml('AssumeRole') },
    ]);
    expect(await sessions.assumeRole(assumeRole, forever)).toMatchObject({ ok: true });
  });

  it.each<[string, Reply]>([
    ['no XML', { body: 'no' }],
    ['a page', { body: '<html><body>hello</body></html>' }],
    ['nothing', { body: '' }],
    ['an error with 200', { body: errorXml('AccessDenied') }],
    ['an answer of another action', { body: sessionXml('GetSessionToken') }],
    ['no day', { body: sessionXml('AssumeRole', 'tomorrow') }],
    ['a session of a hundred years', { body: sessionXml('AssumeRole', '2126-11-21T10:00:00Z') }],
    ['a session that has ended', { body: sessionXml('AssumeRole', '2020-01-01T00:00:00Z') }],
    ['a page with 500', { status: 500, body: '<html/>' }],
  ])('%s is no session', async (_name, reply) => {
    const { sessions } = await sts([reply]);
    expect(await sessions.assumeRole(assumeRole, forever)).toMatchObject({ refusal: { reason: 'sts_unavailable' } });
  });

  it("waits no longer than the request's deadline", async () => {
    const { sessions } = await sts([{ body: sessionXml('AssumeRole'), after: 2_000 }]);
    const started = process.hrtime.bigint();
    const outcome = await sessions.assumeRole(assumeRole, AbortSignal.timeout(100));
    expect(outcome).toMatchObject({ refusal: { reason: 'sts_unavailable' } });
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1_000);
  });

  it('waits a second for an answer, and tries twice at most', async () => {
    const { sessions, received } = await sts([{ body: sessionXml('AssumeRole'), after: 4_000 }]);
    const started = process.hrtime.bigint();
    const outcome = await sessions.assumeRole(assumeRole, forever);
    expect(outcome).toMatchObject({ refusal: { reason: 'sts_unavailable' } });
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(3_500);
    expect(received.length).toBeLessThanOrEqual(2);
  });

  it('nobody there is retryable', async () => {
    const { sessions } = await sts([{ body: '' }]);
    await open.splice(0, 1)[0]?.close();
    expect(await sessions.assumeRole(assumeRole, forever)).toMatchObject({ refusal: { reason: 'sts_unavailable' } });
  });

  it('without credentials of its own the broker assumes nothing, retryably', async () => {
    for (const name of NAMES.slice(2)) delete process.env[name];
    const { sessions, received } = await sts([{ body: sessionXml('AssumeRole') }]);
    expect(await sessions.assumeRole(assumeRole, forever)).toMatchObject({ refusal: { reason: 'sts_unavailable' } });
    expect(received).toEqual([]);
  });
});
