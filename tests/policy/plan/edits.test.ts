import { describe, expect, it } from '@jest/globals';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents.ts';
import { changesOf, type Pair } from '../../../lib/policy/plan/plan.ts';
import { documentsOf } from '../../configuration/folder-of.ts';

type Files = Readonly<Record<string, string>>;

const BASE: Files = {
  'connections/github.yaml': `connection: github
type: oidc
preset: github-actions
audience: [https://broker.example.com]
require:
  StringEquals: { claims.repository_owner_id: ["1234567", "7654321"] }
maxTokenAge: 1h
reuse: bind
record: [run_id]
`,
  'connections/people.yaml': `connection: people
type: oidc
issuer: https://id.example.com
audience: [https://broker.example.com]
authorizedParties: [portal]
claims: { groups: "/groups" }
`,
  'connections/tasks.yaml': `connection: tasks
type: aws-iam
accounts: ["111122223333"]
serverId: broker.example.com
`,
  'clients/bot.yaml': `client: bot
secret: token-broker/clients/bot
introspects: [https://api.example.com]
`,
  'clients/agent.yaml': `client: agent
public: true
redirectUris: ['http://127.0.0.1/callback']
`,
  'scopes/deploy.yaml': `scope: deploy
description: rolls
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1", claims.ref: [refs/heads/main, refs/heads/release] }
  - connection: people
    actor: { client: bot }
    when: { "ForAnyValue:StringEquals": { claims.groups: [ops, dev] } }
deny:
  - when: { NotIpAddress: { request.sourceIp: [203.0.113.0/24] } }
limits: { perPrincipal: 60/1h }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
  duration: 30m
  tags: { repository: "\${claims.repository}" }
  policy:
    Version: "2012-10-17"
    Statement:
      - { Effect: Allow, Action: ["ecs:UpdateService", "ecs:DescribeServices"], Resource: "arn:aws:ecs:eu-central-1:111122223333:service/web/*" }
      - { Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::releases/\${claims.repository_id}/web.tar" }
`,
  'scopes/read.yaml': `scope: read
allow: [{ client: bot }, { connection: tasks }]
grant: { type: broker-token, audience: https://api.example.com, duration: 10m, claims: { team: data } }
`,
  'scopes/code.yaml': `scope: code
allow: [{ client: bot }]
grant:
  type: oauth-token
  preset: github-app
  appId: "1"
  owner: acme
  privateKey: token-broker/downstream/app
  repositories: [web, api]
  permissions: { contents: read }
`,
};

/** Every document of both, as `policy plan` pairs them. */
function planned(before: ConfigurationDocuments, after: ConfigurationDocuments): readonly string[] {
  const pairs: Pair[] = [
    ...pairsOf('connection', before.connections, after.connections, ({ connection }) => connection),
    ...pairsOf('client', before.clients, after.clients, ({ client }) => client),
    ...pairsOf('scope', before.scopes, after.scopes, ({ scope }) => scope),
  ] as Pair[];
  return pairs
    .flatMap((pair) => changesOf(pair))
    .map(({ effect, document, name, who, what }) => `${effect} | ${document} ${name} | ${who ?? '-'} | ${what}`);
}

function pairsOf<T>(document: string, before: readonly T[], after: readonly T[], nameOf: (each: T) => string) {
  const names = [...new Set([...before, ...after].map(nameOf))].sort();
  const find = (all: readonly T[], name: string) => all.find((each) => nameOf(each) === name) ?? null;
  return names.map((name) => ({ document, name, before: find(before, name), after: find(after, name) }));
}

/** A file without what is replaced would make an edit that edits nothing. */
function edited(file: string, from: string, to: string): Files {
  const text = BASE[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
  return { ...BASE, [file]: text.replace(from, to) };
}

const DEPLOY = 'scopes/deploy.yaml';
const edits: [string, Files, readonly string[]][] = [
  ['nothing', BASE, []],
  ['a comment', edited(DEPLOY, 'scope: deploy', '# why\nscope: deploy'), []],
  [
    'values in another order',
    edited(DEPLOY, '[refs/heads/main, refs/heads/release]', '[refs/heads/release, refs/heads/main]'),
    [],
  ],
  [
    'a value of a list more',
    edited(DEPLOY, 'refs/heads/release]', 'refs/heads/release, refs/heads/next]'),
    [
      'gains | scope deploy | whoever comes from github where claims.ref is refs/heads/next and claims.repository_id is 1 | deploy',
    ],
  ],
  [
    'a value of a list less',
    edited(DEPLOY, '[refs/heads/main, refs/heads/release]', 'refs/heads/main'),
    [
      'loses | scope deploy | whoever comes from github where claims.ref is refs/heads/release and claims.repository_id is 1 | deploy',
    ],
  ],
  [
    'a value replaced',
    edited(DEPLOY, 'refs/heads/main,', 'refs/heads/trunk,'),
    [
      'gains | scope deploy | whoever comes from github where claims.ref is refs/heads/trunk and claims.repository_id is 1 | deploy',
      'loses | scope deploy | whoever comes from github where claims.ref is refs/heads/main and claims.repository_id is 1 | deploy',
    ],
  ],
  [
    'a condition more',
    edited(DEPLOY, 'claims.repository_id: "1",', 'claims.repository_id: "1", claims.environment: prod,'),
    [
      'loses | scope deploy | whoever comes from github where claims.ref is refs/heads/main or refs/heads/release and claims.repository_id is 1, unless claims.environment is prod | deploy',
    ],
  ],
  [
    'a condition less',
    edited(DEPLOY, 'claims.repository_id: "1",', ''),
    [
      'gains | scope deploy | whoever comes from github where claims.ref is refs/heads/main or refs/heads/release, unless claims.repository_id is 1 | deploy',
    ],
  ],
  [
    'a text widened to a pattern',
    edited(
      DEPLOY,
      'claims.ref: [refs/heads/main, refs/heads/release] }',
      '}\n      StringLike: { claims.ref: refs/heads/* }',
    ),
    [
      'gains | scope deploy | whoever comes from github where claims.ref is like refs/heads/* and claims.repository_id is 1, unless claims.ref is refs/heads/main or refs/heads/release | deploy',
    ],
  ],
  [
    'a rule split in two',
    edited(
      DEPLOY,
      `      StringEquals: { claims.repository_id: "1", claims.ref: [refs/heads/main, refs/heads/release] }
`,
      `      StringEquals: { claims.repository_id: "1", claims.ref: refs/heads/main }
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1", claims.ref: refs/heads/release }
`,
    ),
    [],
  ],
  [
    'a rule within another',
    edited(
      DEPLOY,
      '  - connection: people',
      `  - connection: github
    when: { StringEquals: { claims.repository_id: "1", claims.ref: refs/heads/main, claims.environment: prod } }
  - connection: people`,
    ),
    [],
  ],
  [
    'a rule more',
    edited(DEPLOY, '  - connection: people', '  - connection: tasks\n  - connection: people'),
    ['gains | scope deploy | whoever comes from tasks | deploy'],
  ],
  [
    'a rule less',
    edited(
      DEPLOY,
      `  - connection: people
    actor: { client: bot }
    when: { "ForAnyValue:StringEquals": { claims.groups: [ops, dev] } }
`,
      '',
    ),
    [
      'loses | scope deploy | whoever comes from people, with the client bot acting, where one of claims.groups is ops or dev | deploy',
    ],
  ],
  [
    'rules in another order',
    edited('scopes/read.yaml', '[{ client: bot }, { connection: tasks }]', '[{ connection: tasks }, { client: bot }]'),
    [],
  ],
  [
    'another connection',
    edited('scopes/read.yaml', 'connection: tasks', 'connection: people'),
    ['gains | scope read | whoever comes from people | read', 'loses | scope read | whoever comes from tasks | read'],
  ],
  [
    'an actor less',
    edited(DEPLOY, '    actor: { client: bot }\n', ''),
    [
      'gains | scope deploy | whoever comes from people where one of claims.groups is ops or dev | deploy',
      'loses | scope deploy | whoever comes from people, with the client bot acting, where one of claims.groups is ops or dev | deploy',
    ],
  ],
  [
    'another actor',
    edited(DEPLOY, 'actor: { client: bot }', 'actor: { client: agent }'),
    [
      'gains | scope deploy | whoever comes from people, with the client agent acting, where one of claims.groups is ops or dev | deploy',
      'loses | scope deploy | whoever comes from people, with the client bot acting, where one of claims.groups is ops or dev | deploy',
    ],
  ],
  [
    'a group more',
    edited(DEPLOY, '[ops, dev]', '[ops, dev, sre]'),
    [
      'gains | scope deploy | whoever comes from people, with the client bot acting, where one of claims.groups is sre | deploy',
    ],
  ],
  [
    'a deny rule more',
    edited(DEPLOY, 'deny:\n', 'deny:\n  - { connection: github, when: { StringEquals: { claims.actor_id: "9" } } }\n'),
    [
      'loses | scope deploy | whoever comes from github where claims.actor_id is 9 | deploy is refused, whatever allows it',
    ],
  ],
  [
    'a deny rule less',
    edited(DEPLOY, 'deny:\n  - when: { NotIpAddress: { request.sourceIp: [203.0.113.0/24] } }\n', ''),
    [
      'gains | scope deploy | whoever comes where request.sourceIp is not in 203.0.113.0/24 | deploy is not refused any more by a deny rule',
    ],
  ],
  [
    'a range of a deny rule widened',
    edited(DEPLOY, '203.0.113.0/24', '203.0.112.0/23'),
    [
      'gains | scope deploy | whoever comes where request.sourceIp is not in 203.0.113.0/24, unless request.sourceIp is not in 203.0.112.0/23 | deploy is not refused any more by a deny rule',
    ],
  ],
  [
    'disabled',
    edited(DEPLOY, 'description: rolls', 'enabled: false'),
    [
      'loses | scope deploy | whoever comes from github where claims.ref is refs/heads/main or refs/heads/release and claims.repository_id is 1 | deploy',
      'loses | scope deploy | whoever comes from people, with the client bot acting, where one of claims.groups is ops or dev | deploy',
      'changes | scope deploy | - | scope.description is nothing instead of rolls',
    ],
  ],
  [
    'a scope more',
    { ...BASE, 'scopes/extra.yaml': (BASE['scopes/read.yaml'] ?? '').replace('scope: read', 'scope: extra') },
    [
      'gains | scope extra | the client bot | extra: a broker token for https://api.example.com for 10m',
      'gains | scope extra | whoever comes from tasks | extra: a broker token for https://api.example.com for 10m',
    ],
  ],
  [
    'a scope less',
    Object.fromEntries(Object.entries(BASE).filter(([name]) => name !== 'scopes/read.yaml')),
    ['loses | scope read | the client bot | read', 'loses | scope read | whoever comes from tasks | read'],
  ],
  [
    'a deny rule under report',
    edited(DEPLOY, 'deny:\n', 'deny:\n  - { connection: github, mode: report }\n'),
    ['changes | scope deploy | whoever comes from github | a report is kept that a rule would refuse it'],
  ],
  [
    'an allow rule under report',
    edited(DEPLOY, '  - connection: people', '  - { connection: tasks, mode: report }\n  - connection: people'),
    ['changes | scope deploy | whoever comes from tasks | a report is kept that a rule would allow it'],
  ],
  [
    'a rule put under report',
    edited('scopes/read.yaml', '{ connection: tasks }', '{ connection: tasks, mode: report }'),
    [
      'loses | scope read | whoever comes from tasks | read',
      'changes | scope read | whoever comes from tasks | a report is kept that a rule would allow it',
    ],
  ],
  [
    'a scope put under report',
    edited('scopes/read.yaml', 'allow:', 'mode: report\nallow:'),
    ['loses | scope read | the client bot | read', 'loses | scope read | whoever comes from tasks | read'],
  ],
  [
    'a session that is of use for less',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  effective: 5m'),
    ['loses | scope deploy | - | it may be used for 5m'],
  ],
  [
    'a session of one address',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  network: pinned'),
    ["loses | scope deploy | - | it may be used from the caller's address only"],
  ],
  [
    'another description',
    edited(DEPLOY, 'rolls', 'rolls the web'),
    ['changes | scope deploy | - | scope.description is rolls the web instead of rolls'],
  ],
  [
    'an intent',
    edited(DEPLOY, 'limits:', 'requires: { intent: true }\nlimits:'),
    ['loses | scope deploy | - | an intent has to be stated'],
  ],
  [
    'a limit lowered',
    edited(DEPLOY, '60/1h', '30/1h'),
    ['loses | scope deploy | - | at most 30 in 1h for each principal, instead of 60 in 1h'],
  ],
  [
    'a limit raised',
    edited(DEPLOY, '60/1h', '60/30m'),
    ['gains | scope deploy | - | at most 60 in 30m for each principal, instead of 60 in 1h'],
  ],
  [
    'no limit',
    edited(DEPLOY, 'limits: { perPrincipal: 60/1h }\n', ''),
    ['gains | scope deploy | - | no limit for each principal'],
  ],
  [
    'a limit more',
    edited(DEPLOY, 'perPrincipal: 60/1h', 'perPrincipal: 60/1h, total: 1000/24h'),
    ['loses | scope deploy | - | at most 1000 in 24h for all together'],
  ],
  [
    'another role',
    edited(DEPLOY, 'token-broker/deploy', 'token-broker/deploy-all'),
    [
      'changes | scope deploy | - | grant.roleArn is arn:aws:iam::111122223333:role/token-broker/deploy-all instead of arn:aws:iam::111122223333:role/token-broker/deploy',
    ],
  ],
  [
    'a longer session',
    edited(DEPLOY, 'duration: 30m', 'duration: 45m'),
    ['gains | scope deploy | - | it lasts 45m instead of 30m'],
  ],
  [
    'a shorter longest session',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  maxDuration: 45m'),
    ['loses | scope deploy | - | it may be asked for for up to 45m instead of 1h'],
  ],
  [
    'a tag more',
    edited(DEPLOY, 'tags: {', 'tags: { commit: "${claims.sha}",'),
    ['changes | scope deploy | - | grant.tags.commit is ${claims.sha} instead of nothing'],
  ],
  [
    'an external id',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  externalId: other'),
    ['changes | scope deploy | - | grant.externalId is other instead of nothing'],
  ],
  [
    'no source identity',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  sourceIdentity: "off"'),
    ['changes | scope deploy | - | grant.sourceIdentity is off instead of required'],
  ],
  [
    'an action more',
    edited(DEPLOY, '"ecs:DescribeServices"]', '"ecs:DescribeServices", "ecs:StopTask"]'),
    [
      'gains | scope deploy | - | the session may also do ecs:StopTask on arn:aws:ecs:eu-central-1:111122223333:service/web/*',
    ],
  ],
  [
    'an action less',
    edited(DEPLOY, '["ecs:UpdateService", "ecs:DescribeServices"]', '"ecs:UpdateService"'),
    [
      'loses | scope deploy | - | the session may not any more do ecs:DescribeServices on arn:aws:ecs:eu-central-1:111122223333:service/web/*',
    ],
  ],
  [
    'actions in another order',
    edited(DEPLOY, '["ecs:UpdateService", "ecs:DescribeServices"]', '["ecs:DescribeServices", "ecs:UpdateService"]'),
    [],
  ],
  [
    'a wider resource',
    edited(DEPLOY, 'service/web/*', 'service/*'),
    [
      'gains | scope deploy | - | the session may also do ecs:UpdateService, ecs:DescribeServices on arn:aws:ecs:eu-central-1:111122223333:service/*',
    ],
  ],
  [
    'a wider action',
    edited(DEPLOY, '["ecs:UpdateService", "ecs:DescribeServices"]', '"ecs:*"'),
    ['gains | scope deploy | - | the session may also do ecs:* on arn:aws:ecs:eu-central-1:111122223333:service/web/*'],
  ],
  [
    'a statement with a Deny',
    edited(
      DEPLOY,
      '    Statement:\n',
      '    Statement:\n      - { Effect: Deny, Action: "ecs:UpdateService", Resource: "arn:aws:ecs:eu-central-1:111122223333:service/web/payments" }\n',
    ),
    [
      'loses | scope deploy | - | the session may not any more do ecs:UpdateService on arn:aws:ecs:eu-central-1:111122223333:service/web/payments',
    ],
  ],
  [
    'a condition in the session policy',
    edited(DEPLOY, '"s3:GetObject",', '"s3:GetObject", Condition: { Bool: { "aws:SecureTransport": "true" } },'),
    [
      'loses | scope deploy | - | the session may not any more do s3:GetObject on arn:aws:s3:::releases/<claims.repository_id>/web.tar, unless aws:SecureTransport is true',
    ],
  ],
  [
    'another template in the session policy',
    edited(DEPLOY, '${claims.repository_id}', '${claims.repository_owner_id}'),
    [
      'gains | scope deploy | - | the session may also do s3:GetObject on arn:aws:s3:::releases/<claims.repository_owner_id>/web.tar',
      'loses | scope deploy | - | the session may not any more do s3:GetObject on arn:aws:s3:::releases/<claims.repository_id>/web.tar',
    ],
  ],
  [
    'no session policy',
    edited(DEPLOY, (BASE[DEPLOY] ?? '').slice((BASE[DEPLOY] ?? '').indexOf('  policy:')), ''),
    ['gains | scope deploy | - | the session may do all that its role may'],
  ],
  [
    'a managed policy',
    edited(DEPLOY, 'duration: 30m', 'duration: 30m\n  policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]'),
    ['gains | scope deploy | - | the session may also do what arn:aws:iam::aws:policy/ReadOnlyAccess allows'],
  ],
  [
    'another audience of a token',
    edited('scopes/read.yaml', 'audience: https://api.example.com', 'audience: https://other.example.com'),
    ['changes | scope read | - | grant.audience is https://other.example.com instead of https://api.example.com'],
  ],
  [
    'another claim of a token',
    edited('scopes/read.yaml', 'team: data', 'team: web'),
    ['changes | scope read | - | grant.claims.team is web instead of data'],
  ],
  [
    'another kind of grant',
    edited(
      'scopes/read.yaml',
      '{ type: broker-token, audience: https://api.example.com, duration: 10m, claims: { team: data } }',
      '{ type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/read" }',
    ),
    [
      'changes | scope read | - | what it hands out is an AWS session of arn:aws:iam::111122223333:role/token-broker/read for 1h, with all that the role may, and was a broker token for https://api.example.com for 10m',
    ],
  ],
  [
    'a repository more',
    edited('scopes/code.yaml', '[web, api]', '[web, api, docs]'),
    ['gains | scope code | - | the repository docs'],
  ],
  [
    'a permission raised',
    edited('scopes/code.yaml', 'contents: read', 'contents: write'),
    ['gains | scope code | - | contents: write instead of read'],
  ],
  [
    'an owner less in require',
    edited('connections/github.yaml', '["1234567", "7654321"]', '"1234567"'),
    [
      'loses | connection github | whoever comes from github where claims.repository_owner_id is 7654321 | a proof is not taken any more',
    ],
  ],
  [
    'an audience more',
    edited(
      'connections/people.yaml',
      '[https://broker.example.com]',
      '[https://broker.example.com, https://other.example.com]',
    ),
    ['gains | connection people | - | a proof for the audience https://other.example.com'],
  ],
  [
    'no authorized party',
    edited('connections/people.yaml', 'authorizedParties: [portal]\n', ''),
    ['gains | connection people | - | a token of any authorized party'],
  ],
  [
    'another issuer',
    edited('connections/people.yaml', 'https://id.example.com', 'https://login.example.com'),
    [
      'changes | connection people | - | connection.issuers is [{"issuer":"https://login.example.com","jwksUri":null}] instead of [{"issuer":"https://id.example.com","jwksUri":null}]',
    ],
  ],
  [
    'an alias less',
    edited('connections/people.yaml', 'claims: { groups: "/groups" }', 'claims: {}'),
    ['changes | connection people | - | connection.claims.groups is nothing instead of /groups'],
  ],
  [
    'an age raised',
    edited('connections/github.yaml', 'maxTokenAge: 1h', 'maxTokenAge: 2h'),
    ['gains | connection github | - | a token of at most 2h'],
  ],
  [
    'no age',
    edited('connections/github.yaml', 'maxTokenAge: 1h\n', ''),
    ['gains | connection github | - | a token of any age'],
  ],
  [
    'reuse once',
    edited('connections/github.yaml', 'reuse: bind', 'reuse: once'),
    ['loses | connection github | - | reuse of a proof: once instead of bind'],
  ],
  [
    'a claim recorded',
    edited('connections/github.yaml', '[run_id]', '[run_id, sha]'),
    ['changes | connection github | - | connection.record is ["run_id","sha"] instead of ["run_id"]'],
  ],
  [
    'a tolerance',
    edited('connections/github.yaml', 'reuse: bind', 'reuse: bind\nclockTolerance: 120s'),
    ['gains | connection github | - | a clock that is off by up to 2m'],
  ],
  [
    'an account more',
    edited('connections/tasks.yaml', '["111122223333"]', '["111122223333", "444455556666"]'),
    ['gains | connection tasks | - | callers of the AWS account 444455556666'],
  ],
  [
    'a client more',
    { ...BASE, 'clients/other.yaml': 'client: other\nsecret: token-broker/clients/other\n' },
    ['gains | client other | - | the client may authenticate'],
  ],
  [
    'another secret',
    edited('clients/bot.yaml', 'secret: token-broker/clients/bot', 'secret: token-broker/clients/bot-2'),
    [
      'changes | client bot | - | client.authentication.secret is token-broker/clients/bot-2 instead of token-broker/clients/bot',
    ],
  ],
  [
    'public instead of a secret',
    edited(
      'clients/bot.yaml',
      'secret: token-broker/clients/bot',
      'public: true\nredirectUris: ["http://127.0.0.1/cb"]',
    ),
    [
      'changes | client bot | - | the client authenticates by public instead of secret',
      'gains | client bot | - | codes sent to http://127.0.0.1/cb',
    ],
  ],
  [
    'a redirect more',
    edited(
      'clients/agent.yaml',
      "'http://127.0.0.1/callback'",
      "'http://127.0.0.1/callback', 'https://agent.example.com/cb'",
    ),
    ['gains | client agent | - | codes sent to https://agent.example.com/cb'],
  ],
  [
    'an audience of introspection less',
    edited('clients/bot.yaml', '[https://api.example.com]', '[]'),
    ['loses | client bot | - | introspection of tokens for https://api.example.com'],
  ],
  [
    'an audience that a client is',
    edited('clients/bot.yaml', 'introspects', 'audiences: [https://api.example.com]\nintrospects'),
    [
      'gains | client bot | - | exchanges of broker tokens that it is sent for https://api.example.com, acting for whom they name',
      'gains | scope read | - | exchanges of its tokens by the client bot',
    ],
  ],
  [
    'claims of a client',
    edited('clients/bot.yaml', 'introspects', 'claims: { team: data }\nintrospects'),
    ['changes | client bot | - | client.claims.team is data instead of nothing'],
  ],
];

describe('an edit of a parameter', () => {
  const withParameter = (values: string, more = '') =>
    edited(DEPLOY, 'limits:', `parameters: { stage: { values: [${values}]${more} } }\nlimits:`);
  it.each<[string, Files, Files, readonly string[]]>([
    [
      'a value more',
      withParameter('a'),
      withParameter('a, b'),
      ['gains | scope deploy | - | the parameter stage may be b'],
    ],
    [
      'a value less',
      withParameter('a, b'),
      withParameter('b'),
      ['loses | scope deploy | - | the parameter stage may not be a any more'],
    ],
    ['a parameter more', BASE, withParameter('a'), ['changes | scope deploy | - | the parameter stage is new']],
    [
      'a default',
      withParameter('a'),
      withParameter('a', ', default: a'),
      ['changes | scope deploy | - | the parameter stage.default is a instead of nothing'],
    ],
  ])('%s', async (_name, before, after, expected) => {
    expect(planned(await documentsOf(before), await documentsOf(after))).toEqual(expected);
  });
});

describe('an edit of a configuration', () => {
  it.each(edits)('%s: exactly its gains and losses', async (_name, files, expected) => {
    expect(planned(await documentsOf(BASE), await documentsOf(files))).toEqual(expected);
  });

  const opposite = { gains: 'loses', loses: 'gains', changes: 'changes' } as const;
  it.each(edits)('%s: taken back, the other way round', async (_name, files, expected) => {
    const back = planned(await documentsOf(files), await documentsOf(BASE));
    const kinds = (lines: readonly string[]) =>
      lines.map((line) => (line.split(' ')[0] ?? '') as keyof typeof opposite);
    const turned = kinds(expected).map((kind) => opposite[kind]);
    expect(kinds(back).sort()).toEqual(turned.sort());
  });
});
