import { describe, expect, it } from '@jest/globals';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { formatProblem } from '../../../lib/configuration/problem.ts';
import { folderOf, ISSUER, NOW } from '../folder-of.ts';

const linesOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  validateFolder(folderOf(files), { deployment: { issuer: ISSUER, now: NOW } }).problems.map(formatProblem);

const scope = (connection: string, when: string) => `scope: api
allow:
  - connection: ${connection}
    when: ${when}
grant: { type: broker-token, audience: https://api.acme.internal }
`;

const connection = (lines: string) => `connection: one
type: oidc
${lines}`;

const AUDIENCE = `audience: [${ISSUER}]`;
const OWNER = 'require: { StringEquals: { claims.repository_owner_id: "1" } }';
const GITHUB = `preset: github-actions\n${AUDIENCE}\n${OWNER}`;

describe('nothing is said of', () => {
  it.each([
    [
      'a claim of GitHub Enterprise Server',
      `preset: github-actions\nissuer: https://ghe.example/_services/token\n${AUDIENCE}\n${OWNER}`,
      'StringEquals: { claims.new_claim: x }',
    ],
    [
      "a claim of a GitLab of one's own",
      `preset: gitlab\nissuer: https://gitlab.acme.example\n${AUDIENCE}`,
      'StringEquals: { claims.new_claim: x, claims.project_id: "7" }',
    ],
    [
      'a custom claim of Okta',
      `preset: okta\nissuer: https://acme.okta.com/oauth2/default\naudience: [api://default]`,
      'StringEquals: { claims.department: x }',
    ],
    [
      'an optional claim of Entra ID',
      'preset: entra-id\ntenant: 11111111-2222-3333-4444-555555555555\naudience: [66666666-7777-8888-9999-000000000000]',
      'StringEquals: { claims.extension_team: x }',
    ],
    [
      'a custom attribute of Cognito',
      'preset: cognito\nuserPoolId: eu-west-1_AbCdEf123\nauthorizedParties: [a]',
      'StringEquals: { "claims.custom:team": x }',
    ],
    [
      "a claim of an issuer that is nobody's preset",
      `issuer: https://id.partner.example\n${AUDIENCE}`,
      'StringEquals: { claims.anything: x }',
    ],
    ['an alias', `${GITHUB}\nclaims: { flow: /workflow }`, 'StringEquals: { claims.flow: deploy }'],
    [
      'an alias of the preset',
      `preset: kubernetes\nissuer: https://cluster.example\n${AUDIENCE}`,
      'StringEquals: { claims.serviceAccount: web }',
    ],
    [
      "an account of AWS's own tokens",
      `preset: aws-sts\nissuer: https://0a1b2c3d.tokens.sts.global.api.aws\naccounts: ["111122223333"]\n${AUDIENCE}`,
      'StringEquals: { claims.orgId: o-1 }',
    ],
    ['a custom property of a repository', GITHUB, 'StringEquals: { claims.repo_property_tier: gold }'],
    ['a full reference', GITHUB, 'StringEquals: { claims.ref: [refs/heads/main, refs/tags/v1] }'],
    ['a pull request', GITHUB, 'StringLike: { claims.ref: "refs/pull/*/merge" }'],
    ['a pattern that begins as references do', GITHUB, 'StringLike: { claims.ref: "refs/*" }'],
    ['a branch that a job left out', GITHUB, 'StringEqualsIfExists: { claims.environment: prod }'],
    ['no branch at GitHub', GITHUB, 'StringEquals: { claims.head_ref: "" }'],
    [
      'the address of a service account beside its id',
      `preset: google\n${AUDIENCE}\nrequire: { StringEquals: { claims.sub: "1" } }`,
      'StringEquals: { claims.email: ci@a.iam.gserviceaccount.com }',
    ],
    [
      "a Google account's id",
      `preset: google\n${AUDIENCE}\nrequire: { StringEquals: { claims.sub: "1" } }`,
      'Bool: { claims.email_verified: true }',
    ],
    ['a name beside its id in require', GITHUB, 'StringEquals: { claims.repository: acme/web }'],
    [
      'a name beside its id in the rule',
      `preset: github-actions\n${AUDIENCE}\nrequire: { StringEquals: { claims.enterprise_id: "1" } }`,
      'StringEquals: { claims.repository: acme/web, claims.repository_id: "2" }',
    ],
    ['a pattern below an owner', GITHUB, 'StringLike: { claims.workflow_ref: "acme/*" }'],
    ['a sub with the ids in it', GITHUB, 'StringLike: { claims.sub: "repo:acme@1/web@*:ref:refs/heads/*" }'],
    [
      'a reference of GitLab',
      `preset: gitlab\n${AUDIENCE}\nrequire: { StringEquals: { claims.project_id: "7" } }`,
      'StringEquals: { claims.ref: main, claims.ref_path: refs/heads/main }',
    ],
    [
      'where a job of GitLab comes from (since 18.9)',
      `preset: gitlab\n${AUDIENCE}\nrequire: { StringEquals: { claims.project_id: "7" } }`,
      'StringEquals: { claims.job_source: push, claims.job_project_id: "7" }',
    ],
    [
      'conditions that can hold together',
      GITHUB,
      '{ StringEquals: { claims.ref: [refs/heads/main, refs/tags/v1] }, StringLike: { claims.ref: "refs/tags/*" } }',
    ],
    ['a condition that narrows require', GITHUB, 'StringLike: { claims.repository_owner_id: "1*" }'],
    ...['refs/tags/v1.*', 'refs/heads/(a)', 'refs/heads/$x', 'refs/heads/a.b-*', 'refs/heads/[bot]*'].map(
      (ref): [string, string, string] => [
        `a pattern that is no regular expression: ${ref}`,
        GITHUB,
        `StringLike: { claims.ref: "${ref}" }`,
      ],
    ),
    ...['ACME\\Domain Users', 'ACME\\web.deployers', 'corp.acme\\svc-build$'].map((group): [string, string, string] => [
      `a name of Active Directory: ${group}`,
      `issuer: https://adfs.acme.example/adfs\n${AUDIENCE}`,
      `StringEquals: { claims.group: '${group}' }`,
    ]),
    ['a time to come', GITHUB, 'DateLessThan: { request.time: "2030-01-01T00:00:00Z" }'],
  ])('%s', (_name, lines, when) => {
    const written = when.startsWith('{') ? when : `{ ${when} }`;
    expect(
      linesOf({ 'connections/one.yaml': connection(`${lines}\n`), 'scopes/api.yaml': scope('one', written) }),
    ).toEqual([]);
  });

  it('a claim that one of two connections has, where the other may leave it out', () => {
    const files = {
      'connections/one.yaml': connection(`${GITHUB}\n`),
      'connections/two.yaml': `connection: two\ntype: aws-iam\naccounts: ["111122223333"]\n`,
      'scopes/api.yaml': scope('[one, two]', '{ StringEqualsIfExists: { claims.repository_id: "2" } }'),
    };
    expect(linesOf(files)).toEqual([]);
    const strict = files['scopes/api.yaml'].replace('IfExists', '');
    expect(linesOf({ ...files, 'scopes/api.yaml': strict })).toEqual([
      expect.stringMatching(/AWS IAM has the claim repository_id/),
    ]);
  });

  it('a rule behind another one that an actor or a narrower condition keeps apart', () => {
    const one =
      '  - connection: one\n    when: { StringEquals: { claims.repository_id: "2", claims.ref: refs/heads/main } }\n';
    const wider = '  - connection: one\n    when: { StringEquals: { claims.repository_id: "2" } }\n';
    const acting = wider.replace('\n    when', '\n    actor: { client: bot }\n    when');
    const text = `scope: api\nallow:\n${one}${wider}${acting}grant: { type: broker-token, audience: https://api.acme.internal }\n`;
    expect(
      linesOf({
        'connections/one.yaml': connection(`${GITHUB}\n`),
        'clients/bot.yaml': 'client: bot\nsecret: token-broker/clients/bot\n',
        'scopes/api.yaml': text,
      }),
    ).toEqual([]);
  });

  it('a rule behind one that only reports', () => {
    const rule = '  - connection: one\n    when: { StringEquals: { claims.repository_id: "2" } }\n';
    const text = `scope: api\nallow:\n${rule}    mode: report\n${rule}grant: { type: broker-token, audience: https://api.acme.internal }\n`;
    const files = { 'connections/one.yaml': connection(`${GITHUB}\n`), 'scopes/api.yaml': text };
    expect(linesOf(files)).toEqual([]);
    const enforcing = text.replace('    mode: report\n', '');
    expect(linesOf({ ...files, 'scopes/api.yaml': enforcing })).toEqual([expect.stringMatching(/unreachable-rule/)]);
  });

  it.each(['sts.amazonaws.com', 'https://gitlab.com'])(
    'the audience %s where AWS itself checks the token',
    (audience) => {
      expect(
        linesOf({
          'connections/one.yaml': connection(`${GITHUB.replace(ISSUER, audience)}\n`),
          'scopes/api.yaml': scope('one', '{ StringEquals: { claims.repository_id: "2" } }').replace(
            /grant: .*/,
            'grant: { type: aws-federated, via: web-identity, roleArn: "arn:aws:iam::111122223333:role/build" }',
          ),
        }),
      ).toEqual([]);
    },
  );
});

describe('a budget of each who acts is nothing to be warned of', () => {
  const budget = (allow: string, limits: string) => `scope: api
allow: [${allow}]
limits: ${limits}
grant: { type: broker-token, audience: https://api.acme.internal }
`;
  const alone = '{ perActor: 9/1d }';
  const when = 'when: { StringEquals: { claims.repository_id: "1" } }';

  it.each([
    ['where every rule says who acts', `{ connection: one, ${when}, actor: { client: bot } }`, alone],
    ['where the client that brings it acts', `{ connection: one, client: bot, ${when} }`, alone],
    ['where whoever leaves the actor out is counted too', '{ client: bot }', '{ perActor: 9/1d, perPrincipal: 9/1d }'],
    ['where that is so of what is alive', '{ client: bot }', '{ live: { perActor: 9, perPrincipal: 9 } }'],
    [
      'where the rule only reports',
      `{ client: bot, mode: report }, { connection: one, ${when}, actor: { client: other } }`,
      alone,
    ],
  ])('%s', (_, allow, limits) => {
    const client = (name: string) => `client: ${name}\nsecret: token-broker/clients/${name}\n`;
    const files = {
      'connections/one.yaml': connection(GITHUB),
      'clients/bot.yaml': client('bot'),
      'clients/other.yaml': client('other'),
      'scopes/api.yaml': budget(allow, limits),
    };
    expect(linesOf(files)).toEqual([]);
  });
});

it.each([
  ['StringEquals: { claims.scope: chain }', true],
  ['"ForAnyValue:StringEquals": { claims.scopes: chain }', true],
  ['"ForAllValues:StringEqualsIfExists": { claims.scopes: chain }', false],
  ['StringEquals: { claims.sub: "people:alice" }', false],
])('a rule for broker tokens with %s pins their scope: %s', (when, pins) => {
  const said = linesOf({ 'scopes/api.yaml': scope('broker', `{ ${when} }`) });
  expect(said.some((line) => line.includes('[unscoped-broker-token]'))).toBe(!pins);
});
