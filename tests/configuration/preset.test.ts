import { describe, expect, it } from '@jest/globals';
import type { OidcConnection } from '../../lib/configuration/documents/connections.ts';
import { documentsOf, problemsOf } from './folder-of.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';
const HEAD = 'connection: here\ntype: oidc\naudience: [https://broker.example.com]\n';
const COGNITO = 'connection: here\ntype: oidc\npreset: cognito\nuserPoolId: eu-west-1_AbCdEf123\n';
const AWS = `${HEAD}preset: aws-sts\nissuer: https://u.tokens.sts.global.api.aws\naccounts: ["111122223333"]\n`;

const problems = (text: string) => problemsOf({ 'connections/here.yaml': text });

async function normalized(text: string): Promise<OidcConnection> {
  const [connection] = (await documentsOf({ 'connections/here.yaml': text })).connections;
  if (connection?.type !== 'oidc') throw new Error('not an OIDC connection');
  return connection;
}

describe('the preset github-actions', () => {
  const github = `${HEAD}preset: github-actions\nrequire: { StringEquals: { claims.repository_owner_id: "1" } }\n`;

  it('names the issuer, one algorithm and a label', async () => {
    expect(await normalized(github)).toMatchObject({
      issuers: [{ issuer: 'https://token.actions.githubusercontent.com', jwksUri: null }],
      tokenIdClaim: 'jti',
      roleAccount: null,
      algorithms: ['RS256'],
      principal: '${claims.repository}@${claims.ref}',
    });
  });

  it('gives way to what the file says', async () => {
    const own = `${github}issuer: https://token.actions.githubusercontent.com/acme\nprincipal: "\${claims.sub}"\n`;
    expect(await normalized(own)).toMatchObject({
      issuers: [{ issuer: 'https://token.actions.githubusercontent.com/acme', jwksUri: null }],
      principal: '${claims.sub}',
    });
  });
});

describe('the preset entra-id', () => {
  const entra = `${HEAD}preset: entra-id\ntenant: ${TENANT}\n`;

  it('takes v1 and v2 tokens of the tenant, told apart from other tokens by uti', async () => {
    expect(await normalized(entra)).toMatchObject({
      issuers: [
        { issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, jwksUri: null },
        { issuer: `https://sts.windows.net/${TENANT}/`, jwksUri: null },
      ],
      tokenIdClaim: 'uti',
      require: [{ StringEquals: { 'claims.tid': [TENANT] } }],
    });
  });

  it("holds its own require beside the file's", async () => {
    const { require } = await normalized(`${entra}require: { StringEquals: { claims.idtyp: app } }\n`);
    expect(require).toEqual([
      { StringEquals: { 'claims.tid': [TENANT] } },
      { StringEquals: { 'claims.idtyp': ['app'] } },
    ]);
  });

  it('takes one issuer where the file names it', async () => {
    const { issuers } = await normalized(`${entra}issuer: https://login.microsoftonline.us/${TENANT}/v2.0\n`);
    expect(issuers).toEqual([{ issuer: `https://login.microsoftonline.us/${TENANT}/v2.0`, jwksUri: null }]);
  });

  it.each([
    ['no tenant', `${HEAD}preset: entra-id\n`, /tenant: is required/],
    ['the tenant common', `${HEAD}preset: entra-id\ntenant: common\n`, /tenant: must be the id/],
    ['personal accounts', `${HEAD}preset: entra-id\ntenant: 9188040d-6c67-4c5b-b112-36a304b66dad\n`, /anybody can get/],
    ['an issuer of another tenant', `${entra}issuer: https://sts.windows.net/other/\n`, /not an issuer of this tenant/],
    ['an alias that shadows tid', `${entra}claims: { tid: /x }\n`, /claims.tid: is a name that the preset/],
    ["another preset's field", `${entra}userPoolId: eu-west-1_AbCdEf123\n`, /userPoolId: is not a field of the preset/],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});

describe('the preset cognito', () => {
  it('takes access tokens of named clients in place of an audience', async () => {
    expect(await normalized(`${COGNITO}authorizedParties: [abc]\n`)).toMatchObject({
      issuers: [{ issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123', jwksUri: null }],
      audience: [],
      authorizedParties: ['abc'],
      require: [{ StringEquals: { 'claims.token_use': ['access'] } }],
    });
  });

  it.each([
    ['cn-north-1_AbCdEf123', 'cognito-idp.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1_AbCdEf123', 'cognito-idp.eusc-de-east-1.amazonaws.eu'],
    ['us-gov-west-1_AbCdEf123', 'cognito-idp.us-gov-west-1.amazonaws.com'],
  ])('finds the user pool %s in its own partition', async (userPoolId, host) => {
    const text = COGNITO.replace('eu-west-1_AbCdEf123', userPoolId);
    expect(await normalized(`${text}authorizedParties: [abc]\n`)).toMatchObject({
      issuers: [{ issuer: `https://${host}/${userPoolId}` }],
    });
  });

  it('takes id tokens by their audience where told to', async () => {
    expect(await normalized(`${COGNITO}tokenUse: id\naudience: [abc]\n`)).toMatchObject({
      audience: ['abc'],
      require: [{ StringEquals: { 'claims.token_use': ['id'] } }],
    });
  });

  it.each([
    ['neither audience nor clients', COGNITO, /authorizedParties: is required/],
    ['id tokens without audience', `${COGNITO}tokenUse: id\nauthorizedParties: [abc]\n`, /audience: is required/],
    ['no user pool', `${HEAD}preset: cognito\nauthorizedParties: [abc]\n`, /userPoolId: is required/],
    [
      'an alias that shadows token_use',
      `${COGNITO}authorizedParties: [a]\nclaims: { token_use: /x }\n`,
      /token_use: is a name/,
    ],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});

describe('the preset aws-sts', () => {
  it('holds the account of the session and of the role to the registered ones', async () => {
    expect(await normalized(AWS)).toMatchObject({
      algorithms: ['RS256', 'ES384'],
      claims: { account: '/https:~1~1sts.amazonaws.com~1/aws_account' },
      roleAccount: '/https:~1~1sts.amazonaws.com~1/aws_account',
      require: [
        {
          StringEquals: { 'claims.account': ['111122223333'] },
          StringLike: {
            'claims.sub': [
              'arn:aws:iam::111122223333:role/*',
              'arn:aws-cn:iam::111122223333:role/*',
              'arn:aws-us-gov:iam::111122223333:role/*',
            ],
          },
        },
      ],
    });
  });

  it.each([
    ['no accounts', AWS.replace(/accounts.*\n/, ''), /accounts: is required/],
    [
      'an account as a number',
      AWS.replace('["111122223333"]', '[111122223333]'),
      /accounts\[0\]: must be twelve digits/,
    ],
    ['no issuer', AWS.replace(/issuer.*\n/, ''), /issuer: is required/],
    ['another meaning of account', `${AWS}claims: { account: /sub }\n`, /claims.account: is a name that the preset/],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});

const OF_TENANT = 'tenant: 22222222-3333-4444-5555-666666666666';
const ORGANIZATION = 'organization: 5034460f-c7c4-4c43-9457-de07e2029e7b';
const WORKSPACE = 'workspace: acme\nworkspaceUuid: "{8d6c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b}"';

describe('the presets of platforms and agents', () => {
  it.each([
    ['buildkite', '', /require/],
    ['buildkite', 'require: { StringLike: { claims.sub: "organization:ac*" } }', /require/],
    ['terraform-cloud', '', /require/],
    ['terraform-cloud', 'require: { StringEquals: { claims.terraform_run_phase: apply } }', /require/],
    ['google-metadata', '', /require/],
    ['google-metadata', 'require: { StringEquals: { claims.instanceName: web-1 } }', /require/],
    ['circleci', '', /organization: is required/],
    ['circleci', 'organization: acme', /organization: must be the id of the organization/],
    ['circleci', `${ORGANIZATION}\nissuer: https://oidc.circleci.com/org/x`, /issuer: is not the issuer/],
    ['bitbucket', 'workspace: acme', /workspaceUuid: is required/],
    ['bitbucket', WORKSPACE.replace(/^workspace: acme/, ''), /workspace: is required/],
    ['bitbucket', WORKSPACE.replaceAll(/[{}]/g, ''), /workspaceUuid: must be the workspace's UUID in braces/],
    ['bitbucket', WORKSPACE.replace('acme', '../other'), /workspace: must be the name/],
    ['spiffe', 'issuer: https://spiffe.example.com', /trustDomain: is required/],
    ['spiffe', 'trustDomain: acme.example', /issuer/],
    ['spiffe', 'issuer: https://spiffe.example.com\ntrustDomain: "acme.example/*"', /trustDomain: must be a trust/],
    ['azure-managed-identity', '', /tenant: is required by the preset azure-managed-identity/],
    ['entra-agent', '', /tenant: is required by the preset entra-agent/],
    ['entra-agent', `${OF_TENANT}\nissuer: https://sts.windows.net/x/`, /issuer: is not an issuer of this tenant/],
  ])('%s does not load with what pins nobody: %s', async (preset, more, expected) => {
    expect(await problems(`${HEAD}preset: ${preset}\n${more}\n`)).toEqual(
      expect.arrayContaining([expect.stringMatching(expected)]),
    );
  });

  it.each([
    ['buildkite', 'require: { StringEquals: { claims.organization_slug: acme } }', 'https://agent.buildkite.com'],
    ['buildkite', 'require: { StringLike: { claims.sub: "organization:acme:*" } }', 'https://agent.buildkite.com'],
    [
      'terraform-cloud',
      'require: { StringEquals: { claims.terraform_organization_id: o } }',
      'https://app.terraform.io',
    ],
    ['terraform-cloud', 'issuer: https://tfe.acme.internal', 'https://tfe.acme.internal'],
    ['google-metadata', 'require: { StringEquals: { claims.projectId: acme } }', 'https://accounts.google.com'],
    ['circleci', ORGANIZATION, 'https://oidc.circleci.com/org/5034460f-c7c4-4c43-9457-de07e2029e7b'],
    ['circleci', 'issuer: https://circleci.acme.internal', 'https://circleci.acme.internal'],
    ['bitbucket', WORKSPACE, 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc'],
    ['spiffe', 'issuer: https://spiffe.example.com\ntrustDomain: acme.example', 'https://spiffe.example.com'],
    ['entra-agent', OF_TENANT, 'https://login.microsoftonline.com/22222222-3333-4444-5555-666666666666/v2.0'],
  ])('%s loads with %s', async (preset, more, issuer) => {
    const { issuers } = await normalized(`${HEAD}preset: ${preset}\n${more}\n`);
    expect(issuers[0]?.issuer).toBe(issuer);
  });
});

describe('the presets okta, gitlab, google and kubernetes', () => {
  it.each([
    ['okta', 'issuer: https://acme.okta.com/oauth2/default', { algorithms: ['RS256'], types: ['jwt', 'at+jwt'] }],
    [
      'gitlab',
      'require: { StringEquals: { claims.namespace_id: "7" } }',
      { issuers: [{ issuer: 'https://gitlab.com', jwksUri: null }], principal: '${claims.project_path}@${claims.ref}' },
    ],
    [
      'google',
      'require: { StringEquals: { claims.hd: acme.example } }',
      { issuers: [{ issuer: 'https://accounts.google.com', jwksUri: null }] },
    ],
    [
      'kubernetes',
      'issuer: https://k8s.example.com\njwksUri: https://keys.example.com/k8s',
      {
        issuers: [{ issuer: 'https://k8s.example.com', jwksUri: 'https://keys.example.com/k8s' }],
        claims: { namespace: '/kubernetes.io/namespace' },
      },
    ],
  ])('%s fills in what is its own', async (preset, more, expected) => {
    expect(await normalized(`${HEAD}preset: ${preset}\n${more}\n`)).toMatchObject(expected);
  });
});
