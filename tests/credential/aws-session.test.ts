import { describe, expect, it, test } from '@jest/globals';
import { awsSessionGranter, awsSessionRequest } from '../../lib/credential/aws-session.ts';
import type { Granted, GrantInput, Narrowing } from '../../lib/credential/grant.ts';
import { refuse } from '../../lib/outcome.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import {
  actorOf,
  grantedOf,
  ISSUANCE,
  inputOf,
  NOW,
  principalOf,
  recordingSessions,
  session,
  sessionGrant,
} from './grant-fixtures.ts';

type More = Partial<GrantInput & Pick<Granted<'aws-session'>, 'lookup'>>;

const request = ({ lookup = () => undefined, ...more }: More = {}, grant = sessionGrant) =>
  awsSessionRequest(grantedOf('aws-session', grant, { lookup }), inputOf(more), 'deployment-external-id');
const reason = (more: More, grant = sessionGrant) => {
  const outcome = request(more, grant);
  return outcome.ok ? 'prepared' : outcome.refusal.reason;
};
const forever = new AbortController().signal;

describe('what is asked of STS', () => {
  it('is all of it the grant and the broker own', () => {
    expect(request()).toEqual({
      ok: true,
      value: {
        expires: Date.parse('2026-11-21T09:30:05Z') / 1000,
        input: {
          roleArn: sessionGrant.roleArn,
          sessionName: ISSUANCE,
          duration: 1800,
          externalId: 'deployment-external-id',
          policy: null,
          policyArns: [],
          tags: [
            { key: 'token-broker:issuance', value: ISSUANCE },
            { key: 'token-broker:scope', value: 'deploy-web' },
          ],
          transitiveTagKeys: ['token-broker:issuance', 'token-broker:scope'],
          sourceIdentity: 'github-repo-acme-web-ref-refs-h.gi21sOLWwoY8ts0dexaR0Ki7m0_DGhcG',
        },
      },
    });
  });

  it('has the external id of the grant where it names one', () => {
    expect(request({}, { ...sessionGrant, externalId: 'of-the-grant' })).toMatchObject({
      value: { input: { externalId: 'of-the-grant' } },
    });
  });

  it('has no source identity where the grant says off', () => {
    expect(request({}, { ...sessionGrant, sourceIdentity: 'off' })).toMatchObject({
      value: { input: { sourceIdentity: null } },
    });
  });

  it('names who acts, in a tag that goes on', () => {
    const actor = actorOf(null, 'release-agent', 'release-agent');
    expect(request({ actor })).toMatchObject({
      value: {
        input: {
          tags: expect.arrayContaining([{ key: 'token-broker:actor', value: 'client:release-agent' }]),
          transitiveTagKeys: ['token-broker:issuance', 'token-broker:scope', 'token-broker:actor'],
        },
      },
    });
  });

  it('has the tags and the policy of the scope with the values of this request', () => {
    const grant = {
      ...sessionGrant,
      tags: { commit: '${claims.sha}' },
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${claims.sha}/*' }],
      },
    };
    const lookup = (key: string) => (key === 'claims.sha' ? 'abc123' : undefined);
    expect(request({ lookup }, grant)).toMatchObject({
      value: {
        input: {
          tags: expect.arrayContaining([{ key: 'commit', value: 'abc123' }]),
          policy:
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/abc123/*"}]}',
        },
      },
    });
    expect(reason({}, grant)).toBe('template_value');
  });
});

describe('the duration', () => {
  test.each([
    [899, 'duration_out_of_range'],
    [900, 'prepared'],
    [3600, 'prepared'],
    [3601, 'duration_out_of_range'],
    [900.5, 'duration_out_of_range'],
    [0, 'duration_out_of_range'],
    [-900, 'duration_out_of_range'],
    [Number.NaN, 'duration_out_of_range'],
    [Number.POSITIVE_INFINITY, 'duration_out_of_range'],
  ])('%d s of 900 to 3,600 is %s', (asked, expected) => {
    expect(reason({ requestedDuration: seconds(asked) })).toBe(expected);
  });

  it('is what was asked for, never another', () => {
    expect(request({ requestedDuration: seconds(900) })).toMatchObject({ value: { input: { duration: 900 } } });
  });

  const at = (text: string) => ({ endsBy: epochSeconds(Date.parse(text) / 1000) });
  test.each([
    ['longer than the default', '2026-11-21T10:00:00Z', 1800],
    ['just the default and the way to STS', '2026-11-21T09:30:06Z', 1800],
    ['a second less', '2026-11-21T09:30:05Z', 1799],
    ['just 900 s and the way to STS', '2026-11-21T09:15:06Z', 900],
  ])('gives way to a broker token that lasts %s', (_name, endsBy, duration) => {
    const outcome = request(at(endsBy));
    expect(outcome).toMatchObject({ value: { input: { duration } } });
    expect(outcome.ok && outcome.value.expires).toBeLessThanOrEqual(Date.parse(endsBy) / 1000);
  });

  test.each([
    ['a second less than 900 s', '2026-11-21T09:15:05Z'],
    ['nothing', '2026-11-21T09:00:00Z'],
  ])('cannot be had of a broker token that lasts %s', (_name, endsBy) => {
    expect(reason(at(endsBy))).toBe('proof_ends_too_soon');
  });

  it('that was asked for does not give way: it is refused', () => {
    expect(reason({ ...at('2026-11-21T09:20:00Z'), requestedDuration: seconds(1800) })).toBe('duration_out_of_range');
    expect(reason({ ...at('2026-11-21T09:20:00Z'), requestedDuration: seconds(900) })).toBe('prepared');
  });
});

describe("a caller's own session policy", () => {
  const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const policy = { Version: '2012-10-17', Statement: [] };
  const narrow = (more: Partial<Narrowing>) => ({ narrowing: { policy: null, policyArns: [], ...more } });

  it('is passed on as it came where the grant has none', () => {
    const text = ' {"Version":"2012-10-17",\n"Statement":[]}';
    expect(request(narrow({ policy: text, policyArns: [arn] }))).toMatchObject({
      value: { input: { policy: text, policyArns: [arn] } },
    });
  });

  it.each([
    ['a policy beside a policy', { policy: '{}' }, { policy }],
    ['ARNs beside a policy', { policyArns: [arn] }, { policy }],
    ['a policy beside ARNs', { policy: '{}' }, { policyArns: [arn] }],
    ['an empty policy beside a policy', { policy: '' }, { policy }],
  ])('is refused: %s of the grant', (_name, sent, own) => {
    expect(reason(narrow(sent), { ...sessionGrant, ...own })).toBe('narrowing_refused');
  });

  it('that is nothing takes nothing away from the grant', () => {
    expect(request(narrow({}), { ...sessionGrant, policyArns: [arn] })).toMatchObject({
      value: { input: { policyArns: [arn] } },
    });
  });

  it.each<[string, string, Partial<Narrowing>]>([
    ['an empty policy', 'parameter_invalid', { policy: '' }],
    ['a NUL', 'parameter_invalid', { policy: '{\u0000}' }],
    ['a character beyond Latin-1', 'parameter_invalid', { policy: '{"ł":1}' }],
    ['the last character of Latin-1', 'prepared', { policy: '{"ÿ":1}' }],
    ['2,048 characters', 'prepared', { policy: ' '.repeat(2048) }],
    ['2,049 characters', 'policy_too_large', { policy: ' '.repeat(2049) }],
    ['2,048 characters with its ARN', 'prepared', { policy: ' '.repeat(2048 - arn.length), policyArns: [arn] }],
    ['2,049 characters with its ARN', 'policy_too_large', { policy: ' '.repeat(2049 - arn.length), policyArns: [arn] }],
    ['10 ARNs', 'prepared', { policyArns: Array(10).fill(arn) }],
    ['11 ARNs', 'policy_too_large', { policyArns: Array(11).fill(arn) }],
    ['the ARN of a role', 'parameter_invalid', { policyArns: ['arn:aws:iam::111122223333:role/x'] }],
    ['an ARN with a newline', 'parameter_invalid', { policyArns: [`${arn}\n`] }],
  ])('of %s is %s', (_name, expected, sent) => {
    expect(reason(narrow(sent))).toBe(expected);
  });
});

describe('minting', () => {
  const prepare = (more: Partial<GrantInput> = {}, answer?: Parameters<typeof recordingSessions>[0]) => {
    const { sessions, asked } = recordingSessions(answer);
    const prepared = awsSessionGranter({ sessions, externalId: 'external' }).prepare(
      grantedOf('aws-session', sessionGrant),
      inputOf(more),
    );
    if (!prepared.ok) throw new Error(prepared.refusal.reason);
    return { prepared: prepared.value, asked };
  };

  it('asks nobody before it is told to, and then once', async () => {
    const { prepared, asked } = prepare();
    expect(asked).toEqual([]);
    expect(prepared.planned).toEqual({
      roleArn: sessionGrant.roleArn,
      sourceIdentity: expect.stringMatching(/^github-/),
      expires: Date.parse('2026-11-21T09:30:05Z') / 1000,
    });
    await prepared.mint(forever);
    expect(asked.map(({ action }) => action)).toEqual(['assumeRole']);
  });

  it('records what is public and hands out what is secret, apart', async () => {
    const minted = await prepare().prepared.mint(forever);
    expect(minted).toMatchObject({
      ok: true,
      value: {
        credential: {
          roleArn: sessionGrant.roleArn,
          accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
          sourceIdentity: expect.stringMatching(/^github-/),
          packedPolicySize: 12,
          expires: session.credentials.expires,
        },
        secret: { kind: 'aws-session', accountId: '111122223333', roleArn: sessionGrant.roleArn, session },
      },
    });
    expect(JSON.stringify(minted.ok && minted.value.credential)).not.toContain('very-secret');
  });

  it("gives STS's refusal on", async () => {
    const refusal = refuse('role_refused', { log: { errorCode: 'AccessDenied' } });
    expect(await prepare({}, refusal).prepared.mint(forever)).toEqual(refusal);
  });

  it('drops a session that would outlive the broker token that it came of', async () => {
    const endsBy = epochSeconds(session.credentials.expires - 1);
    const now = epochMilliseconds(NOW - 60_000);
    expect(await prepare({ endsBy, now }).prepared.mint(forever)).toMatchObject({
      refusal: { reason: 'sts_unavailable' },
    });
    expect(await prepare({ endsBy: session.credentials.expires, now }).prepared.mint(forever)).toMatchObject({
      ok: true,
    });
  });

  it('makes a session of its own for each issuance', async () => {
    const { sessions, asked } = recordingSessions();
    const granter = awsSessionGranter({ sessions, externalId: 'external' });
    for (const issuance of ['iss_1', 'iss_2']) {
      const prepared = granter.prepare(grantedOf('aws-session', sessionGrant), inputOf({ issuance }));
      if (prepared.ok) await prepared.value.mint(forever);
    }
    expect(asked.map(({ input }) => input)).toMatchObject([{ sessionName: 'iss_1' }, { sessionName: 'iss_2' }]);
  });
});

it('an issuance id that is no session name is a bug, not a refusal', () => {
  expect(() => request({ issuance: 'a b' })).toThrow(expect.objectContaining({ dependency: 'bug' }));
});

it('the label of a principal has no part in anything', () => {
  const named = (name: string) => request({ principal: { ...principalOf('github', 'x'), name } });
  expect(named('a')).toEqual(named('b'));
});
