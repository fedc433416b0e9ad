/** What a plan says of a grant: of what whoever may have the scope gets more and less. */
import { describe, expect, it } from '@jest/globals';
import type { OauthTokenGrant } from '../../../lib/configuration/documents/oauth-token-grant.ts';
import type { IdJagGrant } from '../../../lib/downstream/downstream-request.ts';
import type { AwsFederatedGrant } from '../../../lib/policy/grants/aws-federated.ts';
import type { AwsSessionGrant } from '../../../lib/policy/grants/aws-session.ts';
import type { BrokerTokenGrant } from '../../../lib/policy/grants/broker-token.ts';
import type { Grant } from '../../../lib/policy/grants/kinds.ts';
import { compareGrants, describeGrant } from '../../../lib/policy/plan/grant.ts';
import { seconds } from '../../../lib/time.ts';
import { idJagGrant } from '../../downstream/provider.ts';
import { aSessionGrant } from '../../fakes/world.ts';
import { linesOf } from './said.ts';

const READS = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const POLICY = { Version: '2012-10-17', Statement: [READS] };
const READ = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const session = (more: Partial<AwsSessionGrant> = {}): AwsSessionGrant => ({ ...aSessionGrant(), ...more });
const federated = (more: Partial<AwsFederatedGrant> = {}) =>
  ({
    type: 'aws-federated',
    via: 'web-identity',
    principalArn: null,
    roleArn: 'arn:aws:iam::111122223333:role/people',
    duration: seconds(900),
    maxDuration: seconds(3600),
    policy: null,
    policyArns: [],
    ...more,
  }) as AwsFederatedGrant;
const token = (more: Partial<BrokerTokenGrant> = {}): BrokerTokenGrant => ({
  type: 'broker-token',
  audience: 'https://api.example.com',
  duration: seconds(600),
  claims: {},
  ...more,
});
const downstream = {
  type: 'oauth-token',
  preset: null,
  tokenEndpoint: 'https://as.example.com/token',
  tokenResponse: { scopeSeparator: ' ', bearerTypes: [] },
  scope: null,
  audience: null,
  resource: null,
  allowPrivateAddress: false,
} as const;
const oauth = (more: Partial<OauthTokenGrant> = {}) =>
  ({ ...downstream, provider: 'token-exchange', client: null, forward: 'proof', ...more }) as OauthTokenGrant;
const app = (repositories: readonly string[], permissions: Readonly<Record<string, string>> = {}): OauthTokenGrant => ({
  ...downstream,
  provider: 'github-app',
  appId: '1',
  owner: 'acme',
  privateKey: 'key',
  repositories,
  permissions,
});

describe('a grant in a few words', () => {
  it.each<[Grant, string]>([
    [
      session(),
      'an AWS session of arn:aws:iam::111122223333:role/token-broker/deploy-web for 1h, with all that the role may',
    ],
    [federated(), 'an AWS session of arn:aws:iam::111122223333:role/people for 15m, with all that the role may'],
    [
      federated({ policy: POLICY }),
      'an AWS session of arn:aws:iam::111122223333:role/people for 15m, within a session policy',
    ],
    [
      federated({ policyArns: [READ] }),
      'an AWS session of arn:aws:iam::111122223333:role/people for 15m, within a session policy',
    ],
    [token(), 'a broker token for https://api.example.com for 10m'],
    [oauth(), 'a token of https://as.example.com/token'],
    [oauth({ scope: 'read' }), 'a token of https://as.example.com/token with the scope read'],
    [
      idJagGrant({ scope: 'read' }),
      'a token of https://login.example.com/oauth2/token with the scope read by an ID token of staff',
    ],
  ])('%#: %s', (grant, words) => {
    expect(describeGrant(grant)).toBe(words);
  });

  it('stands for both where another kind is handed out', () => {
    expect(linesOf(compareGrants(token(), oauth()))).toEqual([
      'changes | what it hands out is a token of https://as.example.com/token, and was a broker token for https://api.example.com for 10m',
    ]);
  });
});

describe('less is a loss, and the way back a gain', () => {
  const free = 'the session may do all that its role may';
  it.each<[string, Grant, string, Grant, string]>([
    [
      'a session',
      session(),
      'it lasts 1h instead of 15m',
      session({ duration: seconds(900) }),
      'it lasts 15m instead of 1h',
    ],
    [
      'the longest session',
      federated(),
      'it may be asked for for up to 1h instead of 30m',
      federated({ maxDuration: seconds(1800) }),
      'it may be asked for for up to 30m instead of 1h',
    ],
    ['a token', token(), 'it lasts 10m instead of 5m', token({ duration: seconds(300) }), 'it lasts 5m instead of 10m'],
    ['its use', session(), 'it may be used to its end', session({ effective: seconds(300) }), 'it may be used for 5m'],
    [
      'its address',
      session(),
      'it may be used from any address',
      session({ network: 'pinned' }),
      "it may be used from the caller's address only",
    ],
    [
      'its policies',
      federated(),
      free,
      federated({ policyArns: [READ] }),
      `instead of all that its role may: the session may do what ${READ} allows`,
    ],
    [
      'words of a scope',
      oauth({ scope: 'read, write' }),
      "the token's scope write",
      oauth({ scope: 'read' }),
      "the token's scope write",
    ],
    ['a whole scope', oauth({ scope: 'read' }), "the token's scope read", oauth(), "the token's scope read"],
    [
      'a part of its policy',
      session({ policy: { ...POLICY, Statement: [{ ...READS, Action: ['s3:GetObject', 's3:PutObject'] }] } }),
      'the session may also do s3:PutObject on *',
      session({ policy: POLICY }),
      'the session may not any more do s3:PutObject on *',
    ],
    [
      'a client that exchanges',
      token({ exchangedBy: 'api' }),
      'exchanges of its tokens by the client api',
      token(),
      'exchanges of its tokens by the client api',
    ],
    ['repositories', app([]), 'every repository', app(['web', 'api']), 'only the repositories web, api'],
    ['a repository', app(['web', 'api']), 'the repository api', app(['web']), 'the repository api'],
    ['to no access', app([], { x: 'read' }), 'x: read instead of none', app([]), 'x: none instead of read'],
    [
      'to reading',
      app([], { x: 'write' }),
      'x: write instead of read',
      app([], { x: 'read' }),
      'x: read instead of write',
    ],
    [
      'to writing',
      app([], { x: 'admin' }),
      'x: admin instead of write',
      app([], { x: 'write' }),
      'x: write instead of admin',
    ],
  ])('%s', (_, more, gained, less, lost) => {
    expect(linesOf(compareGrants(more, less))).toEqual([`loses | ${lost}`]);
    expect(linesOf(compareGrants(less, more))).toEqual([`gains | ${gained}`]);
  });
});

it('tells permissions in the order of the alphabet, and nothing of those that are the same', () => {
  const [before, after] = [app(['web'], { c: 'read', b: 'read' }), app(['web'], { c: 'write', b: 'read', a: 'read' })];
  expect(linesOf(compareGrants(before, after))).toEqual([
    'gains | a: read instead of none',
    'gains | c: write instead of read',
  ]);
});

it.each<[Grant]>([
  [session()],
  [federated({ policy: POLICY })],
  [token()],
  [oauth({ scope: 'read' })],
  [app(['web'], { x: 'read' })],
  [idJagGrant()],
])('says nothing of the same grant (%#)', (grant) => {
  expect(compareGrants(grant, { ...grant })).toEqual([]);
});

describe('of a token by an ID-JAG', () => {
  const [CHAT, FILES] = ['https://api.chat.example', 'https://files.chat.example'];
  it.each<[string, Partial<IdJagGrant>, readonly string[]]>([
    [
      'the resource that it is for is told as a gain and a loss',
      { resource: FILES },
      [`gains | a token for ${FILES}`, `loses | a token for ${CHAT}`],
    ],
    ['no resource is more', { resource: null }, ['gains | a token for any resource of that server']],
    [
      'the server that redeems it is told as a gain and a loss',
      { audience: 'https://other.example.com' },
      ['gains | a token of https://other.example.com', 'loses | a token of https://login.example.com'],
    ],
    [
      'the identity provider is told by its fields',
      { identityProvider: { ...idJagGrant().identityProvider, connection: 'others' } },
      ['changes | grant.identityProvider.connection is others instead of staff'],
    ],
  ])('%s', (_, more, lines) => {
    expect(linesOf(compareGrants(idJagGrant(), idJagGrant(more)))).toEqual(lines);
  });

  it('a resource is less than none', () => {
    const lines = linesOf(compareGrants(idJagGrant({ resource: null }), idJagGrant()));
    expect(lines).toEqual([`loses | a token for ${CHAT} only`]);
  });

  it('every field is told by its name where another provider gave the token before', () => {
    const lines = linesOf(compareGrants(oauth({ audience: 'https://login.example.com' }), idJagGrant()));
    expect(lines).toContain('changes | grant.provider is id-jag instead of token-exchange');
    expect(lines).toContain(`changes | grant.resource is ${CHAT} instead of nothing`);
  });
});

it('tells another audience by its name, where it is neither more nor less', () => {
  const [one, other] = [{ audience: 'https://one.example.com' }, { audience: 'https://other.example.com' }];
  const said = ['changes | grant.audience is https://other.example.com instead of https://one.example.com'];
  expect(linesOf(compareGrants(oauth(one), oauth(other)))).toEqual(said);
  expect(linesOf(compareGrants(token(one), token(other)))).toEqual(said);
});

it('tells any other field by its name', () => {
  expect(linesOf(compareGrants(session(), session({ tags: { team: 'web' } })))).toEqual([
    'changes | grant.tags.team is web instead of nothing',
  ]);
});

it('tells nothing of which scopes a client exchanges its tokens for: their own rules say it', () => {
  const exchangedFor = [{ scope: 'files', connections: ['people'] }];
  expect(compareGrants(token(), token({ exchangedFor }))).toEqual([]);
});
