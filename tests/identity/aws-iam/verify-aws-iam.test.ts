import { createHash } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import type { AwsIamConnection } from '../../../lib/configuration/documents.ts';
import { verifyAwsIam } from '../../../lib/identity/aws-iam/verify-aws-iam.ts';
import type { Configuration, Fetcher, FetchRequest, FetchResult } from '../../../lib/ports.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';
import { answerXml, type Envelope, encoded, SIGNING, type Signing, signed } from './signing.ts';

const NOW = '2026-11-21T09:00:30Z';

const connection: AwsIamConnection = {
  connection: 'ecs-tasks',
  type: 'aws-iam',
  accounts: ['111122223333'],
  serverId: 'broker.example.com',
  ecsRoles: ['web-task'],
  require: [],
  principal: '${claims.roleName}/${claims.sessionName}',
  record: [],
  reuse: 'allow',
  clockTolerance: seconds(60),
};

const configuration = (connections: readonly AwsIamConnection[]): Configuration => ({
  version: 1,
  scope: async () => null,
  connection: async () => null,
  client: async () => null,
  oidcIssuer: async () => [],
  samlAudience: async () => [],
  awsIamServer: async (serverId) => connections.filter((each) => each.serverId === serverId),
});

const xml = (text: string, status = 200, type = 'text/xml'): FetchResult => ({
  ok: true,
  status,
  headers: { 'content-type': type },
  body: Buffer.from(text),
});
const failure = (code: string, status: number) =>
  xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`,
    status,
  );

interface Case {
  readonly now?: string;
  readonly connections?: readonly AwsIamConnection[];
  readonly answer?: FetchResult;
  readonly stsEndpoint?: string;
}

async function verify(envelope: string, { now = NOW, connections = [connection], answer, stsEndpoint }: Case = {}) {
  const sent: FetchRequest[] = [];
  const fetcher: Fetcher = {
    fetch: async (request) => {
      sent.push(request);
      return answer ?? xml(answerXml());
    },
  };
  const outcome = await verifyAwsIam(envelope, {
    configuration: configuration(connections),
    fetcher,
    now: epochSeconds(Date.parse(now) / 1000),
    stsEndpoint: stsEndpoint ?? null,
    signal: new AbortController().signal,
  });
  return { outcome, sent };
}

const reasonOf = ({ outcome }: Awaited<ReturnType<typeof verify>>) =>
  outcome.ok ? 'accepted' : outcome.refusal.reason;

describe('a signed GetCallerIdentity request', () => {
  it('names the ECS task whose role signed it', async () => {
    const envelope = encoded(await signed());
    const { outcome, sent } = await verify(envelope);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        source: { kind: 'connection', name: 'ecs-tasks' },
        subject: 'arn:aws:sts::111122223333:assumed-role/web-task/0123456789abcdef0123456789abcdef',
        name: 'web-task/0123456789abcdef0123456789abcdef',
        reuse: null,
        lineage: null,
        proof: {
          kind: 'aws-iam',
          issuer: 'https://sts.eu-west-1.amazonaws.com',
          sha256: createHash('sha256').update(envelope).digest('hex'),
          expires: Date.parse('2026-11-21T09:05:00Z') / 1000,
        },
      },
    });
    expect(outcome.ok && Object.fromEntries(outcome.value.claims.values)).toEqual({
      account: '111122223333',
      partition: 'aws',
      arn: 'arn:aws:sts::111122223333:assumed-role/web-task/0123456789abcdef0123456789abcdef',
      roleName: 'web-task',
      roleId: 'AROAEXAMPLEEXAMPLE12',
      sessionName: '0123456789abcdef0123456789abcdef',
      taskId: '0123456789abcdef0123456789abcdef',
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: 'https://sts.eu-west-1.amazonaws.com/',
      method: 'POST',
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
      redirects: 'none',
    });
  });

  it('sends on what the signature covers and nothing else', async () => {
    const envelope = await signed();
    envelope.headers = { ...envelope.headers, 'User-Agent': 'curl/8', Accept: 'application/json' };
    const { outcome, sent } = await verify(encoded(envelope));
    expect(outcome.ok).toBe(true);
    expect(Object.keys(sent[0]?.headers ?? {}).toSorted()).toEqual([
      'authorization',
      'content-type',
      'host',
      'x-amz-date',
      'x-amz-security-token',
      'x-broker-server-id',
    ]);
  });

  it('goes to the STS endpoint of the deployment where one is set, still under the host that was signed', async () => {
    const { outcome, sent } = await verify(encoded(await signed()), { stsEndpoint: 'http://127.0.0.1:4566' });
    expect(outcome.ok).toBe(true);
    expect(sent[0]).toMatchObject({ url: 'http://127.0.0.1:4566', headers: { host: 'sts.eu-west-1.amazonaws.com' } });
  });

  it('may be signed for the STS endpoint of the deployment itself', async () => {
    const envelope = await signed({ host: '127.0.0.1:4566' });
    envelope.url = 'http://127.0.0.1:4566/';
    const outcome = await verify(encoded(envelope), { stsEndpoint: 'http://127.0.0.1:4566' });
    expect(reasonOf(outcome)).toBe('accepted');
    expect(reasonOf(await verify(encoded(envelope)))).toBe('signed_request_not_accepted');
  });

  it.each<[string, Partial<Signing>]>([
    ['the global endpoint', { host: 'sts.amazonaws.com', region: 'us-east-1' }],
    ['a Region of China', { host: 'sts.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' }],
    ['GovCloud', { host: 'sts.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' }],
  ])('may be signed for %s', async (_name, signing) => {
    expect(reasonOf(await verify(encoded(await signed(signing))))).toBe('accepted');
  });

  it('may have padding, header values in lists, and headers in any case', async () => {
    const envelope = await signed();
    const headers = Object.fromEntries(
      Object.entries(envelope.headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    );
    const text = Buffer.from(`${JSON.stringify({ ...envelope, headers })} `.padEnd(2002)).toString('base64');
    expect(text.endsWith('=')).toBe(true);
    expect(reasonOf(await verify(text.replaceAll('+', '-').replaceAll('/', '_')))).toBe('accepted');
  });
});

describe('who a caller is', () => {
  const identity = async (arn: string, userId: string, more: Partial<AwsIamConnection> = {}) => {
    const { outcome } = await verify(encoded(await signed()), {
      connections: [{ ...connection, principal: '${claims.arn}', ...more }],
      answer: xml(answerXml(arn, userId)),
    });
    return outcome;
  };

  it('leaves the session out of the subject where whoever assumes the role chooses its name', async () => {
    const task = '0123456789abcdef0123456789abcdef';
    const outcome = await identity(
      `arn:aws:sts::111122223333:assumed-role/other/${task}`,
      `AROAEXAMPLEEXAMPLE12:${task}`,
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: { subject: 'arn:aws:sts::111122223333:assumed-role/other' },
    });
    expect(outcome.ok && outcome.value.claims.values.has('taskId')).toBe(false);
  });

  it('knows no task where the session of an ECS role is not named after one', async () => {
    const outcome = await identity(
      'arn:aws:sts::111122223333:assumed-role/web-task/by-hand',
      'AROAEXAMPLEEXAMPLE12:by-hand',
    );
    expect(outcome).toMatchObject({ ok: true, value: { subject: 'arn:aws:sts::111122223333:assumed-role/web-task' } });
    expect(outcome.ok && outcome.value.claims.values.has('taskId')).toBe(false);
  });

  it('is an IAM user by its ARN', async () => {
    const outcome = await identity('arn:aws:iam::111122223333:user/ci/build', 'AIDAEXAMPLEEXAMPLE12');
    expect(outcome).toMatchObject({ ok: true, value: { subject: 'arn:aws:iam::111122223333:user/ci/build' } });
    expect(outcome.ok && outcome.value.claims.values.get('userName')).toBe('build');
  });

  it.each([
    ['the root user', 'arn:aws:iam::111122223333:root', '111122223333'],
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/bob', '111122223333:bob'],
  ])('is never %s', async (_name, arn, userId) => {
    expect(await identity(arn, userId)).toMatchObject({ refusal: { reason: 'caller_identity_unsupported' } });
  });

  it('is refused where its label cannot be written', async () => {
    const outcome = await identity('arn:aws:iam::111122223333:user/build', 'AIDAEXAMPLEEXAMPLE12', {
      principal: '${claims.roleName}',
    });
    expect(outcome).toMatchObject({ refusal: { reason: 'principal_invalid' } });
  });

  it('is refused where `require` does not hold', async () => {
    const require = [{ StringEquals: { 'claims.roleName': ['batch'] } }];
    const { outcome } = await verify(encoded(await signed()), { connections: [{ ...connection, require }] });
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'requirement_not_met' } });
  });
});

describe('the time of a request', () => {
  test.each([
    ['2026-11-21T09:05:59Z', 'accepted'],
    ['2026-11-21T09:06:00Z', 'expired'],
    ['2026-11-21T08:59:00Z', 'accepted'],
    ['2026-11-21T08:58:59Z', 'not_yet_valid'],
  ])('signed at 09:00:00, with a tolerance of 60 s, at %s is %s', async (now, reason) => {
    expect(reasonOf(await verify(encoded(await signed()), { now }))).toBe(reason);
  });

  it('is measured by the tolerance of the connection that admits it, not by the widest', async () => {
    const strict = { ...connection, clockTolerance: seconds(0) };
    const lax = { ...connection, connection: 'other', accounts: ['444455556666'], clockTolerance: seconds(300) };
    const at = { now: '2026-11-21T09:05:00Z', connections: [lax, strict] };
    expect(reasonOf(await verify(encoded(await signed()), at))).toBe('expired');
  });
});

describe('a proof that may be used once', () => {
  it('is one proof however its envelope is spelt', async () => {
    const once = { connections: [{ ...connection, reuse: 'once' as const }] };
    const envelope = await signed();
    const other = { headers: { ...envelope.headers, 'User-Agent': 'x' }, body: envelope.body, url: envelope.url };
    const [first, second] = [await verify(encoded(envelope), once), await verify(encoded(other), once)];
    const reuse = first.outcome.ok ? first.outcome.value.reuse : null;
    expect(reuse).toMatchObject({ reuse: 'once', until: Date.parse('2026-11-21T09:06:00Z') / 1000 });
    expect(second.outcome.ok && second.outcome.value.reuse).toEqual(reuse);
  });

  it('is another proof when it is signed again', async () => {
    const id = async (at: string) => {
      const { outcome } = await verify(encoded(await signed({ at })));
      return outcome.ok ? outcome.value.proof.tokenId : null;
    };
    expect(await id('2026-11-21T09:00:01Z')).not.toBe(await id('2026-11-21T09:00:00Z'));
  });
});

const header = (name: string, value: unknown) => (envelope: Envelope) => {
  envelope.headers[name] = value;
};
const authorization = (from: RegExp, to: string) => (envelope: Envelope) => {
  const before = String(envelope.headers['authorization']);
  envelope.headers['authorization'] = before.replace(from, to);
  expect(envelope.headers['authorization']).not.toBe(before);
};
const url = (text: string) => (envelope: Envelope) => {
  envelope.url = text;
};

describe('a hostile request never reaches STS', () => {
  it.each<[string, string, (envelope: Envelope) => void]>([
    ['another host', 'signed_request_not_accepted', url('https://sts.evil.example/')],
    ['a bucket called sts', 'signed_request_not_accepted', url('https://sts.s3.amazonaws.com/')],
    ['a regional bucket called sts', 'signed_request_not_accepted', url('https://sts.s3-eu-west-1.amazonaws.com/')],
    ['a host that goes on', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com.evil.example/')],
    ['a user before the host', 'signed_request_not_accepted', url('https://sts.amazonaws.com@evil.example/')],
    ['plain http', 'signed_request_not_accepted', url('http://sts.eu-west-1.amazonaws.com/')],
    ['a port', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com:8443/')],
    ['a path', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/x')],
    ['a query', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/?Action=GetSessionToken')],
    ['a fragment', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/#x')],
    ['a host in capitals', 'signed_request_not_accepted', url('https://STS.eu-west-1.amazonaws.com/')],
    ['a blank before the URL', 'signed_request_not_accepted', url(' https://sts.eu-west-1.amazonaws.com/')],
    ['a newline after the URL', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/\n')],
    ['a Region outside its partition', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com.cn/')],
    ['another Region than signed', 'signed_request_not_accepted', url('https://sts.eu-west-2.amazonaws.com/')],
    ['a link-local address', 'signed_request_not_accepted', url('http://169.254.169.254/')],
    ['a Host header of another host', 'signed_request_not_accepted', header('host', 'sts.eu-west-2.amazonaws.com')],
    ['a header nobody expects', 'signed_request_not_accepted', header('x-forwarded-host', 'evil.example')],
    ['Transfer-Encoding', 'signed_request_not_accepted', header('transfer-encoding', 'chunked')],
    ['a wrong Content-Length', 'signed_request_not_accepted', header('content-length', '0')],
    ['a method override', 'signed_request_not_accepted', header('x-http-method-override', 'GET')],
    ['an x-amz header beside the signature', 'signed_request_not_accepted', header('x-amz-target', 'x')],
    ['a JSON content type', 'signed_request_not_accepted', header('content-type', 'application/json')],
    ['a header twice', 'signed_request_malformed', header('X-Amz-Date', '20261121T090000Z')],
    ['two values of a header', 'signed_request_malformed', header('user-agent', ['a', 'b'])],
    ['a newline in a header', 'signed_request_malformed', header('user-agent', 'a\r\nx-evil: b')],
    ['a header value that is a number', 'signed_request_malformed', header('content-length', 43)],
    ['a header value in Latin', 'signed_request_malformed', header('user-agent', 'é')],
    ['a header name with a colon', 'signed_request_malformed', header('x:y', 'z')],
    ['SigV4A', 'signed_request_malformed', authorization(/HMAC-SHA256/, 'ECDSA-P256-SHA256')],
    ['another service', 'signed_request_malformed', authorization(/\/sts\//, '/iam/')],
    ['a signature in capitals', 'signed_request_malformed', authorization(/[0-9a-f]{64}$/, 'A'.repeat(64))],
    ['a short signature', 'signed_request_malformed', authorization(/.$/, '')],
    ['two signatures', 'signed_request_malformed', authorization(/$/, ', Signature=00')],
    ['a day other than its date', 'signed_request_malformed', authorization(/\/20261121\//, '/20261120/')],
    [
      'a header signed twice',
      'signed_request_malformed',
      authorization(/=content-type;/, '=content-type;content-type;'),
    ],
    ['no date', 'signed_request_malformed', (envelope) => delete envelope.headers['x-amz-date']],
    ['no signature', 'signed_request_malformed', (envelope) => delete envelope.headers['authorization']],
    ['no server id', 'signed_request_not_accepted', (envelope) => delete envelope.headers['x-broker-server-id']],
    ['no content type', 'signed_request_not_accepted', (envelope) => delete envelope.headers['content-type']],
    ['a date that does not exist', 'signed_request_malformed', header('x-amz-date', '20261131T090000Z')],
    ['a date with an offset', 'signed_request_malformed', header('x-amz-date', '20261121T090000+0000')],
    [
      'a signed header that is missing',
      'signed_request_not_accepted',
      authorization(/Headers=/, 'Headers=amz-sdk-request;'),
    ],
    [
      'another action',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body = 'Action=GetSessionToken&Version=2011-06-15';
      },
    ],
    [
      'a second action',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body += '&Action=GetSessionToken';
      },
    ],
    [
      'the parameters turned round',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body = 'Version=2011-06-15&Action=GetCallerIdentity';
      },
    ],
    ['a body that is no text', 'signed_request_malformed', (envelope) => Object.assign(envelope, { body: null })],
    ['a member nobody expects', 'signed_request_malformed', (envelope) => Object.assign(envelope, { method: 'GET' })],
    ['no headers', 'signed_request_malformed', (envelope) => Object.assign(envelope, { headers: [] })],
  ])('%s: %s', async (_name, reason, change) => {
    const envelope = await signed();
    change(envelope);
    const result = await verify(encoded(envelope));
    expect(reasonOf(result)).toBe(reason);
    expect(result.sent).toEqual([]);
  });

  it.each<[string, string, Partial<Signing>]>([
    ['a server id that is not signed', 'signed_request_not_accepted', { unsigned: ['x-broker-server-id'] }],
    ['a session token that is not signed', 'signed_request_not_accepted', { unsigned: ['x-amz-security-token'] }],
    ['a host that is not signed', 'signed_request_not_accepted', { unsigned: ['host'] }],
    [
      'the server id of another server',
      'server_id_mismatch',
      { headers: { ...SIGNING.headers, 'x-broker-server-id': 'vault.example.com' } },
    ],
    ['a signed Accept', 'signed_request_not_accepted', { headers: { ...SIGNING.headers, accept: 'application/json' } }],
    [
      'a signed unknown header',
      'signed_request_not_accepted',
      { headers: { ...SIGNING.headers, 'x-amzn-trace': 'x' } },
    ],
    [
      'a signed body of another action',
      'signed_request_not_accepted',
      { body: 'Action=AssumeRole&Version=2011-06-15' },
    ],
    ['a signed path', 'signed_request_not_accepted', { path: '/x' }],
    ['a Region of another endpoint', 'signed_request_not_accepted', { region: 'us-east-1' }],
  ])('%s: %s', async (_name, reason, signing) => {
    const result = await verify(encoded(await signed(signing)));
    expect(reasonOf(result)).toBe(reason);
    expect(result.sent).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' '],
    ['not base64url', '!!!!'],
    ['standard base64', '+/+/'],
    ['base64url with bits left over', 'eyJ9'.slice(0, 3)],
    ['not JSON', Buffer.from('url').toString('base64url')],
    ['a list', encoded([])],
    ['null', encoded(null)],
    ['a byte order mark', Buffer.from('\ufeff{}').toString('base64url')],
    ['a member twice', Buffer.from('{"url":"a","url":"b","body":"","headers":{}}').toString('base64url')],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
    ['more than 16,384 characters', 'A'.repeat(16_388)],
  ])('%s is no envelope', async (_name, envelope) => {
    const result = await verify(envelope);
    expect(reasonOf(result)).toBe('signed_request_malformed');
    expect(result.sent).toEqual([]);
  });
});

describe('what STS answers', () => {
  const role = (name: string, text: string): [string, string, FetchResult] => [
    name,
    'caller_identity_unavailable',
    xml(text),
  ];
  it.each<[string, string, FetchResult]>([
    ['that the signature does not hold', 'signature_invalid', failure('SignatureDoesNotMatch', 403)],
    ['that nobody has this key', 'signature_invalid', failure('InvalidClientTokenId', 403)],
    ['that the credentials have expired', 'expired', failure('ExpiredToken', 403)],
    ['that it throttles', 'caller_identity_unavailable', failure('Throttling', 400)],
    ['that it has too much to do', 'caller_identity_unavailable', failure('TooManyRequests', 429)],
    ['that it is broken', 'caller_identity_unavailable', failure('InternalFailure', 500)],
    ['an error that is no XML', 'caller_identity_unavailable', xml('no', 403)],
    ['nothing in time', 'caller_identity_unavailable', { ok: false, problem: 'timeout', cause: '' }],
    ['a redirect', 'caller_identity_unavailable', { ok: false, problem: 'redirect', cause: '' }],
    ['too much', 'caller_identity_unavailable', { ok: false, problem: 'too-large', cause: '' }],
    ['a created status', 'caller_identity_unavailable', xml(answerXml(), 201)],
    ['JSON', 'caller_identity_unavailable', xml('{"Arn":"x"}', 200, 'application/json')],
    ['XML as a page', 'caller_identity_unavailable', xml(answerXml(), 200, 'text/html')],
    [
      'an account that is not listed',
      'account_not_allowed',
      xml(
        answerXml('arn:aws:sts::999999999999:assumed-role/r/session', 'AROAEXAMPLEEXAMPLE12:session', '999999999999'),
      ),
    ],
    role('nothing', ''),
    role(
      'an ARN of another account than the account',
      answerXml('arn:aws:sts::999999999999:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12:session'),
    ),
    role(
      'a session other than the id says',
      answerXml('arn:aws:sts::111122223333:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12:other'),
    ),
    role(
      'an id without a session',
      answerXml('arn:aws:sts::111122223333:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12'),
    ),
    role('a role without a session', answerXml('arn:aws:sts::111122223333:assumed-role/web-task')),
    role(
      'a role of IAM as a session',
      answerXml('arn:aws:iam::111122223333:assumed-role/web-task/0123456789abcdef0123456789abcdef'),
    ),
    role('a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${answerXml()}`),
    role('an entity', answerXml('&a;')),
    role('a comment within a value', answerXml('arn:aws:sts::111122223333:assumed-role/<!-- -->web-task/session')),
    role('a CDATA section', answerXml('<![CDATA[arn:aws:iam::111122223333:user/a]]>')),
    role('two ARNs', answerXml().replace('<Account>', '<Arn>arn:aws:iam::111122223333:user/a</Arn><Account>')),
    role(
      'two ARNs and no account',
      answerXml().replace('<Account>111122223333</Account>', '<Arn>arn:aws:iam::111122223333:user/a</Arn>'),
    ),
    role('another namespace', answerXml().replace('2011-06-15', '2012-01-01')),
    role('another response', answerXml().replaceAll('GetCallerIdentity', 'GetSessionToken')),
    role('something after the end', `${answerXml()}<x/>`),
    role('an account of letters', answerXml(undefined, undefined, 'abcdefghijkl')),
    role('a name of the element that closes otherwise', answerXml().replace('</Arn>', '</UserId>')),
  ])('%s: %s', async (_name, reason, answer) => {
    expect(reasonOf(await verify(encoded(await signed()), { answer }))).toBe(reason);
  });

  it('takes no more than milliseconds to refuse, whatever it is', async () => {
    const bytes = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${'<Arn>a</Arn> '.repeat(1_000)}`;
    const started = process.hrtime.bigint();
    await verify(encoded(await signed()), { answer: xml(bytes) });
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(200);
  });

  it('throws where two connections claim one account of one server', async () => {
    const connections = [connection, { ...connection, connection: 'again' }];
    await expect(verify(encoded(await signed()), { connections })).rejects.toMatchObject({
      dependency: 'configuration',
    });
  });
});
