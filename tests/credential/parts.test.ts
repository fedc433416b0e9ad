/** Parts of what is handed out, each by its own edge. */
import { describe, expect, it } from '@jest/globals';
import { LINEAGE_CLAIM } from '../../lib/broker-token-claims.ts';
import { actClaim, identityText } from '../../lib/credential/act-claim.ts';
import { awsFederatedGranter } from '../../lib/credential/aws-federated.ts';
import { awsSessionGranter } from '../../lib/credential/aws-session.ts';
import { brokerTokenGranter } from '../../lib/credential/broker-token.ts';
import type { GrantInput } from '../../lib/credential/grant.ts';
import { mintedSession } from '../../lib/credential/minted-session.ts';
import { sessionNameOf } from '../../lib/credential/session-name.ts';
import { sessionPolicies } from '../../lib/credential/session-policies.ts';
import { actorTag, sessionTags } from '../../lib/credential/session-tags.ts';
import type { Actor, AuthenticatedClient, Lineage, Principal } from '../../lib/identity/principal.ts';
import type { JsonObject } from '../../lib/json.ts';
import { accept, type Outcome, refuse } from '../../lib/outcome.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import {
  actorOf,
  claimsOf,
  federatedGrant,
  grantedOf,
  ISSUANCE,
  inputOf,
  NOW,
  principalOf,
  recordingSessions,
  session,
  sessionGrant,
} from './grant-fixtures.ts';

const forever = new AbortController().signal;
const told = (outcome: Outcome<unknown>): string =>
  outcome.ok ? 'accepted' : `${outcome.refusal.reason}: ${outcome.refusal.detail ?? ''}`;

const tooLarge = (characters: number, arns: number): string =>
  `policy_too_large: The session policy with its ARNs has ${characters} characters, of 2048 at most, and ${arns} ARNs, of 10.`;

const lineage = (more: Partial<Lineage> = {}): Lineage => ({
  tokenIds: ['iss_a'],
  exchanges: 1,
  expires: epochSeconds(NOW / 1000 + 600),
  issuer: 'https://idp.example',
  actors: [],
  presenters: [],
  scopes: [],
  boundTo: null,
  token: { subject: 's', claims: claimsOf({}) },
  ...more,
});

describe('an identity', () => {
  it('is a connection and a subject, or a client', () => {
    expect(identityText(principalOf('okta', 'alice'))).toBe('okta:alice');
    expect(identityText(principalOf('bot', 'bot', 'client'))).toBe('client:bot');
  });

  const [alice, agent, bot] = [
    principalOf('okta', 'alice'),
    actorOf('okta', null, 'agent'),
    actorOf(null, 'bot', 'bot'),
  ] as const;
  const of = <T extends Principal | Actor>(who: T, ...actors: readonly Actor[]): T => ({
    ...who,
    lineage: lineage({ actors }),
  });
  it.each<[string, Principal, Actor | null, unknown]>([
    ['nobody', alice, null, undefined],
    ['somebody of a connection', alice, agent, { sub: 'okta:agent' }],
    ['a client', alice, bot, { sub: 'client:bot' }],
    ['whoever acted before', of(alice, agent, bot), null, { sub: 'okta:agent', act: { sub: 'client:bot' } }],
    ['a client, who acts after others', of(alice, agent), bot, { sub: 'client:bot', act: { sub: 'okta:agent' } }],
    [
      'an actor for whom somebody acted, before those of the subject',
      of(alice, bot),
      of(agent, actorOf('okta', null, 'first')),
      { sub: 'okta:agent', act: { sub: 'okta:first', act: { sub: 'client:bot' } } },
    ],
    ['one whom `act` names, once', of(alice, agent), { ...agent, via: 'act' }, { sub: 'okta:agent' }],
  ])('acts: %s', (_, principal, actor, act) => {
    expect(actClaim(principal, actor)).toEqual(act);
  });
});

describe('session policies', () => {
  const ARN = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const none = { policy: null, policyArns: [], parameters: {} };
  const own = (policy: string | null, ...policyArns: string[]) => ({ policy, policyArns });
  const policyOf = (action: string, length = 0): JsonObject => {
    const make = (name: string): JsonObject => ({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: action, Resource: `arn:aws:s3:::${name}` },
    });
    return make('a'.repeat(Math.max(1, length - JSON.stringify(make('')).length)));
  };
  const text = (policy: JsonObject): string => JSON.stringify(policy);
  /** Five of them, so many characters together. */
  const longArns = (characters: number): readonly string[] => {
    const prefix = 'arn:aws:iam::aws:policy/';
    return [400, 400, 400, 400, characters - 1_600].map((length) => prefix.padEnd(length, 'a'));
  };

  it.each<[string, ReturnType<typeof own>, object | null, ReturnType<typeof own>]>([
    ['none', own(null), null, own(null)],
    ['the grant’s', own('{}', ARN), null, own('{}', ARN)],
    ['the grant’s, where the caller sends nothing', own('{}'), {}, own('{}')],
    [
      'the caller’s ARNs',
      own(null),
      { policyArns: [ARN, 'arn:aws-us-gov:iam::111122223333:policy/a/b'] },
      own(null, ARN, 'arn:aws-us-gov:iam::111122223333:policy/a/b'),
    ],
    ['the caller’s policy', own(null), { policy: policyOf('s3:*') }, own(text(policyOf('s3:*')))],
    ['2048 characters of ARNs alone', own(null), { policyArns: longArns(2_048) }, own(null, ...longArns(2_048))],
    ['ten ARNs', own(null), { policyArns: Array(10).fill(ARN) }, own(null, ...Array(10).fill(ARN))],
    [
      'an ARN of one character',
      own(null),
      { policyArns: ['arn:aws:iam::aws:policy/a'] },
      own(null, 'arn:aws:iam::aws:policy/a'),
    ],
    [
      'an ARN of 512',
      own(null),
      { policyArns: [`arn:aws:iam::aws:policy/${'a'.repeat(512)}`] },
      own(null, `arn:aws:iam::aws:policy/${'a'.repeat(512)}`),
    ],
    ['2048 characters', own(null), { policy: policyOf('s3:*', 2_048) }, own(text(policyOf('s3:*', 2_048)))],
    [
      '2048 characters, ARNs included',
      own('a'.repeat(2_048 - ARN.length), ARN),
      null,
      own('a'.repeat(2_048 - ARN.length), ARN),
    ],
  ])('are passed on: %s', (_, grant, asked, expected) => {
    expect(sessionPolicies(grant, asked === null ? null : { ...none, ...asked })).toEqual(accept(expected));
  });

  it.each<[string, ReturnType<typeof own>, object, string]>([
    ['an ARN beside the grant’s policy', own('{}'), { policyArns: [ARN] }, 'narrowing_refused: '],
    ['an ARN beside the grant’s ARNs', own(null, ARN), { policyArns: [ARN] }, 'narrowing_refused: '],
    ['a policy beside the grant’s ARNs', own(null, ARN), { policy: policyOf('s3:*') }, 'policy_not_narrower: '],
    ['no policy', own(null), { policy: {} }, 'parameter_invalid: The policy is none: a policy has a Statement.'],
    [
      'words that are not ASCII',
      own(null),
      { policy: { Ā: 1 } },
      'parameter_invalid: The policy is none: ? is no element of a policy.',
    ],
    ...[
      'x',
      `x${ARN}`,
      `${ARN} `,
      'arn:aws:iam::aws:policy/',
      `arn:aws:iam::aws:policy/${'a'.repeat(513)}`,
      'arn:aws:iam::1111222233334:policy/a',
      'arn:aws:iam::11112222333:policy/a',
      'arn:aws:iam::aws:role/a',
      'arn:aws-:iam::aws:policy/a',
      'arn:aws:sts::aws:policy/a',
    ].map((arn): [string, ReturnType<typeof own>, object, string] => [
      `the ARN ${arn.slice(0, 60)}`,
      own(null),
      { policyArns: [ARN, arn] },
      'parameter_invalid: PolicyArns has something other than ARNs of IAM policies.',
    ]),
    ['eleven ARNs', own(null), { policyArns: Array(11).fill(ARN) }, tooLarge(11 * ARN.length, 11)],
    ['2049 characters of ARNs alone', own(null), { policyArns: longArns(2_049) }, tooLarge(2_049, 5)],
    ['2049 characters', own(null), { policy: policyOf('s3:*', 2_049) }, tooLarge(2_049, 0)],
    [
      '2049 characters with an ARN',
      own(null),
      { policy: policyOf('s3:*', 2_049 - ARN.length), policyArns: [ARN] },
      tooLarge(2_049, 1),
    ],
  ])('are refused for %s', (_, grant, asked, message) => {
    expect(told(sessionPolicies(grant, { ...none, ...asked }))).toBe(message);
  });
});

it('session policies that are too large tell the log how large', () => {
  const own = { policy: 'a'.repeat(2_049), policyArns: ['arn:aws:iam::aws:policy/a'] };
  expect(sessionPolicies(own, null)).toMatchObject(refuse('policy_too_large', { log: { characters: 2_074 } }));
});

describe('session tags', () => {
  const keys = (outcome: ReturnType<typeof sessionTags>) =>
    outcome.ok ? outcome.value.tags.map(({ key }) => key) : told(outcome);
  const ours = ['token-broker:issuance', 'token-broker:scope'];
  it.each([
    [[], ours],
    [[{ key: 'a', value: '' }], [...ours, 'a']],
    [[{ key: 'k'.repeat(128), value: 'v'.repeat(256) }], [...ours, 'k'.repeat(128)]],
    [[{ key: 'a+b', value: 'a+b' }], [...ours, 'a+b']],
    [[{ key: 'my-aws:x', value: 'v' }], [...ours, 'my-aws:x']],
    [[{ key: 'x/token-broker:y', value: 'v' }], [...ours, 'x/token-broker:y']],
    [
      Array.from({ length: 48 }, (_, n) => ({ key: `k${n}`, value: 'v' })),
      [...ours, ...Array.from({ length: 48 }, (_, n) => `k${n}`)],
    ],
  ])('%# are set beside ours', (theirs, expected) => {
    const outcome = sessionTags('iss_1', 'deploy', null, theirs);
    expect(keys(outcome)).toEqual(expected);
    expect(outcome.ok && outcome.value.transitive).toEqual(ours);
    expect(outcome.ok && outcome.value.tags.slice(0, 2).map(({ value }) => value)).toEqual(['iss_1', 'deploy']);
  });

  it.each([
    [[{ key: 'aws:x', value: 'v' }]],
    [[{ key: 'AWS:x', value: 'v' }]],
    [[{ key: 'Token-Broker:scope', value: 'v' }]],
    [[{ key: '', value: 'v' }]],
    [[{ key: 'k'.repeat(129), value: 'v' }]],
    [[{ key: 'k', value: 'v'.repeat(257) }]],
    [[{ key: 'k', value: 'a;b' }]],
    [[{ key: 'k*', value: 'v' }]],
    [
      [
        { key: 'Key', value: 'v' },
        { key: 'kEY', value: 'v' },
      ],
    ],
    // Two letters that are one in small print only.
    [
      [
        { key: '\u1E9E', value: 'v' },
        { key: '\u00DF', value: 'v' },
      ],
    ],
    [Array.from({ length: 49 }, (_, n) => ({ key: `k${n}`, value: 'v' }))],
  ])('%# are refused', (theirs) => {
    expect(keys(sessionTags('iss_1', 'deploy', null, theirs))).toBe('template_value: ');
  });

  it.each([
    [{ connection: 'okta', client: null, subject: 'alice' }, 'okta:alice'],
    [{ connection: 'okta', client: 'bot', subject: 'alice' }, 'okta:alice'],
    [{ connection: null, client: 'bot', subject: 'x' }, 'client:bot'],
    [{ connection: null, client: null, subject: 'x' }, 'client:x'],
    [{ connection: 'aws', client: null, subject: 'x' }, 'aws=3Ax'],
    [{ connection: 'okta', client: null, subject: 'a=b é;' }, 'okta:a=3Db=20=C3=A9=3B'],
    [{ connection: 'okta', client: null, subject: 'a+b\n\u{1f600}' }, 'okta:a+b=0A=F0=9F=98=80'],
    [{ connection: 'okta', client: null, subject: 'x'.repeat(251) }, `okta:${'x'.repeat(251)}`],
  ])('%# name who acts', (actor, value) => {
    expect(actorTag(actor)).toBe(value);
    const outcome = sessionTags('iss_1', 'deploy', actor, []);
    expect(outcome.ok && outcome.value.tags.at(-1)).toEqual({ key: 'token-broker:actor', value });
  });

  it('name by a digest who is too long for one', () => {
    const [one, other] = ['x', 'y'].map((letter) =>
      actorTag({ connection: 'okta', client: null, subject: letter.repeat(252) }),
    );
    expect(one).toMatch(/^okta:=sha256:[0-9a-f]{64}$/);
    expect(other).not.toBe(one);
  });

  it.each([
    ['for want of a value', { a: '${claims.x}' }, null],
    [
      'one too many beside who acts',
      Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`k${n}`, 'v'])),
      actorOf('okta', null, 'agent'),
    ],
  ])('that cannot be had refuse the session: %s', (_, tags, actor) => {
    const prepared = awsSessionGranter({ sessions: recordingSessions().sessions, externalId: 'local' }).prepare(
      grantedOf('aws-session', { ...sessionGrant, tags }),
      inputOf({ actor }),
    );
    expect(told(prepared)).toBe('template_value: ');
  });
});

describe('a session', () => {
  it.each(['ab', 'a'.repeat(64), ISSUANCE, 'a_+=,.@-'])('may be called %s', (name) => {
    expect(sessionNameOf(name)).toBe(name);
  });

  it.each(['a', '', 'a'.repeat(65), 'a b', 'a/b', 'é1', 'ab\n'])('is not called %j', (name) => {
    expect(() => sessionNameOf(name)).toThrow('An issuance id is not a role session name.');
  });

  const ENDS = session.credentials.expires;
  it.each([
    ['when it pleases', null, true],
    ['with what asked for it', ENDS, true],
    ['after what asked for it', epochSeconds(ENDS - 1), false],
  ])('that ends %s is handed out: %s', (_, endsBy, expected) => {
    const minted = mintedSession(sessionGrant.roleArn, 'me', endsBy, accept(session));
    expect(minted.ok).toBe(expected);
    if (!minted.ok) expect(minted.refusal).toEqual({ reason: 'sts_unavailable', log: { errorCode: 'SessionTooLong' } });
  });

  it.each([
    'arn:aws:iam::11112222333:role/x',
    'xarn:aws:iam::111122223333:role/x',
    'arn:aws:iam::111122223333:user/x',
    'arn::iam::111122223333:role/x',
  ])('of no role is a bug: %s', (roleArn) => {
    const bug = { dependency: 'bug', message: 'The role of a grant is not a role ARN.' };
    expect(() => mintedSession(roleArn, null, null, accept(session))).toThrow(expect.objectContaining(bug));
  });

  it.each([
    ['what STS says that it is', 'theirs', 'theirs'],
    ['what was asked for, where STS says nothing', null, 'me'],
  ])('has the source identity: %s', (_, said, expected) => {
    const minted = mintedSession(sessionGrant.roleArn, 'me', null, accept({ ...session, sourceIdentity: said }));
    expect(minted).toMatchObject({ value: { credential: { sourceIdentity: expected } } });
  });

  it.each([
    ['the identity provider’s own word', null, 1],
    ['a broker token, whoever its origin is', lineage(), 0],
  ])('by the caller’s proof is asked for with %s', async (_, of, calls) => {
    const { sessions, asked } = recordingSessions();
    const principal = { ...principalOf('github', 's'), lineage: of };
    const prepared = awsFederatedGranter(sessions).prepare(
      grantedOf('aws-federated', federatedGrant),
      inputOf({ principal }),
    );
    if (prepared.ok) await prepared.value.mint(forever);
    else expect(told(prepared)).toBe('proof_type_unsupported: ');
    expect(asked).toHaveLength(calls);
  });

  it.each([
    [20_000, 'accepted'],
    [20_001, 'proof_type_unsupported: '],
  ])('is asked for with a token of %d characters: %s', (length, message) => {
    const proof = { kind: 'jwt', token: 'a'.repeat(length), declared: 'jwt' } as const;
    const { sessions } = recordingSessions();
    expect(
      told(awsFederatedGranter(sessions).prepare(grantedOf('aws-federated', federatedGrant), inputOf({ proof }))),
    ).toBe(message);
  });

  it.each([
    [75_000, 'accepted'],
    [75_003, 'request_too_large: '],
  ])('is asked for with an assertion of %d octets: %s', (octets, message) => {
    const document = Buffer.alloc(octets, 'a').toString('base64url');
    const proof = { kind: 'saml', document, at: { kind: 'endpoint' } } as const;
    const grant = {
      ...federatedGrant,
      via: 'saml',
      principalArn: 'arn:aws:iam::111122223333:saml-provider/okta',
    } as const;
    const { sessions } = recordingSessions();
    expect(told(awsFederatedGranter(sessions).prepare(grantedOf('aws-federated', grant), inputOf({ proof })))).toBe(
      message,
    );
  });
});

describe('a broker token', () => {
  const ISSUER = 'https://broker.example.com';
  const bot: AuthenticatedClient = { ...actorOf(null, 'bot', 'bot'), client: 'bot' };
  const claimsFor = async (more: Partial<GrantInput>, audience = ISSUER): Promise<JsonObject> => {
    const signed: JsonObject[] = [];
    const signer = {
      sign: async (_type: string, claims: JsonObject) => {
        signed.push(claims);
        return 'a.b.c';
      },
    };
    const grant = { type: 'broker-token', audience, duration: seconds(600), claims: {} } as const;
    const prepared = brokerTokenGranter({ issuer: ISSUER, signer }).prepare(
      grantedOf('broker-token', grant),
      inputOf(more),
    );
    if (!prepared.ok) throw new TypeError(told(prepared));
    await prepared.value.mint(forever);
    return signed[0] ?? {};
  };
  const lineageOf = (claims: JsonObject): unknown => claims[LINEAGE_CLAIM];

  it.each<[string, Partial<GrantInput>, readonly string[] | undefined]>([
    ['nobody presented it', {}, undefined],
    ['a client presented it', { client: bot }, ['bot']],
    ['the client is its subject', { client: bot, principal: principalOf('bot', 'bot', 'client') }, undefined],
    ['another client is its subject', { client: bot, principal: principalOf('other', 'other', 'client') }, ['bot']],
    ['a connection of that name is not the client', { client: bot, principal: principalOf('bot', 'bot') }, ['bot']],
    ['the client acts', { client: bot, actor: actorOf(null, 'bot', 'bot') }, undefined],
    ['the client brings another who acts', { client: bot, actor: actorOf('okta', null, 'agent') }, ['bot']],
    [
      'others presented what it came of',
      {
        client: bot,
        principal: { ...principalOf('github', 's'), lineage: lineage({ presenters: ['one', 'bot'] }) },
        actor: { ...actorOf('okta', null, 'agent'), lineage: lineage({ presenters: ['two', 'one'] }) },
      },
      ['bot', 'one', 'two'],
    ],
  ])('says who presented it, each once: %s', async (_, more, presenters) => {
    expect(lineageOf(await claimsFor(more))).toMatchObject(presenters === undefined ? {} : { presenters });
    expect(JSON.stringify(await claimsFor(more)).includes('presenters')).toBe(presenters !== undefined);
    expect(lineageOf(await claimsFor(more, 'https://api.test'))).toMatchObject(
      presenters === undefined ? {} : { presenters },
    );
  });

  it('says through which public clients it came, each once', async () => {
    const cameThrough = (...through: readonly string[]) => ({ lineage: lineage({ through }) });
    const claims = await claimsFor({
      through: ['app', 'one'],
      principal: { ...principalOf('github', 's'), ...cameThrough('one', 'two') },
      actor: { ...actorOf('okta', null, 'agent'), ...cameThrough('three') },
    });
    expect(lineageOf(claims)).toMatchObject({ through: ['app', 'one', 'two', 'three'] });
    expect(lineageOf(await claimsFor({ through: [] }))).not.toHaveProperty('through');
    expect(lineageOf(await claimsFor({}))).not.toHaveProperty('through');
  });

  it('counts the longer way of subject and actor', async () => {
    const principal = {
      ...principalOf('github', 's'),
      lineage: lineage({ exchanges: 1, tokenIds: ['iss_a', 'iss_b'] }),
    };
    const actor = {
      ...actorOf('okta', null, 'agent'),
      lineage: lineage({ exchanges: 2, tokenIds: ['iss_b', 'iss_c'] }),
    };
    const of = async (more: Partial<GrantInput>) => lineageOf(await claimsFor(more, 'https://api.test'));
    expect(await of({ principal, actor })).toEqual({ parents: ['iss_a', 'iss_b', 'iss_c'], exchanges: 3 });
    expect(await of({ principal })).toEqual({ parents: ['iss_a', 'iss_b'], exchanges: 2 });
    expect(await of({ proof: null })).toEqual({ parents: [], exchanges: 0 });
  });

  it.each([
    [{ requestedDuration: seconds(1) }, 'accepted'],
    [{ requestedDuration: seconds(600) }, 'accepted'],
    [{ requestedDuration: seconds(0) }, 'duration_out_of_range: duration must be 1 to 600 seconds.'],
    [{ requestedDuration: seconds(601) }, 'duration_out_of_range: duration must be 1 to 600 seconds.'],
  ])('lasts as long as asked for, within its grant: %j', (more, message) => {
    const signer = { sign: async () => 'a.b.c' };
    const grant = { type: 'broker-token', audience: ISSUER, duration: seconds(600), claims: {} } as const;
    expect(
      told(brokerTokenGranter({ issuer: ISSUER, signer }).prepare(grantedOf('broker-token', grant), inputOf(more))),
    ).toBe(message);
  });
});
