import { createHash } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import type { AwsIamConnection } from '../../../lib/configuration/documents/connections.ts';
import { seconds } from '../../../lib/time.ts';
import { answerXml, encoded, type Signing, signed } from './signing.ts';
import { connection, reasonOf, verify, xml } from './verification.ts';

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
    ['the European Sovereign Cloud', { host: 'sts.eusc-de-east-1.amazonaws.eu', region: 'eusc-de-east-1' }],
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
    const log = { connection: 'ecs-tasks', missed: 'StringEquals claims.roleName' };
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'requirement_not_met', log } });
  });
});

it('the server that a request is signed for stands in the log where it is another', async () => {
  const headers = { 'x-broker-server-id': 'vault"example', 'content-type': 'application/x-www-form-urlencoded' };
  const { outcome } = await verify(encoded(await signed({ headers })));
  expect(outcome).toEqual({ ok: false, refusal: { reason: 'server_id_mismatch', log: { found: 'vault?example' } } });
});

describe('the time of a request', () => {
  test.each([
    ['2026-11-21T09:05:59Z', 'accepted'],
    ['2026-11-21T09:06:00Z', 'expired'],
    ['2026-11-21T08:59:00Z', 'accepted'],
    ['2026-11-21T08:58:59Z', 'not_yet_valid'],
  ])('signed at 09:00:00, with a tolerance of 60 s, at %s is %s', async (now, reason) => {
    const result = await verify(encoded(await signed()), { now });
    expect(reasonOf(result)).toBe(reason);
    // What is too old or too new for every connection costs no call.
    expect(result.sent).toHaveLength(reason === 'accepted' ? 1 : 0);
  });

  test.each([
    ['expired', '2026-11-21T09:06:00Z', 1_795_251_960],
    ['not_yet_valid', '2026-11-21T08:58:59Z', 1_795_251_539],
  ])('that is %s stands in the log beside the clock', async (reason, now, clock) => {
    const found = `X-Amz-Date is 1795251600; the clock here says ${clock}`;
    const { outcome } = await verify(encoded(await signed()), { now });
    expect(outcome).toEqual({ ok: false, refusal: { reason, log: { found } } });
  });

  it('is measured by the tolerance of the connection that admits it, not by the widest', async () => {
    const strict = { ...connection, clockTolerance: seconds(0) };
    const lax = { ...connection, connection: 'other', accounts: ['444455556666'], clockTolerance: seconds(300) };
    const at = { now: '2026-11-21T09:05:00Z', connections: [lax, strict] };
    const detail =
      'X-Amz-Date is 1795251600 and good for 300 seconds; the clock here says 1795251900 and the tolerance is 0 seconds.';
    const { outcome } = await verify(encoded(await signed()), at);
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'expired', detail } });
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
