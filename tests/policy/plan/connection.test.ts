/** What a plan says of a connection: whose proofs are taken that were not, and the other way round. */
import { describe, expect, it } from '@jest/globals';
import type {
  AwsIamConnection,
  Connection,
  OidcConnection,
  SamlConnection,
} from '../../../lib/configuration/documents/connections.ts';
import { compareConnections } from '../../../lib/policy/plan/connection.ts';
import { seconds } from '../../../lib/time.ts';
import { linesOf } from './said.ts';

const base = {
  require: [],
  principal: '${claims.sub}',
  record: [],
  reuse: 'bind',
  clockTolerance: seconds(60),
} as const;
const ISSUER = 'https://id.example.com';

const oidc = (more: Partial<OidcConnection> = {}): OidcConnection => ({
  ...base,
  connection: 'people',
  type: 'oidc',
  preset: null,
  issuers: [{ issuer: ISSUER, jwksUri: null }],
  audience: ['https://broker.example.com'],
  authorizedParties: [],
  algorithms: ['RS256'],
  types: ['jwt'],
  claims: {},
  maxTokenAge: null,
  tokenIdClaim: 'jti',
  roleAccount: null,
  ...more,
});
const saml = (more: Partial<SamlConnection> = {}): SamlConnection => ({
  ...base,
  connection: 'people',
  type: 'saml',
  metadata: '<EntityDescriptor/>',
  metadataUrl: null,
  entityId: 'https://broker.example.com/saml',
  claims: {},
  signed: 'assertion',
  recipients: ['https://broker.example.com/acs'],
  unsolicited: false,
  sha1: 'refuse',
  ...more,
});
const aws = (more: Partial<AwsIamConnection> = {}): AwsIamConnection => ({
  ...base,
  connection: 'people',
  type: 'aws-iam',
  accounts: ['111122223333', '444455556666'],
  serverId: 'broker.example.com',
  ecsRoles: [],
  ...more,
});

describe('a connection that is new, gone or of another kind names its source', () => {
  const twice = oidc({ issuers: [ISSUER, 'https://sts.example.com'].map((issuer) => ({ issuer, jwksUri: null })) });
  it.each<[string, Connection | null, Connection | null, readonly string[]]>([
    ['none before and after', null, null, []],
    ['the same', oidc(), oidc(), []],
    ['an OIDC connection', null, twice, [`gains | proofs of ${ISSUER}, https://sts.example.com are taken`]],
    ['a SAML connection', null, saml(), ['gains | proofs of SAML at https://broker.example.com/saml are taken']],
    [
      'an AWS connection less',
      aws(),
      null,
      ['loses | proofs of AWS IAM of 111122223333, 444455556666 are not taken any more'],
    ],
    [
      'another kind',
      oidc(),
      saml(),
      [`changes | proofs of SAML at https://broker.example.com/saml are taken instead of those of ${ISSUER}`],
    ],
  ])('%s', (_, before, after, said) => {
    expect(linesOf(compareConnections(before, after))).toEqual(said);
  });
});

describe('one more of what is taken is a gain, and the way back a loss', () => {
  it.each<[Connection, Connection, string]>([
    [oidc(), oidc({ audience: ['https://broker.example.com', 'b'] }), 'a proof for the audience b'],
    [oidc(), oidc({ algorithms: ['RS256', 'ES256'] }), 'a proof signed by ES256'],
    [oidc(), oidc({ types: ['jwt', 'at+jwt'] }), 'a token of type at+jwt'],
    [oidc({ authorizedParties: ['a'] }), oidc({ authorizedParties: ['a', 'b'] }), 'a token of the authorized party b'],
    [
      aws(),
      aws({ accounts: ['111122223333', '444455556666', '777788889999'] }),
      'callers of the AWS account 777788889999',
    ],
    [aws(), aws({ ecsRoles: ['tasks'] }), 'the claim taskId of the role tasks'],
    [
      saml(),
      saml({ recipients: ['https://broker.example.com/acs', 'https://b.example.com/acs'] }),
      'an assertion for the recipient https://b.example.com/acs',
    ],
    [saml({ encryption: ['gcm'] }), saml({ encryption: ['gcm', 'cbc'] }), 'an assertion encrypted by cbc'],
    [saml(), saml({ encryption: ['gcm', 'cbc'] }), 'an assertion encrypted by cbc'],
  ])('%#: %s', (less, more, what) => {
    expect(linesOf(compareConnections(less, more))).toEqual([`gains | ${what}`]);
    expect(linesOf(compareConnections(more, less))).toEqual([`loses | ${what}`]);
  });

  it('takes a list that a document of before does not have as empty', () => {
    const { ecsRoles: _, ...before } = aws();
    expect(linesOf(compareConnections(before as Connection, aws({ ecsRoles: ['tasks'] })))).toEqual([
      'gains | the claim taskId of the role tasks',
    ]);
    expect(compareConnections(before as Connection, aws())).toEqual([]);
  });

  it('takes gcm where a document of before does not say it', () => {
    expect(compareConnections(saml(), saml({ encryption: ['gcm'] }))).toEqual([]);
  });
});

describe('what is stricter is a loss, and the way back a gain', () => {
  it.each<[string, Connection, string, Connection, string]>([
    [
      'authorized parties',
      oidc(),
      'a token of any authorized party',
      oidc({ authorizedParties: ['a', 'b'] }),
      'only a token of the authorized party a or b',
    ],
    [
      'one authorized party',
      oidc(),
      'a token of any authorized party',
      oidc({ authorizedParties: ['a'] }),
      'only a token of the authorized party a',
    ],
    ['an age', oidc(), 'a token of any age', oidc({ maxTokenAge: seconds(3600) }), 'a token of at most 1h'],
    [
      'a shorter age',
      oidc({ maxTokenAge: seconds(3600) }),
      'a token of at most 1h',
      oidc({ maxTokenAge: seconds(900) }),
      'a token of at most 15m',
    ],
    [
      'a clock',
      oidc(),
      'a clock that is off by up to 1m',
      oidc({ clockTolerance: seconds(30) }),
      'a clock that is off by up to 30s',
    ],
    [
      'reuse once',
      oidc({ reuse: 'bind' }),
      'reuse of a proof: bind instead of once',
      oidc({ reuse: 'once' }),
      'reuse of a proof: once instead of bind',
    ],
    [
      'reuse by the same',
      oidc({ reuse: 'allow' }),
      'reuse of a proof: allow instead of bind',
      oidc({ reuse: 'bind' }),
      'reuse of a proof: bind instead of allow',
    ],
    [
      'only what was asked for',
      saml({ unsolicited: true }),
      'a response that nobody asked for',
      saml(),
      'only a response that was asked for',
    ],
    ['no SHA-1', saml({ sha1: 'accept' }), 'a signature with SHA-1', saml(), 'no signature with SHA-1'],
  ])('%s', (_, open, opened, strict, shut) => {
    expect(linesOf(compareConnections(open, strict))).toEqual([`loses | ${shut}`]);
    expect(linesOf(compareConnections(strict, open))).toEqual([`gains | ${opened}`]);
  });
});

describe('require is a rule for whoever comes', () => {
  const owner = { StringEquals: { 'claims.owner': ['1'] } };
  const whoever = 'whoever comes from people';
  it('takes who does not meet it, and gives them back', () => {
    expect(linesOf(compareConnections(oidc(), oidc({ require: [owner] })))).toEqual([
      `loses | ${whoever}, unless claims.owner is 1 | a proof is not taken any more`,
    ]);
    expect(linesOf(compareConnections(oidc({ require: [owner] }), oidc()))).toEqual([
      `gains | ${whoever}, unless claims.owner is 1 | a proof is taken`,
    ]);
  });

  it('holds with all of its documents', () => {
    const environment = { StringEquals: { 'claims.environment': ['prod'] } };
    expect(linesOf(compareConnections(oidc({ require: [owner] }), oidc({ require: [owner, environment] })))).toEqual([
      `loses | ${whoever} where claims.owner is 1, unless claims.environment is prod | a proof is not taken any more`,
    ]);
  });
});

it('tells any other field by its name', () => {
  expect(linesOf(compareConnections(saml(), saml({ signed: 'response' })))).toEqual([
    'changes | signed is response instead of assertion',
  ]);
  expect(linesOf(compareConnections(aws(), aws({ partition: 'aws-cn' })))).toEqual([
    'changes | partition is aws-cn instead of nothing',
  ]);
});
