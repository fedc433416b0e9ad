import { describe, expect, it, test } from '@jest/globals';
import { awsSessionGranter, awsSessionRequest } from '../../lib/credential/aws-session.ts';
import type { Granted, GrantInput, Narrowing } from '../../lib/credential/grant.ts';
import type { JsonObject } from '../../lib/json.ts';
import { refuse } from '../../lib/outcome.ts';
import type { AwsSessionGrant } from '../../lib/policy/grants/aws-session.ts';
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
        ends: null,
        granted: {},
        lasting: { policy: null, policyArns: [], tags: [] },
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
  const policyOf = (action: string, resource = '*'): JsonObject => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
  const policy = policyOf('s3:Get*', 'arn:aws:s3:::reports/*');
  const narrow = (more: Partial<Narrowing>) => ({
    narrowing: { policy: null, policyArns: [], parameters: {}, ...more },
  });
  const sent = (more: Partial<Narrowing>, grant: Partial<AwsSessionGrant> = {}) => {
    const made = request(narrow(more), { ...sessionGrant, ...grant });
    return made.ok && made.value.input.policy !== null ? JSON.parse(made.value.input.policy) : made;
  };

  it('stands alone where the grant has none', () => {
    expect(request(narrow({ policy, policyArns: [arn] }))).toMatchObject({
      value: { input: { policy: JSON.stringify(policy), policyArns: [arn] }, granted: { policy } },
    });
  });

  it("meets the grant's own: what STS gets is what both allow", () => {
    expect(sent({ policy: policyOf('s3:*Object', 'arn:aws:s3:::*/2026/*') }, { policy })).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:Get*Object',
          Resource: ['arn:aws:s3:::reports/2026/*', 'arn:aws:s3:::reports/*/2026/*'],
        },
      ],
    });
  });

  it('that has nothing in common with it leaves nothing', () => {
    expect(sent({ policy: policyOf('ecs:*') }, { policy })).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
  });

  it.each<[string, string, Partial<Narrowing>, Partial<AwsSessionGrant>]>([
    ['ARNs beside a policy', 'narrowing_refused', { policyArns: [arn] }, { policy }],
    ['ARNs beside ARNs', 'narrowing_refused', { policyArns: [arn] }, { policyArns: [arn] }],
    ['a policy beside ARNs, which STS adds up', 'policy_not_narrower', { policy }, { policyArns: [arn] }],
    [
      'a policy that takes a part out',
      'policy_not_narrower',
      { policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }] } },
      { policy },
    ],
    ['what is no policy', 'parameter_invalid', { policy: { Version: '2012-10-17' } }, { policy }],
    ['what is no policy, where the grant has none', 'parameter_invalid', { policy: {} }, {}],
  ])('is refused: %s of the grant', (_name, expected, asked, own) => {
    expect(reason(narrow(asked), { ...sessionGrant, ...own })).toBe(expected);
  });

  it('that is nothing takes nothing away from the grant', () => {
    expect(request(narrow({}), { ...sessionGrant, policyArns: [arn] })).toMatchObject({
      value: { input: { policyArns: [arn] }, granted: {} },
    });
  });

  const long = (length: number): JsonObject => {
    const empty = JSON.stringify(policyOf('s3:*', 'arn:aws:s3:::')).length;
    return policyOf('s3:*', `arn:aws:s3:::${'a'.repeat(length - empty)}`);
  };

  it.each<[string, string, Partial<Narrowing>]>([
    ['2,048 characters', 'prepared', { policy: long(2048) }],
    ['2,049 characters', 'policy_too_large', { policy: long(2049) }],
    ['2,048 characters with its ARN', 'prepared', { policy: long(2048 - arn.length), policyArns: [arn] }],
    ['2,049 characters with its ARN', 'policy_too_large', { policy: long(2049 - arn.length), policyArns: [arn] }],
    ['10 ARNs', 'prepared', { policyArns: Array(10).fill(arn) }],
    ['11 ARNs', 'policy_too_large', { policyArns: Array(11).fill(arn) }],
    ['the ARN of a role', 'parameter_invalid', { policyArns: ['arn:aws:iam::111122223333:role/x'] }],
    ['an ARN within a text', 'parameter_invalid', { policyArns: [`x${arn}`] }],
    ['an ARN of another partition', 'prepared', { policyArns: ['arn:aws-us-gov:iam::aws:policy/x'] }],
    ['an ARN of an account', 'prepared', { policyArns: ['arn:aws:iam::111122223333:policy/x'] }],
    ['an ARN of too long an account', 'parameter_invalid', { policyArns: ['arn:aws:iam::1111222233334:policy/x'] }],
    ['an ARN of no partition', 'parameter_invalid', { policyArns: ['arn:aws-:iam::aws:policy/x'] }],
    ['an ARN with a newline', 'parameter_invalid', { policyArns: [`${arn}\n`] }],
  ])('of %s is %s', (_name, expected, asked) => {
    expect(reason(narrow(asked))).toBe(expected);
  });
});

describe('what a grant rules out for every caller', () => {
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  const after = {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-11-21T09:05:00Z' } },
  };
  const elsewhere = (range: string) => ({
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { NotIpAddress: { 'aws:SourceIp': range }, BoolIfExists: { 'aws:ViaAWSService': 'false' } },
  });
  const statements = (grant: Partial<AwsSessionGrant>, address = '198.51.100.7', more: Partial<GrantInput> = {}) => {
    const lookup = (key: string) => (key === 'request.sourceIp' ? address : undefined);
    const made = request({ ...more, lookup }, { ...sessionGrant, ...grant });
    return made.ok ? JSON.parse(made.value.input.policy ?? 'null').Statement : made.refusal.reason;
  };
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };

  it.each<[string, Partial<AwsSessionGrant>, string, unknown]>([
    ['effective, without a policy', { effective: seconds(300) }, '198.51.100.7', [everything, after]],
    ['effective, beside a policy', { effective: seconds(300), policy }, '198.51.100.7', [policy.Statement, after]],
    ['pinned to IPv4', { network: 'pinned', policy }, '198.51.100.7', [policy.Statement, elsewhere('198.51.100.7/32')]],
    ['pinned to IPv6', { network: 'pinned', policy }, '2001:db8::1', [policy.Statement, elsewhere('2001:db8::1/128')]],
    [
      'beside managed policies, which allow',
      { effective: seconds(300), policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
      '198.51.100.7',
      [after],
    ],
  ])('%s', (_name, grant, address, expected) => {
    expect(statements(grant, address)).toEqual(expected);
  });

  it('is a policy of the version that it needs', () => {
    const made = request({}, { ...sessionGrant, effective: seconds(300) });
    expect(made.ok && JSON.parse(made.value.input.policy ?? '')).toMatchObject({ Version: '2012-10-17' });
  });

  it.each<[string, Partial<AwsSessionGrant>, boolean]>([
    ["not where it is the grant's own alone", { policy }, false],
    ['not where there is none', {}, false],
    ['where the session ends before STS ends it', { policy, effective: seconds(300) }, true],
    ['where it is pinned to an address', { policy, network: 'pinned' }, true],
    ['where it is so without a policy of its own', { effective: seconds(300) }, true],
  ])('is recorded as the policy of the session: %s', (_, grant, recorded) => {
    const made = request({ lookup: () => '198.51.100.7' }, { ...sessionGrant, ...grant });
    const sent = made.ok ? JSON.parse(made.value.input.policy ?? 'null') : null;
    expect(made.ok && made.value.granted).toEqual(recorded ? { policy: sent } : {});
    expect(made.ok && Object.hasOwn(made.value.granted, 'policy')).toBe(recorded);
  });

  it('makes no session longer than STS made it', async () => {
    const { sessions } = recordingSessions();
    const expires = session.credentials.expires;
    const ends = (seconds_: number) => ({
      ...sessionGrant,
      effective: seconds(seconds_),
      maxDuration: seconds(43_200),
    });
    const granter = awsSessionGranter({ sessions, externalId: 'external' });
    const mintedFor = async (effective: number) => {
      const asked = { requestedDuration: seconds(7_200) };
      const prepared = granter.prepare(grantedOf('aws-session', ends(effective)), inputOf(asked));
      const minted = prepared.ok ? await prepared.value.mint(forever) : prepared;
      return minted.ok && minted.value.credential.expires;
    };
    expect(await mintedFor(5_400)).toBe(expires);
    expect(await mintedFor(60)).toBe(Date.parse('2026-11-21T09:01:00Z') / 1000);
  });

  it('stands beside what the caller narrows by', () => {
    const narrowing = {
      policy: { ...policy, Statement: { ...policy.Statement, Action: 's3:GetObject' } },
      policyArns: [],
      parameters: {},
    };
    expect(statements({ effective: seconds(300), policy }, '198.51.100.7', { narrowing })).toEqual([
      { ...policy.Statement, Action: 's3:GetObject' },
      after,
    ]);
  });

  it('is the end that answer and record say, though STS gives 15 minutes at least', async () => {
    const { sessions, asked } = recordingSessions();
    const granter = awsSessionGranter({ sessions, externalId: 'external' });
    const prepared = granter.prepare(
      grantedOf('aws-session', { ...sessionGrant, effective: seconds(300) }),
      inputOf({}),
    );
    const minted = prepared.ok ? await prepared.value.mint(forever) : prepared;
    const ends = Date.parse('2026-11-21T09:05:00Z') / 1000;
    expect(asked).toMatchObject([{ input: { duration: 1800 } }]);
    expect(minted).toMatchObject({
      value: { credential: { expires: ends }, secret: { session: { credentials: { expires: ends } } } },
    });
    expect(prepared).toMatchObject({ value: { planned: { expires: ends } } });
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

  /** Keys and values of those that the broker sets: an id of 30 characters, and the scope. */
  const TAGS = 'token-broker:issuancetoken-broker:scope'.length + 30 + 'deploy-web'.length;

  it('asks nobody before it is told to, and then once', async () => {
    const { prepared, asked } = prepare();
    expect(asked).toEqual([]);
    expect(prepared.planned).toEqual({
      roleArn: sessionGrant.roleArn,
      sourceIdentity: expect.stringMatching(/^github-/),
      expires: Date.parse('2026-11-21T09:30:05Z') / 1000,
      sessionSize: { policy: 0, policyArns: 0, tags: TAGS },
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
          sessionSize: { policy: 0, policyArns: 0, tags: TAGS },
          expires: session.credentials.expires,
        },
        secret: { kind: 'aws-session', accountId: '111122223333', roleArn: sessionGrant.roleArn, session },
      },
    });
    expect(JSON.stringify(minted.ok && minted.value.credential)).not.toContain('very-secret');
  });

  it('says how much there was where STS could not pack it', async () => {
    const refusal = refuse('policy_too_large', { log: { errorCode: 'PackedPolicyTooLarge' } });
    expect(await prepare({}, refusal).prepared.mint(forever)).toEqual({
      ok: false,
      refusal: {
        ...refusal.refusal,
        detail: `STS packs policy (here 0 characters), ARNs (0) and tags (${TAGS}) of a session into one: more than it takes.`,
      },
    });
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

describe('a session whose policy or tags have no value', () => {
  const of = (more: Partial<AwsSessionGrant>) => ({ ...sessionGrant, ...more });
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${claims.sha}/*' }],
  };

  it.each<[string, Partial<AwsSessionGrant>]>([
    ['policy', { policy }],
    ['tags', { tags: { commit: '${claims.sha}' } }],
  ])('is refused, and never asked for without them: %s', (_, more) => {
    expect(reason({}, of(more))).toBe('template_value');
    const granter = awsSessionGranter({ sessions: recordingSessions().sessions, externalId: 'external' });
    expect(granter.prepare(grantedOf('aws-session', of(more)), inputOf({}))).toMatchObject({
      refusal: { reason: 'template_value' },
    });
  });
});

describe('what an approval of a session is of', () => {
  const managed = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };
  const bound = (grant: Partial<AwsSessionGrant>, more: More = {}) => {
    const { lookup = () => undefined, ...input } = more;
    const granter = awsSessionGranter({ sessions: recordingSessions().sessions, externalId: 'external' });
    const prepared = granter.prepare(
      grantedOf('aws-session', { ...sessionGrant, ...grant }, { lookup }),
      inputOf(input),
    );
    return prepared.ok ? prepared.value.bound() : prepared.refusal.reason;
  };
  const role = { roleArn: sessionGrant.roleArn, policy: null, policyArns: [], tags: {} };
  const from = (address: string) => ({ lookup: (key: string) => (key === 'request.sourceIp' ? address : undefined) });

  it.each<[string, Partial<AwsSessionGrant>, More, JsonObject]>([
    ['the role', {}, {}, role],
    ['its managed policies', { policyArns: [managed] }, {}, { ...role, policyArns: [managed] }],
    ['its policy', { policy }, {}, { ...role, policy }],
    ['its tags', { tags: { team: 'data' } }, {}, { ...role, tags: { team: 'data' } }],
    ['how long it may do anything', { effective: seconds(300) }, {}, { ...role, effective: 300 }],
    ['where it may be used', { network: 'pinned' }, from('198.51.100.7'), { ...role, network: '198.51.100.7' }],
    [
      'what the caller narrows it to',
      {},
      { narrowing: { policy: null, policyArns: [managed], parameters: {} } },
      { ...role, policyArns: [managed] },
    ],
  ])('is %s', (_, grant, more, expected) => {
    expect(bound(grant, more)).toStrictEqual(expected);
  });

  it('does not hang on the time', () => {
    const at = (now: number) => bound({ effective: seconds(300) }, { now: epochMilliseconds(now) });
    expect(at(NOW)).toEqual(at(NOW + 60_000));
  });
});

it('a tag that no session can have is refused before STS is asked', () => {
  const lookup = (key: string) => (key === 'claims.team' ? 'a'.repeat(257) : undefined);
  expect(reason({ lookup }, { ...sessionGrant, tags: { team: '${claims.team}' } })).not.toBe('prepared');
});

it('an effective end that is later than the session is no end of its own', () => {
  const ends = (effective: number) => {
    const made = request({}, { ...sessionGrant, effective: seconds(effective) });
    return made.ok && { ends: made.value.ends, expires: made.value.expires };
  };
  const expires = Date.parse('2026-11-21T09:30:05Z') / 1000;
  const now = Date.parse('2026-11-21T09:00:00Z') / 1000;
  expect(ends(1805)).toEqual({ ends: now + 1805, expires });
  expect(ends(1806)).toEqual({ ends: null, expires });
});

it('an issuance id that is no session name is a bug, not a refusal', () => {
  expect(() => request({ issuance: 'a b' })).toThrow(expect.objectContaining({ dependency: 'bug' }));
});

it('the label of a principal has no part in anything', () => {
  const named = (name: string) => request({ principal: { ...principalOf('github', 'x'), name } });
  expect(named('a')).toEqual(named('b'));
});
