import { BASE, describeEdits, type Edit, edited } from './edits.ts';

const DEPLOY = 'scopes/deploy.yaml';
const edits: readonly Edit[] = [
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
      'changes | scope deploy | - | description is nothing instead of rolls',
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
];

describeEdits('who gets what', edits);
