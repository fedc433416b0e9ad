import { describe, expect, it } from '@jest/globals';
import { readDocument, resourcesOf } from '../template/document.ts';

const template = readDocument('witness/template.yaml');

describe('the template of the witness', () => {
  it('lets it read its key, and remember checkpoints, and no more', () => {
    const [[, role] = []] = resourcesOf('AWS::IAM::Role', template);
    const policies = (role?.Properties['Policies'] ?? []) as {
      PolicyDocument: { Statement: { Action: string[]; Resource: unknown }[] };
    }[];
    expect(
      policies
        .flatMap(({ PolicyDocument: { Statement: statements } }) => statements)
        .map(({ Action, Resource }) => [Action, Resource]),
    ).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': ['WitnessLog', 'Arn'] }],
      [['dynamodb:GetItem', 'dynamodb:PutItem'], { 'Fn::GetAtt': ['WitnessTable', 'Arn'] }],
      [['secretsmanager:GetSecretValue'], { Ref: 'WitnessKey' }],
    ]);
  });

  it('keeps what it has seen, and cannot be taken back to a point before', () => {
    const [[, table] = []] = resourcesOf('AWS::DynamoDB::Table', template);
    expect(table?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(table?.Properties['PointInTimeRecoverySpecification']).toBeUndefined();
  });
});
