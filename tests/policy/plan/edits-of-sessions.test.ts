import { BASE, describeEdits, type Edit, edited } from './edits.ts';

const DEPLOY = 'scopes/deploy.yaml';
const edits: readonly Edit[] = [
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
];

describeEdits('an AWS session', edits);
