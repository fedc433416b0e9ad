import { describe, expect, it } from '@jest/globals';
import { functionName, type Resource, resourcesOf, template } from './document.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const TABLES = { config: 'ConfigTable', ledger: 'LedgerTable', state: 'StateTable', keys: 'KeysTable' } as const;
const SECRET = 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:';

/**
 * Short names for the only resources that a function may be allowed to touch. Only an action without resources is
 * allowed on `*`.
 */
const resources: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(TABLES).map(([name, id]) => [name, { 'Fn::GetAtt': [id, 'Arn'] }])),
  'ledger/index/principal': { 'Fn::Sub': '${LedgerTable.Arn}/index/principal' },
  'ledger/index': { 'Fn::Sub': '${LedgerTable.Arn}/index/*' },
  'ledger/stream': { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] },
  'ledger/stream/*': { 'Fn::Sub': '${LedgerTable.Arn}/stream/*' },
  archive: { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] },
  ...Object.fromEntries(
    ['*', 'checkpoint', 'key', 'places/*', 'tile/*', 'tile/*.p/*'].map((key) => [
      `archive/${key}`,
      { 'Fn::Sub': `\${ArchiveBucket.Arn}/${key}` },
    ]),
  ),
  'log-key': { Ref: 'LogKey' },
  'signing-keys': { Ref: 'SigningKeys' },
  'saml-keys': { Ref: 'SamlKeys' },
  'clients/*': { 'Fn::Sub': `${SECRET}token-broker/clients/*` },
  'the secret of the probe': { 'Fn::Sub': `${SECRET}token-broker/clients/\${ProbeClient}-??????` },
  'downstream/*': { 'Fn::Sub': `${SECRET}token-broker/downstream/*` },
  'sign-in/*': { 'Fn::Sub': `${SECRET}token-broker/sign-in/*` },
  'assumable-roles': { Ref: 'AssumableRoles' },
  'default-bus': { 'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default' },
  revokers: { 'Fn::Sub': 'arn:*:iam::*:role/${TablePrefix}-revoker' },
  'no resource': '*',
};

const read = ['config: dynamodb:GetItem', 'keys: dynamodb:GetItem', 'keys: dynamodb:PutItem, except own#*'];
const claim = 'state: dynamodb:DeleteItem dynamodb:PutItem, replay#* only';
const keyProofs = 'state: dynamodb:PutItem, dpop#* only';
const revoked = 'state: dynamodb:BatchGetItem dynamodb:GetItem, revocations and revoked#* only';
const limit = 'state: dynamodb:UpdateItem, limit#* only';
const live = 'state: dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:UpdateItem, live#* only';
const prior = ['ledger/index/principal: dynamodb:Query', 'ledger: dynamodb:BatchGetItem, records only'];
const approvals = ['state', 'ledger'].map(
  (table) => `${table}: dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem, approval#* only`,
);
const tell = 'default-bus: events:PutEvents';
const state = [claim, limit, revoked];
const mint = [
  ...read,
  ...state,
  live,
  ...prior,
  ...approvals,
  tell,
  'ledger: dynamodb:PutItem dynamodb:UpdateItem, records only',
  'assumable-roles: sts:AssumeRole sts:SetSourceIdentity sts:TagSession',
];
const clients = 'clients/*: secretsmanager:DescribeSecret secretsmanager:GetSecretValue';
const saml = 'saml-keys: secretsmanager:GetSecretValue';
const rotation =
  'secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage';

/**
 * Everything that each function may do, beside writing its own log. A change of the template is a change of this table.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  credentials: [...mint, clients],
  sts: [...mint, saml],
  token: [
    ...mint,
    clients,
    'downstream/*: secretsmanager:DescribeSecret secretsmanager:GetSecretValue',
    'signing-keys: secretsmanager:GetSecretValue',
    saml,
    'state: dynamodb:GetItem dynamodb:UpdateItem, code#* only',
    'state: dynamodb:GetItem dynamodb:UpdateItem, device#* only',
    'state: dynamodb:PutItem, revoked#* only',
    'no resource: sts:GetWebIdentityToken, 120 s at most',
  ],
  introspect: [...read, ...state, clients],
  revoke: [...read, ...state, 'state: dynamodb:PutItem, revoked#* only', clients],
  metadata: ['keys: dynamodb:GetItem'],
  issuances: [
    'ledger: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query, records and approvals only',
    'ledger/index: dynamodb:Query',
    keyProofs,
    revoked,
    'keys: dynamodb:GetItem',
  ],
  explain: [
    'config: dynamodb:GetItem',
    'config: dynamodb:BatchGetItem',
    'ledger: dynamodb:BatchGetItem, records only',
    keyProofs,
    revoked,
    'keys: dynamodb:GetItem',
  ],
  revocations: [
    'config: dynamodb:GetItem',
    'config: dynamodb:BatchGetItem',
    'ledger: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query, records and approvals only',
    'ledger/index: dynamodb:Query',
    'ledger: dynamodb:UpdateItem, of revoked only',
    keyProofs,
    revoked,
    'keys: dynamodb:GetItem',
    'state: dynamodb:GetItem dynamodb:PutItem, revocations and denied-sessions#* only',
    'revokers: sts:AssumeRole',
  ],
  receipts: [
    'ledger: dynamodb:BatchGetItem, records only',
    keyProofs,
    revoked,
    'keys: dynamodb:GetItem',
    'archive: s3:ListBucket',
    ...['checkpoint', 'key', 'places/*', 'tile/*'].map((key) => `archive/${key}: s3:GetObject`),
  ],
  archive: [
    'ledger: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query, records and approvals only',
    'ledger/index: dynamodb:Query',
    'ledger/stream: dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator',
    'ledger/stream/*: dynamodb:ListStreams',
    'ledger: dynamodb:BatchGetItem dynamodb:PutItem dynamodb:UpdateItem, subject#* and subject-key#* only',
    'log-key: secretsmanager:DescribeSecret secretsmanager:GetSecretValue',
    'archive: s3:ListBucket',
    'archive/*: s3:GetObject',
    'archive/*: s3:PutObject s3:PutObjectRetention',
    'archive/tile/*.p/*: s3:DeleteObject',
  ],
  events: [
    'ledger/stream: dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator',
    'ledger/stream/*: dynamodb:ListStreams',
    tell,
  ],
  console: [],
  approvals: [
    'config: dynamodb:GetItem',
    'keys: dynamodb:GetItem',
    revoked,
    ...approvals,
    'ledger: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query, records and approvals only',
    'ledger/index: dynamodb:Query',
    claim,
    'state: dynamodb:GetItem dynamodb:PutItem, approver#* only',
    tell,
    'state: dynamodb:GetItem dynamodb:UpdateItem, code#* only',
    'state: dynamodb:PutItem, revoked#* only',
    'ledger: dynamodb:PutItem dynamodb:UpdateItem, records only',
  ],
  'sign-in': [
    limit,
    'state: dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem, device#* only',
    'sign-in/*: secretsmanager:DescribeSecret secretsmanager:GetSecretValue',
    'no resource: sts:GetWebIdentityToken, 120 s at most',
    ...read,
    claim,
    'state: dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem, sign-in#* only',
    'state: dynamodb:PutItem, code#* only',
    saml,
  ],
  health: [],
  probe: [
    'config: dynamodb:BatchGetItem',
    'config: dynamodb:GetItem',
    'the secret of the probe: secretsmanager:DescribeSecret secretsmanager:GetSecretValue',
  ],
  rotate: [
    `signing-keys: ${rotation}`,
    `saml-keys: ${rotation}`,
    `clients/*: ${rotation}`,
    'keys: dynamodb:PutItem, own#* only',
  ],
};

/** Conditions on a statement, and how the table says them: which items of a table, by how their keys begin. */
const present = { Null: { 'dynamodb:LeadingKeys': 'false' } };
const leading = (operator: string, patterns: readonly string[]) => ({
  [operator]: { 'dynamodb:LeadingKeys': patterns },
  ...present,
});
const keys = (operator: string, prefix: string) => leading(operator, [`${prefix}#*`]);
/** Records, and what leads to them: not the keys of persons. */
const RECORDS = ['issuance#*', 'denial#*', 'scope#*', 'pointer#*'];
const conditions: Readonly<Record<string, unknown>> = {
  ', 120 s at most': { NumericLessThanEquals: { 'sts:DurationSeconds': 120 } },
  ', of revoked only': {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'revoked'] },
    Null: { 'dynamodb:Attributes': 'false' },
  },
  ', revocations and revoked#* only': leading('ForAllValues:StringLike', ['revoked#*', 'revocations']),
  ', revocations and denied-sessions#* only': leading('ForAllValues:StringLike', ['revocations', 'denied-sessions#*']),
  ', records only': leading('ForAllValues:StringLike', RECORDS),
  ', records and approvals only': leading('ForAllValues:StringLike', [...RECORDS, 'approval#*']),
  ', subject#* and subject-key#* only': leading('ForAllValues:StringLike', ['subject#*', 'subject-key#*']),
  ', of an erasure only': {
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': [
        ...['pk', 'sk', 'record', 'revoked', 'principal', 'request'],
        ...['keyId', 'erasedId', 'erasedIds', 'erasedAt', 'expires', 'data'],
      ],
    },
    Null: { 'dynamodb:Attributes': 'false' },
  },
  ', revocations only': leading('ForAllValues:StringEquals', ['revocations']),
  ', except own#*': keys('ForAllValues:StringNotLike', 'own'),
  ...Object.fromEntries(
    [
      'issuance',
      'own',
      'replay',
      'dpop',
      'limit',
      'live',
      'revoked',
      'sign-in',
      'code',
      'device',
      'approval',
      'approver',
    ].map((prefix) => [`, ${prefix}#* only`, keys('ForAllValues:StringLike', prefix)]),
  ),
};

const LOG = 'WriteItsLog';
const OWN_KEY = 'UseOwnKey';
const functions = resourcesOf('AWS::Serverless::Function').map(
  ([id, resource]) => [functionName(resource), id] as const,
);

/** A statement behind a condition (`Fn::If`) laid open. */
const laidOpen = (statement: unknown): Statement =>
  (statement as { 'Fn::If'?: [string, Statement] })['Fn::If']?.[1] ?? (statement as Statement);

function statementsOf(role: Resource | undefined): Statement[] {
  const policies = (role?.Properties['Policies'] ?? []) as { PolicyDocument: { Statement: unknown[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement).map(laidOpen);
}

/** Of a policy that people have. */
const peopleMay = (policy: Resource | undefined): Statement[] =>
  ((policy?.Properties['PolicyDocument'] ?? { Statement: [] }) as { Statement: unknown[] }).Statement.map(laidOpen);

const nameOf = (named: Readonly<Record<string, unknown>>, written: unknown): string =>
  Object.entries(named).find(([, one]) => JSON.stringify(one) === JSON.stringify(written))?.[0] ??
  `not in the table: ${JSON.stringify(written)}`;

const lines = ({ Action, Resource, Condition }: Statement): string[] =>
  [Resource].flat().map((one) => {
    const condition = Condition === undefined ? '' : nameOf(conditions, Condition);
    return `${nameOf(resources, one)}: ${[Action].flat().sort().join(' ')}${condition}`;
  });

const via = (service: string) => ({ 'Fn::Sub': `${service}.\${AWS::Region}.\${AWS::URLSuffix}` });

describe('the permissions of the template', () => {
  it.each(functions)('%s may do what its row of the table says and no more', (name, id) => {
    const found = statementsOf(template.Resources[`${id}Role`])
      .filter(({ Sid }) => Sid !== LOG && Sid !== OWN_KEY)
      .flatMap(lines);
    expect(found.sort()).toEqual([...(allowed[name] ?? ['no row'])].sort());
  });

  it.each(functions)('%s writes to its own log group only, and makes none', (_, id) => {
    const log = statementsOf(template.Resources[`${id}Role`]).filter(({ Sid }) => Sid === LOG);
    expect(log).toEqual([
      {
        Sid: LOG,
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [`${id}Log`, 'Arn'] },
      },
    ]);
  });

  it.each(functions)('%s uses the key of the tables through DynamoDB, S3 and Secrets Manager only', (_, id) => {
    for (const { Sid, Resource, Condition } of statementsOf(template.Resources[`${id}Role`])) {
      if (Sid !== OWN_KEY) continue;
      expect(Resource).toEqual({ Ref: 'KmsKeyArn' });
      expect(Condition).toEqual({
        StringEquals: {
          'kms:ViaService': [
            { 'Fn::Sub': 'dynamodb.${AWS::Region}.${AWS::URLSuffix}' },
            { 'Fn::Sub': 's3.${AWS::Region}.${AWS::URLSuffix}' },
            { 'Fn::Sub': 'secretsmanager.${AWS::Region}.${AWS::URLSuffix}' },
          ],
        },
      });
    }
  });

  it.each(functions)('%s can be assumed by Lambda only, and has no managed policy', (_, id) => {
    const role = template.Resources[`${id}Role`]?.Properties ?? {};
    expect(role['AssumeRolePolicyDocument']).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    expect(role['ManagedPolicyArns']).toBeUndefined();
    // Its own roles are outside the path that the broker may assume.
    expect(role['Path']).toBe('/token-broker-functions/');
  });

  it('has no action and no resource that is a bare wildcard', () => {
    const policies = resourcesOf('AWS::IAM::ManagedPolicy').flatMap(([, policy]) => peopleMay(policy));
    const statements = [...functions.flatMap(([, id]) => statementsOf(template.Resources[`${id}Role`])), ...policies];
    for (const { Action, Resource, Effect } of statements) {
      expect(Effect).toBe('Allow');
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
      // The one action that knows no resource; its row of the table has the condition on it.
      if (Action.toString() !== 'sts:GetWebIdentityToken') expect([Resource].flat()).not.toContain('*');
    }
  });

  it.each([
    [
      'Administrators',
      ['config: dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem'],
    ],
    ['Erasers', ['ledger: dynamodb:PutItem, issuance#* only', 'ledger: dynamodb:UpdateItem, of an erasure only']],
    [
      'Auditors',
      [
        ...['config', 'ledger', 'ledger/index'].map(
          (one) => `${one}: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query`,
        ),
        'state: dynamodb:GetItem, revocations only',
        ...['archive', 'archive/*'].map((one) => `${one}: s3:GetObject s3:ListBucket`),
      ],
    ],
  ])('%s may do what the command line does for them and no more', (id, rows) => {
    const may = peopleMay(template.Resources[id]).filter(({ Sid }) => Sid !== OWN_KEY);
    expect(may.flatMap(lines).sort()).toEqual([...rows].sort());
  });

  it.each([
    [
      'Administrators',
      ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      via('dynamodb'),
    ],
    [
      'Erasers',
      ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      via('dynamodb'),
    ],
    ['Auditors', ['kms:Decrypt', 'kms:DescribeKey'], [via('dynamodb'), via('s3')]],
  ])('%s use the key of what they read, where there is one, through its service only', (id, actions, services) => {
    const [own] = peopleMay(template.Resources[id]).filter(({ Sid }) => Sid === OWN_KEY);
    expect([own?.Action].flat().sort()).toEqual(actions);
    expect(own?.Resource).toEqual({ Ref: 'KmsKeyArn' });
    expect(own?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': services },
    });
  });

  it('lets CodeDeploy move the aliases of the functions that mint or sign, and watch alarms', () => {
    const role = template.Resources['RolloutRole'];
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'codedeploy.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    const guarded = ['Credentials', 'SignIn', 'Sts', 'Token'].map((id) => ({ 'Fn::Sub': `\${${id}.Arn}:*` }));
    expect(statementsOf(role)).toEqual([
      {
        Sid: 'MoveAliases',
        Effect: 'Allow',
        Action: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
        Resource: guarded,
      },
      { Sid: 'WatchAlarms', Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: '*' },
    ]);
  });

  it('lets the broker assume roles under one path by default', () => {
    expect(template.Parameters['AssumableRoles']?.['Default']).toBe('arn:*:iam::*:role/token-broker/*');
  });

  it('names exactly the roles that may assume as those that targets trust', () => {
    const minting = functions.filter(([, id]) =>
      statementsOf(template.Resources[`${id}Role`]).some(({ Action }) => [Action].flat().includes('sts:TagSession')),
    );
    expect(template.Outputs['MintingRoleArns']).toMatchObject({
      Value: { 'Fn::Join': [',', minting.map(([, id]) => ({ 'Fn::GetAtt': [`${id}Role`, 'Arn'] }))] },
    });
  });
});
