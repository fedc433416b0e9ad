import { readFileSync } from 'node:fs';
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from '@jest/globals';
import { parseTemplate, type Resolution, resolveValue } from '../../local/gateway/intrinsics.ts';
import { template } from '../template/document.ts';

const KEY = 'arn:aws:kms:eu-central-1:999900001111:key/00000000-0000-0000-0000-000000000000';
const FUNCTION = 'arn:aws:iam::999900001111:role/token-broker-functions/token-broker-eu-central-1-token';
const KEEPER = 'arn:aws:iam::999900001111:role/keeper';
const resolution: Resolution = {
  parameters: {
    KeyAdministratorArn: KEEPER,
    KmsKeyArn: KEY,
    'AWS::Region': 'eu-central-1',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::Partition': 'aws',
    'AWS::AccountId': '999900001111',
  },
  conditions: { HasOwnKey: { 'Fn::Equals': ['a', 'a'] } },
  mappings: {},
  reference: () => undefined,
  attribute: () => 'arn:aws:dynamodb:eu-central-1:999900001111:table/some',
};
const example = parseTemplate(readFileSync('examples/kms-key.yaml', 'utf8')) as {
  Resources: { Key: { Properties: { KeyPolicy: unknown } } };
};
const keyPolicy = resolveValue(example.Resources.Key.Properties.KeyPolicy, resolution);

/** The statement UseOwnKey as the template gives it to a resource. */
function ownKeyOf(id: string): object {
  const properties = template.Resources[id]?.Properties ?? {};
  const [{ PolicyDocument: document } = { PolicyDocument: properties['PolicyDocument'] }] = (properties['Policies'] ??
    []) as { PolicyDocument: unknown }[];
  const { Statement: statements } = document as { Statement: readonly unknown[] };
  const own = statements.filter((statement) => JSON.stringify(statement).includes('UseOwnKey'));
  return { Version: '2012-10-17', Statement: resolveValue(own, resolution) as object };
}

const VIA_DYNAMODB = { 'kms:ViaService': 'dynamodb.eu-central-1.amazonaws.com' };

async function allowed(
  action: string,
  principal: string,
  policy: object | null,
  contextVariables: Record<string, string>,
): Promise<boolean> {
  const simulation: Simulation = {
    request: { principal, action, resource: { resource: KEY, accountId: '999900001111' }, contextVariables },
    identityPolicies: policy === null ? [] : [{ name: 'own', policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: keyPolicy,
  };
  const { errors, overallResult } = Object(await runSimulation(simulation, { simulationMode: 'Strict' }));
  expect(errors).toBeUndefined();
  return overallResult === 'Allowed';
}

describe("the key of examples/kms-key.yaml, by IAM's rules (iam-simulate, strict)", () => {
  it.each(['TokenRole', 'RotateRole', 'Administrators', 'Auditors'])('lets %s read by way of DynamoDB', async (id) => {
    expect(await allowed('kms:Decrypt', FUNCTION, ownKeyOf(id), VIA_DYNAMODB)).toBe(true);
  });

  it.each(['TokenRole', 'RotateRole', 'Administrators'])('lets %s write by way of DynamoDB', async (id) => {
    expect(await allowed('kms:GenerateDataKey', FUNCTION, ownKeyOf(id), VIA_DYNAMODB)).toBe(true);
  });

  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };

  it('lets nobody use it past the two services, whatever their own policy says', async () => {
    expect(await allowed('kms:Decrypt', FUNCTION, everything, {})).toBe(false);
    expect(
      await allowed('kms:Decrypt', FUNCTION, everything, { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' }),
    ).toBe(false);
    expect(await allowed('kms:Decrypt', KEEPER, everything, {})).toBe(false);
  });

  it('lets nobody use it whose own policy says nothing', async () => {
    expect(await allowed('kms:Decrypt', FUNCTION, null, VIA_DYNAMODB)).toBe(false);
  });

  it('lets another account do nothing', async () => {
    const stranger = 'arn:aws:iam::111122223333:role/stranger';
    expect(await allowed('kms:Decrypt', stranger, everything, VIA_DYNAMODB)).toBe(false);
  });

  it('lets whoever deploys make the grants of the tables, for AWS services alone', async () => {
    const deployer = 'arn:aws:iam::999900001111:role/deployer';
    const grant = { ...VIA_DYNAMODB, 'kms:GrantIsForAWSResource': 'true' };
    expect(await allowed('kms:CreateGrant', deployer, everything, grant)).toBe(true);
    expect(await allowed('kms:CreateGrant', deployer, everything, VIA_DYNAMODB)).toBe(false);
  });

  it('is managed by its administrator, who can change its policy', async () => {
    expect(await allowed('kms:PutKeyPolicy', KEEPER, null, {})).toBe(true);
    expect(await allowed('kms:PutKeyPolicy', FUNCTION, everything, {})).toBe(false);
  });
});
